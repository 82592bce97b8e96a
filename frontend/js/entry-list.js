/** <entry-list><input type="hidden" name="phones" value='[…]'><template><div class="entry">… data-key …</div></template>
 *  <button data-add>: a list of small records (kind + number), written as JSON into the hidden input. */
class EntryList extends HTMLElement {
  connectedCallback() {
    this.hidden_ = this.querySelector("input[type=hidden]");
    this.template = this.querySelector("template");
    this.addButton = this.querySelector("[data-add]");
    this.draw(this.values());
    this.addEventListener("input", () => this.write());
    this.addEventListener("change", () => this.write());
    this.addEventListener("click", (event) => this.clicked(event));
    if (this.hasAttribute("data-quick")) {
      this.addEventListener("keydown", (event) => this.entered(event));
      this.addEventListener("paste", (event) => this.pasted(event));
    }
  }

  values() {
    try {
      return JSON.parse(this.hidden_.value || "[]");
    } catch {
      return [];
    }
  }

  draw(values) {
    for (const row of this.querySelectorAll(".entry")) row.remove();
    for (const value of values.length ? values : [{}]) this.addRow(value);
  }

  addRow(value = {}) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    for (const field of row.querySelectorAll("[data-key]")) {
      const given = value[field.dataset.key];
      if (given === undefined) continue;
      if (field.type === "checkbox") field.checked = Boolean(given);
      else field.value = given;
    }
    row.value = value;
    const last = this.addButton.previousElementSibling;
    this.setLevel(row, value.level ?? (last?.matches(".entry") ? this.levelOf(last) : 0));
    this.addButton.before(row);
    return row;
  }

  clicked(event) {
    if (event.target.closest("[data-add]")) this.addRow().querySelector("input")?.focus();
    const up = event.target.closest("[data-up]");
    if (up) this.moveUp(up.closest(".entry"));
    const turn = event.target.closest("[data-deeper], [data-higher]");
    if (turn) this.turn(turn.closest(".entry"), turn.matches("[data-deeper]") ? 1 : -1);
    const remove = event.target.closest("[data-remove]");
    if (!remove) return;
    remove.closest(".entry").remove();
    if (!this.querySelector(".entry")) this.addRow();
    this.write();
    this.addButton.focus();
    this.hidden_.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Enter goes on to the next row, which is made where there is none. */
  entered(event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input[type=text]")) return;
    event.preventDefault();
    const next = event.target.closest(".entry").nextElementSibling;
    const row = next?.matches(".entry") ? next : event.target.value.trim() ? this.addRow() : null;
    row?.querySelector(`[data-key=${event.target.dataset.key}]`)?.focus();
  }

  /** Lines that are pasted become rows, one each: a column of a sheet, a list of a document. */
  pasted(event) {
    const field = event.target.closest("input[type=text]");
    const lines = event.clipboardData.getData("text/plain").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (!field || lines.length < 2) return;
    event.preventDefault();
    let row = field.closest(".entry");
    for (const [place, line] of lines.entries()) {
      if (place) row = row.nextElementSibling?.matches(".entry") ? row.nextElementSibling : this.addRow();
      const into = row.querySelector(`[data-key=${field.dataset.key}]`);
      into.value = into.maxLength > 0 ? line.slice(0, into.maxLength) : line;
      into.focus();
    }
    this.write();
    this.hidden_.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Puts a row of a tree one level deeper or higher; deeper than one below the row before it is nowhere. */
  turn(row, by) {
    const above = row.previousElementSibling;
    const deepest = above?.matches(".entry") ? this.levelOf(above) + 1 : 0;
    this.setLevel(row, Math.max(0, Math.min(this.levelOf(row) + by, deepest)));
    this.write();
    this.hidden_.dispatchEvent(new Event("change", { bubbles: true }));
  }

  levelOf(row) {
    return Number(row.querySelector("[data-key=level]")?.value || 0);
  }

  setLevel(row, level) {
    const field = row.querySelector("[data-key=level]");
    if (!field) return;
    field.value = level;
    row.style.setProperty("--depth", level);
  }

  moveUp(row) {
    if (!row.previousElementSibling?.matches(".entry")) return;
    row.previousElementSibling.before(row);
    row.querySelector("[data-up]").focus();
    this.write();
  }

  /** Rows whose text is empty are no entries; keys the row does not show are kept. */
  write() {
    const rows = [...this.querySelectorAll(".entry")].map((row) => {
      const shown = [...row.querySelectorAll("[data-key]")].map((field) => [field.dataset.key, field.type === "checkbox" ? field.checked : field.value.trim()]);
      return { row: { ...row.value, ...Object.fromEntries(shown) }, filled: shown.some(([key, value]) => key !== "kind" && key !== "level" && typeof value === "string" && value) };
    });
    this.hidden_.value = JSON.stringify(rows.filter((entry) => entry.filled).map((entry) => entry.row));
  }

  restore([json]) {
    this.hidden_.value = json;
    this.draw(this.values());
  }
}

customElements.define("entry-list", EntryList);
