import htmx from "htmx.org";
import { icon, make } from "./elements.js";
import { refresh } from "./refresh.js";

const SHOWN_MS = 6000;
const SHOWN_WITH_UNDO_MS = 12000;
const SHOWN_AT_ONCE = 3;
const KEPT = "zhike:toast";
const KIND_ICONS = { good: "circle-check", bad: "alert-circle" };

/** Says something at the foot of the page: {message, kind: "good|bad|info", undo: URL or null, undo_label}. */
export function toast(detail) {
  document.dispatchEvent(new CustomEvent("zhike:toast", { detail }));
}

/** <toast-region>: shows zhike:toast events and the templates the server rendered into it. */
class ToastRegion extends HTMLElement {
  connectedCallback() {
    document.addEventListener("zhike:toast", (event) => this.show(event.detail));
    document.addEventListener("htmx:responseError", (event) => this.explain(event.detail.xhr));
    document.addEventListener("htmx:sendError", () => this.show({ message: this.dataset.offline, kind: "bad" }));
    document.addEventListener("zhike:reloading", () => addEventListener("pagehide", () => this.keepLatest()));
    this.tellKept();
    for (const told of this.querySelectorAll("template")) {
      this.show({ message: told.content.textContent, kind: told.dataset.kind, undo: told.dataset.undoUrl });
      told.remove();
    }
  }

  /** What was said just before the page loaded itself anew. */
  tellKept() {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (kept) this.show(JSON.parse(kept));
  }

  keepLatest() {
    if (!this.latest) return;
    const { message, undo, undo_label, kind } = this.latest;
    sessionStorage.setItem(KEPT, JSON.stringify({ message, undo, undo_label, kind }));
  }

  explain(xhr) {
    if (/zhike:toast/.test(xhr.getResponseHeader("HX-Trigger") || "")) return;
    const words = { 403: this.dataset.forbidden, 404: this.dataset.gone, 410: this.dataset.gone };
    this.show({ message: words[xhr.status] || this.dataset.failed, kind: "bad" });
  }

  show(detail) {
    const told = typeof detail.value === "string" ? { message: detail.value } : detail;
    const kind = told.kind || "info";
    const box = make("div.toast", {}, KIND_ICONS[kind] ? icon(KIND_ICONS[kind]) : null, make("span", {}, told.message));
    box.querySelector(".icon")?.classList.add(kind);
    if (told.undo) box.append(make("button.undo", { type: "button", onclick: () => this.undo(told.undo, box) }, told.undo_label || this.dataset.undo));
    box.append(make("button.close", { type: "button", "aria-label": this.dataset.close, onclick: () => this.leave(box) }, icon("x")));
    this.append(box);
    this.leaveOldest();
    [this.latest, this.latestBox] = [told, box];
    this.raise();
    this.leaveLater(box, told.undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
  }

  /** Who does many things in a row reads the last; the others stand in the history. */
  leaveOldest() {
    const boxes = [...this.querySelectorAll(".toast:not(.leaving)")];
    for (const box of boxes.slice(0, -SHOWN_AT_ONCE)) this.leave(box);
  }

  /** Above any open dialog: the top layer is ordered by who came last. */
  raise() {
    if (this.matches(":popover-open")) this.hidePopover();
    this.showPopover();
  }

  leaveLater(box, after) {
    let timer = setTimeout(() => this.leave(box), after);
    const stay = () => clearTimeout(timer);
    const go = () => { timer = setTimeout(() => this.leave(box), after / 2); };
    box.addEventListener("pointerenter", stay);
    box.addEventListener("focusin", stay);
    box.addEventListener("pointerleave", go);
    box.addEventListener("focusout", go);
  }

  leave(box) {
    if (box === this.latestBox) this.latest = null;
    box.classList.add("leaving");
    setTimeout(() => {
      box.remove();
      if (!this.querySelector(".toast") && this.matches(":popover-open")) this.hidePopover();
    }, 180);
  }

  async undo(url, box) {
    this.leave(box);
    let restored = false;
    const note = (event) => { if (event.detail.pathInfo.requestPath === url) restored = event.detail.successful; };
    document.body.addEventListener("htmx:afterRequest", note);
    await htmx.ajax("POST", url, { source: document.body, swap: "none" });
    document.body.removeEventListener("htmx:afterRequest", note);
    if (restored) refresh();
  }
}

customElements.define("toast-region", ToastRegion);
