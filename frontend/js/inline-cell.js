// [data-cell="/customers/7/cells/name/"]: edit a value where it stands.
// GET gives the editor (a form); POST answers 200 with the whole cell, 409 with the conflict, 422 with the editor and its error.
import htmx from "htmx.org";
import { icon, make } from "./elements.js";

const before = new WeakMap();
let pencil;

function thePencil() {
  pencil ||= make("button.cell-pencil", { type: "button", tabindex: "-1", "aria-hidden": "true" }, icon("pencil"));
  return pencil;
}

async function edit(cell) {
  if (cell.classList.contains("editing")) return;
  thePencil().remove();
  before.set(cell, [...cell.childNodes]);
  cell.classList.add("editing");
  await htmx.ajax("GET", cell.dataset.cell, { source: cell, target: cell, swap: "innerHTML" });
  const form = cell.querySelector("form");
  if (!form) return restore(cell);
  await pickersReady(form);
  focusFirst(cell);
}

/** A picker takes its select's place, and the focus with it: nothing may be decided before. */
function pickersReady(form) {
  form.dataset.coming = "true";
  const pickers = [...form.querySelectorAll("record-picker, tags-input")].map((picker) => picker.ready);
  return Promise.all(pickers).then(() => delete form.dataset.coming);
}

/** Who already writes in the editor is left alone. */
function focusFirst(cell) {
  if (cell.querySelector("form :focus")) return;
  const field = cell.querySelector(".ts-control input, input:not([type=hidden]), select, textarea, [contenteditable]");
  field?.focus();
  if (field?.matches("input[type=text], input:not([type])")) field.select();
}

const serialised = (form) => new URLSearchParams(new FormData(form)).toString();

function restore(cell) {
  cell.classList.remove("editing", "saving");
  cell.replaceChildren(...(before.get(cell) ?? []));
  cell.focus({ preventScroll: true });
}

async function save(cell, form, submitter) {
  const url = cell.dataset.cell;
  cell.classList.add("saving");
  const values = submitter?.name ? { [submitter.name]: submitter.value } : {};
  await htmx.ajax("POST", url, { source: form, target: cell, swap: "outerHTML", values });
  cell.classList.remove("saving");
  const now = document.querySelector(`[data-cell="${CSS.escape(url)}"]`);
  if (!now || now.classList.contains("editing")) return false;
  now.classList.add("saved");
  makeFocusable(now);
  now.focus({ preventScroll: true });
  return true;
}

/** Details are reached with Tab, list cells through their row (e) or the mouse. */
function makeFocusable(cell) {
  if (!cell.hasAttribute("tabindex")) cell.tabIndex = cell.matches("dd") ? 0 : -1;
}

function neighbour(cell, backwards) {
  const cells = [...(cell.closest("tr, dl")?.querySelectorAll("[data-cell]") ?? [])];
  return cells[cells.indexOf(cell) + (backwards ? -1 : 1)]?.dataset.cell;
}

async function saveAndGoOn(cell, form, backwards) {
  const next = neighbour(cell, backwards);
  if (serialised(form) === form.dataset.before) restore(cell);
  else if (!(await save(cell, form))) return;
  const there = next && document.querySelector(`[data-cell="${CSS.escape(next)}"]`);
  if (there) edit(there);
}

function keyInEditor(event, cell) {
  const form = cell.querySelector("form");
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    restore(cell);
  } else if (event.key === "Tab" && form && !cell.querySelector(".conflict")) {
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((field) => field.offsetParent);
    if (event.target !== fields.at(event.shiftKey ? 0 : -1)) return;
    event.preventDefault();
    saveAndGoOn(cell, form, event.shiftKey);
  }
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-cell]");
  if (!cell || event.isComposing) return;
  if (cell.classList.contains("editing")) return keyInEditor(event, cell);
  if (event.target === cell && (event.key === "Enter" || event.key === "F2")) {
    event.preventDefault();
    edit(cell);
  }
}, true);

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest?.("[data-cell]");
  if (cell && !event.target.closest(".editing")) edit(cell);
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("[data-cell]");
  const touch = event.pointerType === "touch" && cell?.matches("dd") && !event.target.closest("a, button");
  if (cell && (event.target.closest(".cell-pencil") || touch)) edit(cell);
  if (event.target.closest?.("[data-cell] [data-cancel]")) restore(cell);
});

document.addEventListener("zhike:edit", (event) => edit(event.target));

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const cell = event.target.closest?.("[data-cell]:not(.editing)");
  if (cell && thePencil().parentNode !== cell) cell.append(thePencil());
  else if (!cell) pencil?.remove();
});

document.addEventListener("submit", (event) => {
  const cell = event.target.closest?.("[data-cell].editing");
  if (!cell) return;
  event.preventDefault();
  event.stopPropagation();
  save(cell, event.target, event.submitter);
}, true);

// A choice is saved at once, unless it is one of several that make the value; words are saved when one leaves the cell.
document.addEventListener("change", (event) => {
  const cell = event.target.closest?.("[data-cell].editing");
  const alone = event.target.matches("select:not([multiple])") && !event.target.closest("region-picker, cascade-picker, entry-list");
  if (cell && alone && !cell.querySelector(".conflict")) save(cell, event.target.form);
});

document.addEventListener("focusout", (event) => {
  const cell = event.target.closest?.("[data-cell].editing");
  if (!cell || cell.contains(event.relatedTarget) || cell.querySelector(".conflict")) return;
  setTimeout(() => {
    const form = cell.querySelector("form");
    if (!cell.isConnected || !form || cell.contains(document.activeElement) || cell.classList.contains("saving") || form.dataset.coming) return;
    if (serialised(form) === form.dataset.before) restore(cell);
    else if (event.relatedTarget) save(cell, form);
  }, 120);
});

// Refusals stay inside the cell; only success replaces it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target?.matches?.("[data-cell]") && [409, 422].includes(xhr.status)) {
    event.detail.swapOverride = "innerHTML";
    target.classList.remove("saving");
  }
});

// Remembered before anybody can have written in it.
document.addEventListener("htmx:afterSwap", (event) => {
  const asked = event.target.matches?.("[data-cell].editing") && event.detail.requestConfig?.verb === "get";
  const form = asked && event.target.querySelector("form");
  if (form) form.dataset.before = serialised(form);
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches?.("[data-cell].editing") && !event.target.querySelector("record-picker, tags-input")) focusFirst(event.target);
});

htmx.onLoad((part) => {
  if (part.matches?.("[data-cell]")) makeFocusable(part);
  for (const cell of part.querySelectorAll?.("[data-cell]:not([tabindex])") ?? []) makeFocusable(cell);
});
