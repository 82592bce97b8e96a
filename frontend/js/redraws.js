import htmx from "./htmx-setup.js";

// A choice may have the server draw its form anew (`_redraw`). Who presses Save meanwhile has pressed it on a form
// that is about to go: the press is kept, and the form that comes is sent instead.

const underWay = new WeakSet();
let pressed = null;

function formOf(event) {
  return event.target.closest?.("form[hx-post]");
}

function redraws(event) {
  return Boolean(event.detail.requestConfig?.parameters?._redraw);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event);
  if (!form) return;
  if (redraws(event)) {
    underWay.add(form);
  } else if (event.target === form && underWay.has(form)) {
    event.preventDefault();
    pressed = form;
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!redraws(event)) return;
  const form = event.detail.elt.closest?.("form[hx-post]") ?? event.detail.target;
  underWay.delete(form);
  if (!event.detail.successful && pressed === form) pressed = null;
});

htmx.onLoad((part) => {
  if (!pressed || pressed.isConnected || !part.matches?.("form[hx-post]")) return;
  const same = part.getAttribute("hx-post") === pressed.getAttribute("hx-post");
  pressed = null;
  if (same) part.requestSubmit();
});
