// <form data-draft="customers:new">: what was typed is kept in this browser until it is saved.
import htmx from "htmx.org";
import { debounced } from "./requests.js";

const ISLANDS = "record-picker, tags-input, entry-list, region-picker, cascade-picker, rich-text, file-field, money-input, condition-builder";
const key = (form) => `zhike:draft:${form.dataset.draft}`;
/** Forms being filled in now: what the server draws anew of them is no draft to go back to. */
const underWay = new Set();
const isKept = (field) => field.name && field.name !== "csrfmiddlewaretoken" && !["password", "file", "submit"].includes(field.type);

function values(form) {
  const kept = {};
  const fields = new FormData(form);
  for (const field of form.elements) if (isKept(field)) kept[field.name] = fields.getAll(field.name).map(String);
  return kept;
}

/** What is chosen in a picker needs its words too. */
function words(form) {
  const chosen = [...form.querySelectorAll("select option:checked")].filter((option) => option.value);
  return Object.fromEntries(chosen.map((option) => [`${option.closest("select").name}=${option.value}`, option.textContent]));
}

const keep = debounced((form) => {
  if (!form.isConnected || form.dataset.draftDone) return;
  store(form);
}, 250);

function store(form) {
  try {
    localStorage.setItem(key(form), JSON.stringify({ values: values(form), words: words(form) }));
  } catch {
    // A full or forbidden storage keeps no drafts; the form itself goes on working.
  }
}

function stored(form) {
  try {
    return JSON.parse(localStorage.getItem(key(form)));
  } catch {
    return null;
  }
}

/** Removes the draft of a form that has been saved. */
export function forgetDraft(form) {
  if (!form) return;
  form.dataset.draftDone = "true";
  underWay.delete(key(form));
  localStorage.removeItem(key(form));
}

/** Whether this form was changed and its draft is being kept. */
export function hasUnsavedDraft(form) {
  return Boolean(form.dataset.changed) && stored(form) !== null;
}

function restoreField(field, kept, draft) {
  const island = field.closest(ISLANDS);
  if (island?.restore) return island.restore(kept, (value) => draft.words[`${field.name}=${value}`] ?? value);
  if (["checkbox", "radio"].includes(field.type)) field.checked = kept.includes(field.value);
  else if (field.multiple) for (const option of field.options) option.selected = kept.includes(option.value);
  else field.value = kept[0] ?? "";
}

function restore(form, draft) {
  for (const field of [...form.elements]) if (isKept(field) && draft.values[field.name]) restoreField(field, draft.values[field.name], draft);
  form.dataset.changed = "true";
  underWay.add(key(form));
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function offer(form) {
  if (underWay.has(key(form))) {
    form.dataset.changed = "true";
    return;
  }
  const draft = stored(form);
  const note = form.querySelector("[data-draft-note]");
  if (!draft || !note || form.querySelector("[aria-invalid=true]")) return;
  if (JSON.stringify(draft.values) === JSON.stringify(values(form))) return;
  note.hidden = false;
  note.querySelector("[data-draft-restore]")?.addEventListener("click", () => { restore(form, draft); note.hidden = true; });
  note.querySelector("[data-draft-discard]")?.addEventListener("click", () => { localStorage.removeItem(key(form)); note.hidden = true; });
}

function watch(event) {
  const form = event.target.closest?.("form[data-draft]");
  if (!form || !event.isTrusted) return;
  form.dataset.changed = "true";
  underWay.add(key(form));
  keep(form);
}

document.addEventListener("input", watch);
document.addEventListener("change", watch);
document.addEventListener("close", (event) => event.target.querySelectorAll?.("form[data-draft][data-changed]").forEach((form) => {
  if (!form.dataset.draftDone) store(form);
  underWay.delete(key(form));
}), true);
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && event.detail.requestConfig?.verb === "post" && event.detail.elt === form && event.detail.xhr.status < 400) forgetDraft(form);
});
htmx.onLoad((part) => {
  const forms = part.matches?.("form[data-draft]") ? [part] : part.querySelectorAll?.("form[data-draft]") ?? [];
  for (const form of forms) offer(form);
});
