/** <drag-order data-url="…"> around [data-order] of [data-id] rows with a .grip each: dragged, or moved with Alt-↑/↓, the
 *  rows are told to the server as `ids` in their new order. */
import htmx from "htmx.org";
import { debounced } from "./requests.js";

const PAUSE = 500;

class DragOrder extends HTMLElement {
  connectedCallback() {
    this.tellSoon = debounced(() => this.tell(), PAUSE);
    this.told = this.ids().join();
    this.allowDragging();
    this.addEventListener("keydown", (event) => this.move(event));
  }

  get rows() {
    return this.querySelector("[data-order]");
  }

  ids() {
    return [...this.rows.querySelectorAll(":scope > [data-id]")].map((row) => row.dataset.id);
  }

  async allowDragging() {
    const { Sortable } = await import("./lazy/board.js");
    Sortable.create(this.rows, { handle: ".grip", draggable: "[data-id]", animation: 120, forceFallback: true, fallbackOnBody: true, onEnd: () => this.tell() });
    this.toggleAttribute("data-draggable", true);
  }

  move(event) {
    const row = event.target.closest("[data-id]");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const beside = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    if (!beside?.matches("[data-id]")) return;
    if (event.key === "ArrowUp") beside.before(row);
    else beside.after(row);
    event.target.focus();
    this.tellSoon();
  }

  tell() {
    const ids = this.ids();
    if (ids.join() === this.told || !this.isConnected) return;
    this.told = ids.join();
    htmx.ajax("POST", this.dataset.url, { source: this, swap: "none", values: { ids } });
  }
}

customElements.define("drag-order", DragOrder);
