import htmx from "htmx.org";
import { forgetDraft, hasUnsavedDraft } from "./drafts.js";
import { toast } from "./toasts.js";

/** <side-drawer><dialog>…: shows what links marked data-drawer lead to, at the right of the page. */
class SideDrawer extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.content = this.querySelector(".drawer-content");
    this.dialog.addEventListener("close", () => this.closed());
    this.content.addEventListener("htmx:afterSettle", () => this.named());
    this.content.addEventListener("htmx:beforeSwap", (event) => this.leaveOut(event));
    document.addEventListener("click", (event) => this.follow(event));
    document.addEventListener("zhike:open-drawer", (event) => this.open(event.detail.value || event.detail.url));
    document.addEventListener("zhike:close-drawer", () => this.finish());
  }

  follow(event) {
    const link = event.target.closest?.("[data-drawer]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.content.toggleAttribute("data-bulk", link.hasAttribute("data-bulk"));
    this.open(link.getAttribute("href") || link.dataset.drawer, link.dataset.drawerSize);
  }

  /** Fetches a URL's partial into the drawer, in the name of what stands there until it comes. */
  open(url, size = "") {
    this.show(this.querySelector("template").content.cloneNode(true), size);
    htmx.ajax("GET", url, { source: this.content.firstElementChild, target: this.content, swap: "innerHTML" });
  }

  /** What was asked for before the drawer was closed, or showed something else, is wanted no more. */
  leaveOut(event) {
    if (event.target === this.content && !event.detail.requestConfig?.elt.isConnected) event.detail.shouldSwap = false;
  }

  /** Shows HTML the page already has (an answer of 422, say). */
  showHtml(html) {
    this.show("");
    htmx.swap(this.content, html, { swapStyle: "innerHTML" });
    this.named();
  }

  show(content, size = "") {
    this.done = false;
    this.dialog.classList.toggle("wide", size === "wide");
    this.content.replaceChildren(content);
    if (!this.dialog.open) this.dialog.showModal();
  }

  named() {
    const heading = this.content.querySelector("h2");
    if (heading) [heading.id, heading.tabIndex] = ["drawer-title", -1];
    const invalid = this.content.querySelector("[aria-invalid=true]");
    // A form drawn anew around the field one is in leaves one there; who was in what has gone begins at the heading.
    const isIn = this.content.contains(document.activeElement);
    const begin = isIn && document.activeElement.id ? null : this.content.querySelector("[autofocus]");
    (invalid || begin || (isIn ? null : heading))?.focus();
  }

  finish() {
    this.done = true;
    forgetDraft(this.content.querySelector("form[data-draft]"));
    if (this.dialog.open) this.dialog.close();
  }

  /** The browser tells it a little later: who has opened the drawer again meanwhile keeps what it shows. */
  closed() {
    if (this.dialog.open) return;
    const form = this.content.querySelector("form[data-draft]");
    if (!this.done && form && hasUnsavedDraft(form)) toast({ message: this.dataset.kept, kind: "info" });
    this.content.replaceChildren();
    this.content.removeAttribute("data-bulk");
    document.dispatchEvent(new CustomEvent("zhike:drawer-closed", { detail: { done: this.done } }));
  }
}

/** The page's one drawer. */
export const drawer = () => document.querySelector("side-drawer");

customElements.define("side-drawer", SideDrawer);
