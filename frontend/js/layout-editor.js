/** <layout-editor> with zones [data-zone] of [data-names] > [data-name]: what is dragged, or moved with Alt-↑/↓, is written
 *  as {"sections": [{label, label_en, names}]} into the hidden input when the form is sent. The last zone holds what is not shown. */
class LayoutEditor extends HTMLElement {
  connectedCallback() {
    this.hidden_ = this.querySelector("input[name=body]");
    this.allowDragging();
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("input", () => this.write());
    this.write();
  }

  get shownZones() {
    return [...this.querySelectorAll('[data-zone="shown"]')];
  }

  get hiddenNames() {
    return this.querySelector('[data-zone="hidden"] [data-names]');
  }

  async allowDragging() {
    const { Sortable } = await import("./lazy/board.js");
    for (const list of this.querySelectorAll("[data-names]:not([data-sortable])")) {
      list.dataset.sortable = "true";
      Sortable.create(list, { group: "names", draggable: "[data-name]", handle: ".grip", animation: 120, forceFallback: true, fallbackOnBody: true, onEnd: () => this.write() });
    }
    this.toggleAttribute("data-draggable", true);
  }

  /** Up and down within a zone, and over its edge into the next one. */
  key(event) {
    const entry = event.target.closest("[data-name]");
    if (!entry || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const lists = [...this.querySelectorAll("[data-names]")];
    const next = lists[lists.indexOf(entry.parentNode) + (event.key === "ArrowUp" ? -1 : 1)];
    if (event.key === "ArrowUp") {
      if (entry.previousElementSibling) entry.previousElementSibling.before(entry);
      else next?.append(entry);
    } else if (entry.nextElementSibling) entry.nextElementSibling.after(entry);
    else next?.prepend(entry);
    entry.querySelector(".grip").focus();
    this.write();
  }

  clicked(event) {
    const entry = event.target.closest("[data-toggle]")?.closest("[data-name]");
    if (entry) this.toggle(entry);
    if (event.target.closest("[data-add-zone]")) this.addZone();
    const zone = event.target.closest("[data-zone]");
    if (event.target.closest("[data-remove-zone]")) this.removeZone(zone);
    if (event.target.closest("[data-up]") && zone.previousElementSibling) {
      zone.previousElementSibling.before(zone);
      event.target.closest("[data-up]").focus();
    }
    this.write();
  }

  toggle(entry) {
    if (entry.parentNode === this.hiddenNames) this.shownZones.at(-1)?.querySelector("[data-names]").append(entry);
    else this.hiddenNames.append(entry);
    entry.querySelector("[data-toggle]").focus();
  }

  addZone() {
    const zone = this.querySelector("template").content.firstElementChild.cloneNode(true);
    this.querySelector(".layout-zones").append(zone);
    zone.querySelector("input").focus();
    this.allowDragging();
  }

  removeZone(zone) {
    this.hiddenNames.append(...zone.querySelectorAll("[data-name]"));
    zone.remove();
  }

  write() {
    const sections = this.shownZones.map((zone) => {
      const words = [...zone.querySelectorAll("[data-key]")].map((field) => [field.dataset.key, field.value.trim()]);
      return { ...Object.fromEntries(words), names: [...zone.querySelectorAll("[data-name]")].map((entry) => entry.dataset.name) };
    });
    this.hidden_.value = JSON.stringify({ sections });
  }
}

customElements.define("layout-editor", LayoutEditor);
