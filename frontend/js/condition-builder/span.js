// A span of time: a whole one ({"this": "quarter"}), a counted one ({"last": 14, "unit": "day"}), or from – to.
import { make } from "../elements.js";

const WHOLE = ["this", "previous", "next"];
const BETWEEN = "between";

/** What the select shows for a value: a whole span's JSON, "last", "coming" or "between". */
function kindOf(value, { counted }) {
  if (Array.isArray(value)) return BETWEEN;
  const word = WHOLE.find((one) => value?.[one]);
  if (word) return JSON.stringify({ [word]: value[word] }).replace(":", ": ");
  return counted.map(([name]) => name).find((name) => value?.[name] !== undefined) ?? "";
}

function kinds(spans, chosen, label) {
  const select = make("select", { "aria-label": label }, new Option("", ""));
  for (const [key, words] of [...spans.counted, ...spans.whole, [BETWEEN, spans.between]]) select.append(new Option(words, key, false, key === chosen));
  return select;
}

function counted(word, value, { spans, set, label }) {
  const given = { [word]: value?.[word] ?? 14, unit: value?.unit ?? "day" };
  const number = make("input.number", { type: "number", min: 1, max: 5000, value: given[word], "aria-label": label });
  const unit = make("select", { "aria-label": label }, ...spans.units.map(([key, words]) => new Option(words, key, false, key === given.unit)));
  const tell = () => set(Number(number.value) > 0 ? { [word]: Number(number.value), unit: unit.value } : undefined);
  number.addEventListener("input", tell);
  unit.addEventListener("change", tell);
  return { parts: [number, unit], value: given };
}

function between(value, { set, labels }) {
  const both = Array.isArray(value) ? [...value] : [undefined, undefined];
  const day = (index) => {
    const input = make("input", { type: "date", value: both[index], "aria-label": index ? labels.to : labels.from });
    input.addEventListener("input", () => { both[index] = input.value; set(both.every(Boolean) ? [...both] : undefined); });
    return input;
  };
  return { parts: [day(0), "–", day(1)], value: both.every(Boolean) ? both : undefined };
}

/** The inputs of a span; `set(value)` is told each change. */
export function spanInput(given) {
  const box = make("span.row.cb-value.cb-span");
  const select = kinds(given.spans, kindOf(given.value, given.spans), given.label);
  const draw = (value, tell) => {
    const kind = select.value;
    let drawn = { parts: [], value: kind ? value : undefined };
    if (kind === BETWEEN) drawn = between(value, given);
    else if (given.spans.counted.some(([name]) => name === kind)) drawn = counted(kind, value, given);
    else if (kind) drawn.value = JSON.parse(kind);
    while (select.nextSibling) select.nextSibling.remove();
    box.append(...drawn.parts);
    if (tell) given.set(drawn.value);
  };
  select.addEventListener("change", () => draw(undefined, true));
  box.append(select);
  draw(given.value, false);
  return box;
}
