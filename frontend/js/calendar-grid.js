// <calendar-grid data-move-url-template="/opportunities/{id}/cells/expected_close_on/?as=day">: days and what stands on
// them, by mouse and by keyboard. An entry with data-value may be carried to another day; the server draws all anew.
import htmx from "htmx.org";
import { isShortcut } from "./elements.js";

const WEEK = 7;
/** The entry that was moved: the days are drawn anew around it, and it is found again there. */
let moved = "";

class CalendarGrid extends HTMLElement {
  connectedCallback() {
    this.allowDragging();
    this.showMoved();
    this.addEventListener("click", (event) => this.clicked(event));
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onkey);
  }

  get days() {
    return [...this.querySelectorAll(".calendar-day")];
  }

  async allowDragging() {
    if (!this.querySelector(".calendar-entry[data-value]") || this.days.length < 2) return;
    const { Sortable } = await import("./lazy/board.js");
    for (const entries of this.querySelectorAll(".day-entries")) this.sortDay(Sortable, entries);
  }

  sortDay(Sortable, entries) {
    Sortable.create(entries, {
      group: "days", draggable: ".calendar-entry[data-value]", sort: false, animation: 120, forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
      delay: 160, delayOnTouchOnly: true, emptyInsertThreshold: 24,
      onStart: (event) => { this.next = event.item.nextElementSibling; },
      onMove: (event) => this.mark(event.to),
      onEnd: (event) => this.dropped(event),
    });
  }

  mark(entries) {
    for (const day of this.days) day.classList.toggle("over", Boolean(entries) && day.contains(entries));
  }

  dropped({ item, from, to }) {
    this.mark(null);
    if (from !== to) this.move(item, to.closest(".calendar-day"), { from, next: this.next });
  }

  /** Tells the server; what it refuses goes back to where it came from. */
  async move(entry, day, { from, next }) {
    const { id, value } = entry.dataset;
    let status = 0;
    const note = (event) => { status = event.detail.xhr.status; };
    moved = id;
    entry.classList.add("moving");
    entry.addEventListener("htmx:afterRequest", note);
    const values = { value: day.dataset.day + value.slice(10), from: value };
    await htmx.ajax("POST", this.dataset.moveUrlTemplate.replace("{id}", id), { source: entry, swap: "none", values }).catch(() => null);
    entry.removeEventListener("htmx:afterRequest", note);
    entry.classList.remove("moving");
    if (status >= 200 && status < 300) return;
    from.insertBefore(entry, next?.parentNode === from ? next : null);
    entry.querySelector("a").focus({ preventScroll: true });
  }

  showMoved() {
    const entry = moved ? this.querySelector(`#entry-${CSS.escape(moved)}`) : null;
    moved = "";
    entry?.classList.add("saved");
    entry?.querySelector("a").focus({ preventScroll: true });
  }

  /** The empty part of a day is where something new begins. */
  clicked(event) {
    if (event.target.closest("button[data-today]")) this.showToday();
    if (!event.target.closest("a, button, .calendar-entry")) event.target.closest(".calendar-day")?.querySelector(".day-add")?.click();
  }

  /** Where today is drawn already, it is only brought into sight. */
  showToday() {
    const today = this.querySelector(".calendar-day.today .day-number");
    today.scrollIntoView({ block: "center" });
    today.focus({ preventScroll: true });
  }

  key(event) {
    if (event.altKey && this.carry(event)) return event.preventDefault();
    if (!isShortcut(event)) return;
    const act = {
      t: () => this.press("[data-today]"), T: () => this.press("[data-today]"),
      PageUp: () => this.press("[rel=prev]"), PageDown: () => this.press("[rel=next]"),
      j: () => this.step(1), k: () => this.step(-1), n: () => this.here?.querySelector(".day-add")?.click() ?? false,
      ArrowLeft: () => this.walk(-1), ArrowRight: () => this.walk(1), ArrowUp: () => this.walk(-WEEK), ArrowDown: () => this.walk(WEEK),
      "/": () => this.closest("main").querySelector("[data-list-search]")?.focus(),
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  press(selector) {
    this.querySelector(`.calendar-head ${selector}`)?.click();
  }

  get here() {
    return this.contains(document.activeElement) ? document.activeElement.closest(".calendar-day") : null;
  }

  /** To the day so many days away; beyond the edge to what comes there. */
  walk(by) {
    const days = this.days;
    if (days.length < 2) return this.press(by < 0 ? "[rel=prev]" : "[rel=next]");
    if (!this.here && this.contains(document.activeElement)) return false;
    const at = this.here ? days.indexOf(this.here) + by : Math.max(0, days.findIndex((day) => day.matches(".today")));
    if (days[at]) days[at].querySelector(".day-number").focus();
    else this.press(by < 0 ? "[rel=prev]" : "[rel=next]");
  }

  step(by) {
    const entries = [...this.querySelectorAll(".calendar-entry > a")].filter((entry) => entry.offsetParent);
    const at = entries.indexOf(document.activeElement);
    entries[at < 0 ? 0 : Math.min(Math.max(at + by, 0), entries.length - 1)]?.focus();
  }

  /** Alt and an arrow carry the entry that has the focus by a day or a week. */
  carry(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -WEEK, ArrowDown: WEEK }[event.key];
    const entry = document.activeElement?.closest?.(".calendar-entry[data-value]");
    if (!by || !entry || !this.contains(entry)) return false;
    const days = this.days;
    const day = days[days.indexOf(entry.closest(".calendar-day")) + by];
    if (!day || entry.matches(".moving")) return true;
    const origin = { from: entry.parentNode, next: entry.nextElementSibling };
    day.querySelector(".day-entries").append(entry);
    this.move(entry, day, origin);
    return true;
  }
}

customElements.define("calendar-grid", CalendarGrid);
