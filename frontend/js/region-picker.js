import { getJson } from "./requests.js";

let tree;

/** <region-picker data-src="…/regions.json" data-province data-city data-district><input type="hidden" name="region" value="江苏省/苏州市/昆山市">:
 *  three levels, the later ones narrowed by the earlier. */
class RegionPicker extends HTMLElement {
  async connectedCallback() {
    this.field = this.querySelector("input[type=hidden]");
    if (!this.field || this.selects) return;
    const { province, city, district } = this.dataset;
    this.selects = [province, city, district].map((label) => this.level(label));
    tree ||= getJson(this.dataset.src);
    this.tree = await tree;
    this.restore([this.field.value]);
  }

  level(label) {
    const select = document.createElement("select");
    select.className = "control";
    select.setAttribute("aria-label", label);
    select.append(new Option(label, ""));
    select.addEventListener("change", () => this.chosen(this.selects.indexOf(select)));
    this.append(select);
    return select;
  }

  /** What may be chosen at a level, given the levels before it. */
  names(level) {
    const [province, city] = this.selects.map((select) => select.value);
    if (level === 0) return this.tree.map(([name]) => name);
    const cities = this.tree.find(([name]) => name === province)?.[1] ?? [];
    if (level === 1) return cities.map(([name]) => name);
    return cities.find(([name]) => name === city)?.[1] ?? [];
  }

  fill(level, value = "") {
    const select = this.selects[level];
    const names = this.names(level);
    select.replaceChildren(select.options[0], ...names.map((name) => new Option(name, name)));
    if (value && !names.includes(value)) select.append(new Option(value, value));
    select.value = names.length === 1 && level === 1 ? names[0] : value;
    select.disabled = names.length === 0 && !value;
  }

  chosen(level) {
    for (let next = level + 1; next < 3; next += 1) this.fill(next);
    this.field.value = this.selects.map((select) => select.value).filter(Boolean).join("/");
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  restore([path]) {
    this.field.value = path;
    const parts = path.split("/");
    for (let level = 0; level < 3; level += 1) this.fill(level, parts[level]);
  }
}

customElements.define("region-picker", RegionPicker);
