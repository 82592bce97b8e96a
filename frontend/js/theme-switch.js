import { remember } from "./cookies.js";

const root = document.documentElement;

/** <theme-switch><button value="light|dark|auto">…: sets data-theme and the cookie `theme`. */
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.mark();
    this.addEventListener("click", (event) => this.choose(event.target.closest("button")?.value));
    document.addEventListener("zhike:theme", () => this.mark());
  }

  choose(theme) {
    if (!theme) return;
    root.dataset.theme = theme;
    remember("theme", theme);
    document.dispatchEvent(new CustomEvent("zhike:theme"));
  }

  mark() {
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === root.dataset.theme));
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("zhike:theme")));
customElements.define("theme-switch", ThemeSwitch);
