// <condition-builder data-fields-url data-explain-url name="filter" value='JSON'>: nested conditions by pointing.
import { icon, make } from "../elements.js";
import { debounced, getJson } from "../requests.js";
import { valueInput } from "./inputs.js";
import { lackOf, newGroup, newLeaf, newRelated, parse, toCondition, withoutEmptyGroups } from "./model.js";

const descriptions = new Map();
const takesNothing = (node) => node.takes === "none";
let notes = 0;

/** What the server says of a type's fields; asked once per page. */
function describe(url) {
  if (!descriptions.has(url)) descriptions.set(url, getJson(url).catch((error) => { descriptions.delete(url); throw error; }));
  return descriptions.get(url);
}

/** Most lists are read without anybody opening their conditions: what there is to choose from is fetched then. */
function shown(element) {
  return new Promise((resolve) => {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      resolve();
    });
    seen.observe(element);
  });
}

class ConditionBuilder extends HTMLElement {
  async connectedCallback() {
    if (this.field) return;
    this.field = make("input", { type: "hidden", name: this.getAttribute("name"), value: this.getAttribute("value") || "" });
    this.lines = make("div");
    this.sentence = make("p.cb-sentence", { "aria-live": "polite" });
    this.append(this.field, this.lines, this.sentence);
    this.explainSoon = debounced(() => this.explain(), 300);
    this.addEventListener("invalid", () => this.classList.add("refused"), true);
    await shown(this);
    if (!this.description) await this.load(this.field.value);
  }

  get value() {
    return this.field.value;
  }

  set value(json) {
    this.load(json);
  }

  restore([json]) {
    this.load(json);
  }

  async load(json) {
    this.description = await describe(this.dataset.fieldsUrl);
    this.labels = this.description.labels;
    this.tree = parse(json ? JSON.parse(json) : null);
    await this.loadRelated(this.tree);
    if (!this.tree.items.length) this.tree.items.push(newLeaf());
    this.draw();
    this.write(false);
  }

  /** The fields of related types are needed before their lines can be drawn. */
  async loadRelated(node) {
    const below = node.type === "group" ? node.items : node.where ? [node.where] : [];
    if (node.type === "related" && node.where) node.description = await describe(this.relation(this.description, node)?.fields_url ?? this.dataset.fieldsUrl);
    await Promise.all(below.map((child) => this.loadRelated(child)));
  }

  relation(description, node) {
    return description.related?.find((relation) => relation.name === node.related);
  }

  draw() {
    this.drawn = [];
    this.lines.replaceChildren(this.group(this.tree, this.description, null));
  }

  changed(redraw = false) {
    if (redraw) this.drawAround(document.activeElement);
    this.write(true);
  }

  /** Drawn anew; whoever works by keyboard stays where they were. */
  drawAround(focused) {
    const controls = () => [...this.lines.querySelectorAll("select, input, button")];
    const at = controls().indexOf(focused);
    this.draw();
    if (at >= 0) controls().at(Math.min(at, controls().length - 1))?.focus();
  }

  group(node, description, remove) {
    const box = make(`div.cb-group${remove ? "" : ".cb-root"}`, { role: "group" });
    const modes = ["all", "any", "none", "not_all"].filter((mode) => this.labels[mode]);
    const mode = make("select.cb-mode", { "aria-label": this.labels.match ?? this.labels.all }, ...modes.map((name) => new Option(this.labels[name], name, false, name === node.mode)));
    mode.style.width = "auto";
    mode.addEventListener("change", () => { node.mode = mode.value; this.changed(); });
    if (remove || node.items.length > 1) box.append(make("div.cb-head", {}, mode, make("span.push"), remove));
    node.items.forEach((item, index) => box.append(this.item(node, item, index, description)));
    box.append(this.tools(node, description));
    return box;
  }

