// Parts marked data-refresh fetch themselves again on zhike:refresh:
//   <div id="rows" data-refresh hx-get="…" hx-trigger="zhike:refresh from:body" hx-swap="outerHTML">
// A page without such parts is loaded anew.
const announced = new Set();

/** Asks every refreshable part of the page to fetch itself again. */
export function refresh() {
  if (!document.querySelector("[data-refresh]")) return location.reload();
  document.body.dispatchEvent(new CustomEvent("zhike:refresh", { bubbles: true, detail: { asked: true } }));
}

// The server may ask as well (HX-Trigger: zhike:refresh); htmx lets it bubble from the element that asked.
document.addEventListener("zhike:refresh", (event) => {
  if (event.detail?.asked || announced.has(event)) return;
  announced.add(event);
  queueMicrotask(() => announced.clear());
  if (event.target !== document.body || !document.querySelector("[data-refresh]")) refresh();
});
