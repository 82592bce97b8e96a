/** <tab-set><div role="tablist"><button role="tab" aria-controls="id">…: panels of one page. Arrow keys move. */
class TabSet extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.show(event.target.closest("[role=tab]")));
    this.addEventListener("keydown", (event) => this.steer(event));
    this.addEventListener("htmx:afterSettle", () => this.showChosen());
    this.showChosen();
  }

  /** A panel that has been drawn anew does not know which of them is looked at now. */
  showChosen() {
    this.show(this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? this.tabs[0]);
  }

  get tabs() {
    return [...this.querySelectorAll("[role=tab]")];
  }

  show(chosen) {
    if (!chosen) return;
    for (const tab of this.tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      if (panel) panel.hidden = tab !== chosen && panel.id !== chosen.getAttribute("aria-controls");
    }
  }

  steer(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const tabs = this.tabs;
    const at = tabs.indexOf(event.target);
    if (!step || at < 0) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.click();
    next.focus();
  }
}

customElements.define("tab-set", TabSet);
