// One input per kind of value an operator takes. Each gives an element and calls `set(value)` when it changes.
import { make } from "../elements.js";
import { spanInput } from "./span.js";

const number = (text) => (text === "" ? undefined : Number(text));
const idOf = (text) => (/^\d+$/.test(text) ? Number(text) : text);

function plain(type, { value, set, label, extra = {} }) {
  const read = type === "number" ? number : (text) => text;
  const input = make(`input.cb-value.${type}`, { type, value: value ?? "", "aria-label": label, ...extra });
  input.addEventListener("input", () => set(read(input.value)));
  return input;
}

function oneOf(choices, { value, set, label, read = (text) => text }) {
  const select = make("select.cb-value", { "aria-label": label }, new Option("", ""));
  for (const [key, words] of choices) select.append(new Option(words, key, false, String(key) === String(value)));
  select.addEventListener("change", () => set(select.value === "" ? undefined : read(select.value)));
  return select;
}

function manyOf(choices, { value, set, label }) {
  const chosen = new Set((value ?? []).map(String));
  const box = make("div.cb-checks", { role: "group", "aria-label": label });
  for (const [key, words] of choices) {
    const input = make("input", { type: "checkbox", value: key, checked: chosen.has(String(key)) });
    box.append(make("label", {}, input, words));
  }
  box.addEventListener("change", () => set([...box.querySelectorAll(":checked")].map((input) => input.value)));
  return box;
}

/** Members and records: fixed choices ("me") first, then whatever the server finds. */
function record(multiple, { field, value, set, label, labels }) {
  const given = (multiple ? value ?? [] : [value]).filter((one) => one !== undefined).map(String);
  const fixed = new Map((field.choices ?? []).map(([key, words]) => [String(key), words]));
  const select = make("select", { multiple, "aria-label": label });
  if (!multiple) select.append(new Option("", ""));
  for (const [key, words] of fixed) select.append(new Option(words, key, false, given.includes(key)));
  for (const key of given) if (!fixed.has(key)) select.append(new Option(key, key, true, true));
  select.addEventListener("change", () => {
    const ids = [...select.selectedOptions].filter((option) => option.value).map((option) => idOf(option.value));
    set(multiple ? ids : ids[0]);
  });
  if (!field.options_url) {
    select.className = "cb-value";
    return select;
  }
  return make("record-picker.cb-value.multi", { "data-url": field.options_url, "data-none": labels.nothing_found, "data-remove": labels.remove, "data-placeholder": labels.search }, select);
}

function range({ field, value, set, label, labels }) {
  const type = ["date", "datetime", "day"].includes(field.kind) ? "date" : "number";
  const both = [value?.[0], value?.[1]];
  const part = (index) => plain(type, { value: both[index], label: `${label} ${index ? labels.to : labels.from}`, set: (given) => { both[index] = given; set(both.every((one) => one !== undefined && one !== "") ? [...both] : undefined); }, extra: { step: "any" } });
  return make("span.row.cb-value", {}, part(0), "–", part(1));
}

const INPUTS = {
  none: () => null,
  text: (given) => plain("text", given),
  number: (given) => plain("number", { ...given, extra: { step: "any" } }),
  date: (given) => plain("date", given),
  days: (given) => make("span.row.cb-value.number", {}, plain("number", { ...given, extra: { min: 0, step: 1 } }), make("span.muted", {}, given.labels.days)),
  relative: (given) => oneOf(given.relative, given),
  choice: (given) => oneOf(given.field.choices ?? [], given),
  choices: (given) => manyOf(given.field.choices ?? [], given),
  member: (given) => record(false, given),
  record: (given) => record(false, given),
  members: (given) => record(true, given),
  records: (given) => record(true, given),
  texts: ({ value, set, label, labels }) => plain("text", { value: [value ?? []].flat().join(", "), label, set: (text) => set(text.split(/[,，;；、]/).map((word) => word.trim()).filter(Boolean)), extra: { placeholder: labels.words } }),
  span: spanInput,
  range,
};

/** The element a person gives the value in; null where the operator takes none. */
export function valueInput(takes, given) {
  return (INPUTS[takes] ?? INPUTS.text)(given);
}