  item(parent, node, index, description) {
    const drop = this.button("x", this.labels.remove, () => {
      parent.items.splice(index, 1);
      this.tree = withoutEmptyGroups(this.tree);
      this.changed(true);
    });
    if (node.type === "group") return this.group(node, description, drop);
    return node.type === "leaf" ? this.leaf(node, description, drop) : this.related(node, description, drop);
  }

  button(name, label, act) {
    return make("button.icon-button.small", { type: "button", "aria-label": label, "data-tip": label, onclick: act }, icon(name));
  }

  tools(node, description) {
    const add = (item) => async () => {
      const added = item();
      node.items.push(added);
      await this.loadRelated(node);
      this.changed(true);
      this.drawn.find((line) => line.node === added || added.items?.includes(line.node))?.control.focus();
    };
    const small = (label, act) => make("button.btn.small.quiet", { type: "button", onclick: act }, icon("plus"), label);
    const tools = make("div.cb-tools", {}, small(this.labels.add_condition, add(newLeaf)), small(this.labels.add_group, add(() => newGroup("any", [newLeaf()]))));
    const [first] = description.related ?? [];
    if (first && this.labels.add_related) tools.append(small(this.labels.add_related, add(() => newRelated(first.name))));
    return tools;
  }

  fieldChoice(fields, chosen) {
    const select = make("select.cb-field", { "aria-label": this.labels.field }, new Option(this.labels.choose_field, ""));
    const groups = new Map();
    for (const field of fields) {
      const option = new Option(field.label, field.name, false, field.name === chosen);
      if (!field.group) select.append(option);
      else {
        if (!groups.has(field.group)) groups.set(field.group, select.appendChild(make("optgroup", { label: field.group })));
        groups.get(field.group).append(option);
      }
    }
    return select;
  }

  /** The operator and the input of its value, which changes with it; the select itself stays, and with it the focus. */
  comparison(node, field, operators) {
    const select = make("select.cb-op", { "aria-label": this.labels.operator }, ...operators.map(({ op, label }) => new Option(label, op, false, op === node.op)));
    let inputs = this.valueOf(node, field, operators);
    select.addEventListener("change", () => {
      this.setOperator(node, operators, select.value);
      for (const input of inputs) input.remove();
      inputs = this.valueOf(node, field, operators);
      select.after(...inputs);
      this.changed();
    });
    return [select, ...inputs];
  }

  setOperator(node, operators, op) {
    const found = (name) => operators.find((operator) => operator.op === name);
    if (found(op)?.takes !== found(node.op)?.takes || found(op)?.options_url !== found(node.op)?.options_url) node.value = undefined;
    node.op = op;
  }

  leaf(node, description, drop) {
    const choice = this.fieldChoice(description.fields, node.field);
    const line = make("div.cb-line", {}, choice);
    const note = this.note(node, choice);
    const fill = () => {
      const field = description.fields.find((one) => one.name === node.field);
      while (choice.nextSibling) choice.nextSibling.remove();
      line.append(...(field ? this.comparison(node, field, field.operators) : []), drop, note);
    };
    choice.addEventListener("change", () => {
      const chosen = description.fields.find((one) => one.name === choice.value);
      Object.assign(node, { field: choice.value, op: chosen?.operators[0]?.op ?? "", value: undefined });
      fill();
      this.changed();
    });
    fill();
    return line;
  }

  /** Where a line says what it still lacks. */
  note(node, control) {
    const words = make("p.cb-missing", { id: `cb-missing-${++notes}` });
    control.setAttribute("aria-describedby", words.id);
    this.drawn.push({ node, control, words });
    return words;
  }

  /** A form with an unfinished line is not sent: without that line it would ask for more than the person meant. */
  check() {
    for (const { node, control, words } of this.drawn) {
      const lack = lackOf(node, this.tree, takesNothing);
      words.textContent = lack ? this.labels[`lacks_${lack}`] ?? "" : "";
      control.setCustomValidity(words.textContent);
    }
    if (this.drawn.every(({ control }) => control.validity.valid)) this.classList.remove("refused");
  }

