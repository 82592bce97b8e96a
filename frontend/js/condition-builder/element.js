// <condition-builder data-fields-url data-explain-url name="filter" value='JSON'>: nested conditions by pointing.
import { icon, make } from "../elements.js";
import { debounced, getJson } from "../requests.js";
import { valueInput } from "./inputs.js";
import { newGroup, newLeaf, newRelated, parse, toCondition } from "./model.js";

const descriptions = new Map();

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
    this.lines.replaceChildren(this.group(this.tree, this.description, null));
  }

  changed(redraw = false) {
    if (redraw) this.draw();
    this.write(true);
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
    const drop = this.button("x", this.labels.remove, () => { parent.items.splice(index, 1); this.changed(true); });
    if (node.type === "group") return this.group(node, description, drop);
    return node.type === "leaf" ? this.leaf(node, description, drop) : this.related(node, description, drop);
  }

  button(name, label, act) {
    return make("button.icon-button.small", { type: "button", "aria-label": label, "data-tip": label, onclick: act }, icon(name));
  }

  tools(node, description) {
    const add = (item) => async () => {
      node.items.push(item());
      await this.loadRelated(node);
      this.changed(true);
      this.lines.querySelector(".cb-line:last-of-type select")?.focus();
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

  opChoice(operators, node) {
    const select = make("select.cb-op", { "aria-label": this.labels.operator }, ...operators.map(({ op, label }) => new Option(label, op, false, op === node.op)));
    select.addEventListener("change", () => this.setOperator(node, operators, select.value));
    return select;
  }

  setOperator(node, operators, op) {
    const found = (name) => operators.find((operator) => operator.op === name);
    if (found(op)?.takes !== found(node.op)?.takes || found(op)?.options_url !== found(node.op)?.options_url) node.value = undefined;
    node.op = op;
    this.changed(true);
  }

  leaf(node, description, drop) {
    const field = description.fields.find((one) => one.name === node.field);
    const choice = this.fieldChoice(description.fields, node.field);
    choice.addEventListener("change", () => {
      const chosen = description.fields.find((one) => one.name === choice.value);
      Object.assign(node, { field: choice.value, op: chosen?.operators[0]?.op ?? "", value: undefined });
      this.changed(true);
    });
    const line = make("div.cb-line", {}, choice);
    if (field) line.append(this.opChoice(field.operators, node), ...this.valueOf(node, field, field.operators));
    line.append(drop);
    return line;
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
    const line = make("div.cb-line", {}, which, ...this.measure(node, relation), drop);
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
    if (operators.length) parts.push(this.opChoice(operators, node), ...this.valueOf(node, { kind: aggregate.kind ?? "number", choices: aggregate.choices }, operators));
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
    const condition = toCondition(this.tree, (node) => node.takes === "none");
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
