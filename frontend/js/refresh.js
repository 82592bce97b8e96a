// Parts marked data-refresh fetch themselves again on zhike:refresh:
//   <div id="rows" data-refresh hx-get="…" hx-trigger="zhike:refresh from:body" hx-swap="outerHTML">
// A page without such parts is loaded anew.
// Whoever has something to keep hears of that by zhike:reloading.
const hasParts = () => document.querySelector("[data-refresh]") !== null;

/** Asks every refreshable part of the page to fetch itself again. */
export function refresh() {
  if (hasParts()) document.body.dispatchEvent(new CustomEvent("zhike:refresh", { bubbles: true }));
  else reload();
}

function reload() {
  document.dispatchEvent(new CustomEvent("zhike:reloading"));
  location.reload();
}

// The server may ask as well (HX-Trigger: zhike:refresh): parts hear it as it bubbles through the body.
document.addEventListener("zhike:refresh", () => {
  if (!hasParts()) reload();
});