  /** The value's input, as a list of none or one element; remembers what the operator takes. */
  valueOf(node, field, operators) {
    const operator = operators.find((one) => one.op === node.op) ?? operators[0];
    node.takes = operator?.takes;
    const set = (value) => { node.value = value; this.changed(); };
    const asked = operator?.options_url ? { ...field, options_url: operator.options_url, choices: [] } : field;
    const input = valueInput(node.takes, { field: asked, value: node.value, set, label: this.labels.value, labels: this.labels, spans: this.description.spans, relative: operator?.choices ?? this.description.relative ?? [] });
    return input ? [input] : [];
  }

  related(node, description, drop) {
    const relation = this.relation(description, node);
    const which = make("select.cb-field", { "aria-label": this.labels.field }, ...description.related.map(({ name, label }) => new Option(label, name, false, name === node.related)));
    which.addEventListener("change", () => { Object.assign(node, newRelated(which.value)); this.changed(true); });
    const line = make("div.cb-line", {}, which, ...this.measure(node, relation), drop, this.note(node, which));
    line.append(make("div.cb-where", {}, node.where ? this.group(node.where, node.description, this.button("x", this.labels.remove, () => { node.where = null; this.changed(true); })) : this.whereButton(node, relation)));
    return line;
  }

  measure(node, relation) {
    const aggregate = relation.aggregates.find((one) => one.measure === node.measure) ?? relation.aggregates[0];
    node.measure = aggregate.measure;
    const operators = aggregate.operators ?? [];
    if (!operators.some(({ op }) => op === node.op)) node.op = operators[0]?.op ?? "";
    const select = make("select.cb-op", { "aria-label": this.labels.measure }, ...relation.aggregates.map(({ measure, label }) => new Option(label, measure, false, measure === node.measure)));
    select.addEventListener("change", () => { Object.assign(node, { measure: select.value, of: "", op: "", value: undefined }); this.changed(true); });
    const parts = [select];
    if (aggregate.of) parts.push(this.ofChoice(node, aggregate));
    if (operators.length) parts.push(...this.comparison(node, { kind: aggregate.kind ?? "number", choices: aggregate.choices }, operators));
    else node.takes = "none";
    return parts;
  }

  ofChoice(node, aggregate) {
    if (!aggregate.of.some(([name]) => name === node.of)) node.of = aggregate.of[0][0];
    const select = make("select.cb-op", { "aria-label": this.labels.field }, ...aggregate.of.map(([name, label]) => new Option(label, name, false, name === node.of)));
    select.addEventListener("change", () => { node.of = select.value; this.changed(); });
    return select;
  }

  whereButton(node, relation) {
    const open = async () => {
      node.where = newGroup("all", [newLeaf()]);
      node.description = await describe(relation.fields_url);
      this.changed(true);
    };
    return make("button.btn.small.quiet", { type: "button", onclick: open }, icon("filter"), this.labels.where);
  }

  write(tell) {
    this.check();
    const condition = toCondition(this.tree, takesNothing);
    const json = condition ? JSON.stringify(condition) : "";
    if (json === this.field.value && tell) return;
    this.field.value = json;
    this.explainSoon();
    if (!tell) return;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async explain() {
    const asked = this.field.value;
    if (!this.dataset.explainUrl || !asked) return this.say("");
    const response = await fetch(`${this.dataset.explainUrl}?${new URLSearchParams({ filter: asked })}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const answer = await response.json().catch(() => ({}));
    if (asked === this.field.value) this.say(answer.sentence ?? answer.error ?? "", !response.ok);
  }

  say(words, isBad = false) {
    this.sentence.textContent = words;
    this.sentence.classList.toggle("bad", isBad);
  }
}

customElements.define("condition-builder", ConditionBuilder);
