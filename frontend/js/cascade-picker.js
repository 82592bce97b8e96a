/** <cascade-picker data-nodes='[["electronics", "电子", 0], ["phones", "手机", 1]]' data-placeholder="…"><input type="hidden" name value>:
 *  one select for each level of a tree, each narrowed by the one before it; the deepest choice is the value. */
class CascadePicker extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[type=hidden]");
    if (!this.field || this.selects) return;
    this.selects = [];
    this.nodes = [];
    const path = [];
    for (const [value, label, level] of JSON.parse(this.dataset.nodes)) {
      path.splice(level);
      this.nodes.push({ value, label, above: path.at(-1) ?? "" });
      path.push(value);
    }
    this.restore([this.field.value]);
  }

  below(value) {
    return this.nodes.filter((node) => node.above === value);
  }

  /** The values on the way to a node, itself last. */
  pathTo(value) {
    const node = this.nodes.find((each) => each.value === value);
    return node ? [...this.pathTo(node.above), value] : [];
  }

  draw(path) {
    for (const select of this.selects) select.remove();
    this.selects = [];
    for (let level = 0; level <= path.length; level += 1) {
      const offered = this.below(path[level - 1] ?? "");
      if (!offered.length) break;
      const select = document.createElement("select");
      select.className = "control";
      select.setAttribute("aria-label", `${this.dataset.label} ${level + 1}`);
      select.append(new Option(this.dataset.placeholder, ""), ...offered.map((node) => new Option(node.label, node.value)));
      select.value = path[level] ?? "";
      select.addEventListener("change", () => this.chosen(level));
      this.append(select);
      this.selects.push(select);
    }
  }

  chosen(level) {
    this.field.value = this.selects[level].value || this.selects[level - 1]?.value || "";
    this.draw(this.pathTo(this.field.value));
    this.selects[Math.min(level + 1, this.selects.length - 1)].focus();
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  restore([value]) {
    this.field.value = value ?? "";
    this.draw(this.pathTo(this.field.value));
  }
}

customElements.define("cascade-picker", CascadePicker);
