import htmx from "./htmx-setup.js";

// A choice may have the server draw its form anew (`_redraw`). Who presses Save meanwhile has pressed it on a form
// that is about to go: the press is kept, and the form that comes is sent instead.

const underWay = new WeakSet();
let pressed = null;
let button = "";

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
    [pressed, button] = [form, event.detail.requestConfig?.triggeringEvent?.submitter?.name];
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!redraws(event)) return;
  const form = event.detail.elt.closest?.("form[hx-post]") ?? event.detail.target;
  underWay.delete(form);
  if (!event.detail.successful && pressed === form) pressed = null;
});

const isAnew = (form, former) => form.getAttribute("hx-post") === former.getAttribute("hx-post");

htmx.onLoad((part) => {
  if (!pressed || pressed.isConnected || !part.matches?.("form[hx-post]")) return;
  const same = isAnew(part, pressed);
  pressed = null;
  if (same) part.requestSubmit(button ? part.querySelector(`button[name="${button}"]`) : null);
});

// Whoever is in a field of the form stays in it, also where another one asks for the focus of a new form.

let focused = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (redraws(event)) focused = document.activeElement?.id;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!redraws(event) || !focused) return;
  document.getElementById(focused)?.focus();
  focused = "";
});

// Leaving a field by pressing Save is a change first: the answer may come before the finger is lifted, and what was
// pressed is no longer there to be clicked. What is there then is meant.
let held = null;

function formOfSave(event) {
  const button = event.target.closest?.("button[type=submit]");
  return button?.form?.matches("[hx-post]") ? button.form : null;
}

document.addEventListener("pointerdown", (event) => { held = event.button ? null : formOfSave(event); }, true);
document.addEventListener("pointercancel", () => { held = null; }, true);
document.addEventListener("pointerup", (event) => {
  const [former, form] = [held, formOfSave(event)];
  held = null;
  if (former && form && !former.isConnected && isAnew(form, former)) form.requestSubmit(event.target.closest("button[type=submit]"));
}, true);
