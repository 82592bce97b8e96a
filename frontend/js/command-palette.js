import htmx from "htmx.org";
import { isShortcut } from "./elements.js";
import { debounced, withParameter } from "./requests.js";

const WAIT_MS = 120;

/** <command-palette data-url>: Ctrl/⌘ K; the server answers with rows <a role="option" href>. */
class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.results = this.querySelector("[role=listbox]");
    this.askSoon = debounced(() => this.ask(), WAIT_MS);
    this.input.addEventListener("input", (event) => event.isComposing || this.changed());
    this.input.addEventListener("compositionend", () => this.changed());
    this.dialog.addEventListener("keydown", (event) => this.steer(event));
    this.results.addEventListener("click", (event) => event.target.closest("[role=option]") && this.dialog.close());
    document.addEventListener("keydown", (event) => this.summon(event));
    document.addEventListener("click", (event) => event.target.closest?.("[data-open-palette]") && this.open());
  }

  summon(event) {
    const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && isShortcut(event) && !document.querySelector("record-list");
    if (!control && !slash) return;
    event.preventDefault();
    if (this.dialog.open) this.dialog.close();
    else this.open();
  }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.input.select();
    [this.enter, this.answered] = [null, null];
    this.ask();
  }

  changed() {
    this.enter = null;
    this.askSoon();
  }

  get asked() {
    return this.input.value.trim();
  }

  async ask() {
    this.asking?.abort();
    this.asking = new AbortController();
    const asked = this.asked;
    try {
      const response = await fetch(withParameter(this.dataset.url, "q", asked), { signal: this.asking.signal, headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (response.ok) this.fill(await response.text());
    } catch (error) {
      if (error.name === "AbortError") return;
      this.results.replaceChildren();
    }
    this.answered = asked;
    if (this.enter && this.dialog.open) this.go(this.enter);
  }

  fill(html) {
    htmx.swap(this.results, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    this.rows.forEach((row, index) => { row.id ||= `palette-row-${index}`; row.tabIndex = -1; });
    this.choose(0);
  }

  get rows() {
    return [...this.results.querySelectorAll("[role=option]")];
  }

  choose(index) {
    const rows = this.rows;
    if (!rows.length) return this.input.removeAttribute("aria-activedescendant");
    this.at = (index + rows.length) % rows.length;
    rows.forEach((row, position) => row.setAttribute("aria-selected", String(position === this.at)));
    rows[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", rows[this.at].id);
  }

  steer(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.enter = null;
      this.choose(this.at + step);
    } else if (event.key === "Enter" && event.target === this.input) {
      event.preventDefault();
      this.go(event);
    }
  }

  /** Enter means what was typed: the rows of what was typed before are not gone to, their answer is waited for. */
  go(event) {
    if (this.answered !== this.asked) {
      this.enter = event;
      return;
    }
    this.enter = null;
    const row = this.rows[this.at];
    if (!row) return location.assign(withParameter(this.dataset.searchUrl, "q", this.asked));
    if (event.ctrlKey || event.metaKey) window.open(row.href, "_blank", "noopener");
    else row.click();
  }
}

customElements.define("command-palette", CommandPalette);
