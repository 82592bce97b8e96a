import { isShortcut } from "./elements.js";

const BOX = "tbody .pick input[type=checkbox]";

/** <record-list data-count data-filter…>: rows by keyboard, selection, and what is done to many at once. */
class RecordList extends HTMLElement {
  chosen = new Set();
  all = false;

  connectedCallback() {
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("change", (event) => this.changed(event));
    this.addEventListener("htmx:afterSettle", () => this.again());
    this.onkey = (event) => this.key(event);
    this.onrequest = (event) => this.addChosen(event);
    this.onanswer = (event) => this.answered(event);
    this.onclear = () => this.clear();
    document.addEventListener("keydown", this.onkey);
    document.addEventListener("htmx:configRequest", this.onrequest);
    document.addEventListener("htmx:afterRequest", this.onanswer);
    document.addEventListener("zhike:clear-selection", this.onclear);
    this.again();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onkey);
    document.removeEventListener("htmx:configRequest", this.onrequest);
    document.removeEventListener("htmx:afterRequest", this.onanswer);
    document.removeEventListener("zhike:clear-selection", this.onclear);
  }

  get boxes() {
    return [...this.querySelectorAll(BOX)];
  }

  get rows() {
    return [...this.querySelectorAll("tbody tr[data-id]")];
  }

  clicked(event) {
    const box = event.target.closest(BOX);
    if (box && event.shiftKey && this.last) this.range(this.last, box);
    if (box) this.last = box;
    if (event.target.closest("[data-all-matching]")) this.takeAll();
    if (event.target.closest("[data-clear-selection]")) this.clear();
  }

  range(from, to) {
    const boxes = this.boxes;
    const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    if (start < 0) return;
    for (const box of boxes.slice(start, end + 1)) this.take(box, to.checked);
    this.show();
  }

  changed(event) {
    if (event.target.matches("[data-pick-all]")) for (const box of this.boxes) this.take(box, event.target.checked);
    else if (event.target.matches(BOX)) this.take(event.target, event.target.checked);
    else return;
    this.show();
  }

  take(box, chosen) {
    box.checked = chosen;
    if (chosen) this.chosen.add(box.value);
    else this.chosen.delete(box.value);
    if (!chosen) this.all = false;
  }

  takeAll() {
    this.all = true;
    this.show();
  }

  clear() {
    this.chosen.clear();
    this.all = false;
    for (const box of this.boxes) box.checked = false;
    this.show();
  }

  /** Rows may just have been fetched anew: choose again what was chosen. */
  again() {
    const told = this.querySelector("[data-list-count]");
    if (told) this.dataset.count = told.dataset.listCount;
    const present = new Set(this.boxes.map((box) => box.value));
    for (const id of this.chosen) if (!present.has(id)) this.chosen.delete(id);
    for (const box of this.boxes) box.checked = this.all || this.chosen.has(box.value);
    this.show();
  }

  show() {
    const boxes = this.boxes;
    const full = boxes.length > 0 && boxes.every((box) => box.checked);
    for (const box of boxes) box.closest("tr").classList.toggle("selected", box.checked);
    for (const head of this.querySelectorAll("[data-pick-all]")) {
      head.checked = full;
      head.indeterminate = !full && this.chosen.size > 0;
    }
    for (const place of this.querySelectorAll("[data-selected-count]")) place.textContent = Number(this.all ? this.dataset.count : this.chosen.size).toLocaleString();
    this.toggleAttribute("data-selected", this.chosen.size > 0);
    this.toggleAttribute("data-all", this.all);
    this.toggleAttribute("data-page-full", full && !this.all && Number(this.dataset.count) > boxes.length);
  }

  /** Requests of elements marked data-bulk carry `ids`, or `all=1` with what the list shows (data-filter, data-q, data-view). */
  addChosen(event) {
    if (!event.detail.elt.closest("[data-bulk]") || !this.chosen.size) return;
    const { formData, verb } = event.detail;
    const target = formData ?? event.detail.parameters;
    target.delete("ids");
    target.set("count", this.all ? this.dataset.count : this.chosen.size);
    if (this.all) this.addShown(target);
    else if (verb !== "get") for (const id of this.chosen) target.append("ids", id);
  }

  addShown(target) {
    target.set("all", "1");
    for (const name of ["filter", "q", "view"]) if (this.dataset[name]) target.set(name, this.dataset[name]);
  }

  answered(event) {
    const bulk = event.detail.elt.closest?.("[data-bulk]");
    if (bulk && event.detail.requestConfig.verb !== "get" && event.detail.xhr.status < 400) this.clear();
  }

  key(event) {
    if (!isShortcut(event)) return;
    const act = { j: () => this.step(1), k: () => this.step(-1), x: () => this.toggle(event.shiftKey), X: () => this.toggle(true), e: () => this.edit(), Enter: () => this.open(event), "/": () => this.find(), Escape: () => this.letGo() }[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  /** Escape stays free for the browser, which closes what is open with it. */
  letGo() {
    this.clear();
    return false;
  }

  get here() {
    return this.querySelector("tbody tr.here");
  }

  step(by) {
    const rows = this.rows;
    if (!rows.length) return false;
    const at = rows.indexOf(this.here);
    const row = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    this.here?.classList.remove("here");
    row.classList.add("here");
    row.querySelector(".title a, a")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  toggle(upTo) {
    const box = this.here?.querySelector(".pick input");
    if (!box) return false;
    this.take(box, upTo || !box.checked);
    if (upTo && this.last) this.range(this.last, box);
    this.last = box;
    this.show();
  }

  edit() {
    const cell = this.here?.querySelector("[data-cell]");
    if (!cell) return false;
    cell.dispatchEvent(new CustomEvent("zhike:edit", { bubbles: true }));
  }

  open(event) {
    const link = this.here?.querySelector(".title a, a");
    if (!link || event.target.closest("a, button, [data-cell]:focus, summary")) return false;
    link.click();
  }

  find() {
    const search = this.closest("main")?.querySelector("[data-list-search]");
    if (search) search.focus();
    else document.querySelector("command-palette")?.open();
  }
}

customElements.define("record-list", RecordList);
