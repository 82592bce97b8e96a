/** <column-chooser><form><ol class="column-list"><li class="column-item">: order of the rows is the order posted. */
class ColumnChooser extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerenter", () => this.allowDragging(), { once: true });
    this.addEventListener("keydown", (event) => this.move(event));
    this.addEventListener("input", (event) => event.target.matches("[data-find-column]") && this.narrow(event.target.value));
  }

  async allowDragging() {
    const { Sortable } = await import("./lazy/board.js");
    Sortable.create(this.querySelector(".column-list"), { handle: ".grip", draggable: ".column-item:not(.fixed)", animation: 120 });
  }

  move(event) {
    const item = event.target.closest(".column-item:not(.fixed)");
    if (!item || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const beside = event.key === "ArrowUp" ? item.previousElementSibling : item.nextElementSibling;
    if (!beside || beside.matches(".fixed")) return;
    if (event.key === "ArrowUp") beside.before(item);
    else beside.after(item);
    event.target.focus();
  }

  narrow(text) {
    for (const item of this.querySelectorAll(".column-item")) item.hidden = !item.textContent.toLowerCase().includes(text.toLowerCase());
  }
}

customElements.define("column-chooser", ColumnChooser);
