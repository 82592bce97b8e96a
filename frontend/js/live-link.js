// <live-link data-url data-me data-changed="Updated by {member}" data-show="Show">: what others do, while this page stands open.
import { icon, make } from "./elements.js";
import { refresh } from "./refresh.js";

const POLL_MS = 60_000;
const OWN_ACT_MS = 4_000;

class LiveLink extends HTMLElement {
  connectedCallback() {
    this.lastOwnAct = 0;
    document.addEventListener("htmx:beforeRequest", (event) => {
      if (event.detail.requestConfig.verb !== "get") this.lastOwnAct = Date.now();
    });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.close() : this.open()));
    if (!document.hidden) this.open();
  }

  disconnectedCallback() {
    this.close();
  }

  open() {
    if (this.source || this.poll) return;
    this.isFirst = true;
    this.source = new EventSource(this.dataset.url, { withCredentials: true });
    this.source.addEventListener("notice", (event) => this.notice(JSON.parse(event.data)));
    this.source.addEventListener("changed", (event) => this.changed(JSON.parse(event.data)));
    this.source.addEventListener("error", () => this.source?.readyState === EventSource.CLOSED && this.pollInstead());
  }

  close() {
    this.source?.close();
    this.source = null;
    clearInterval(this.poll);
    this.poll = null;
  }

  /** Without a stream the bell still learns of news, once a minute. */
  pollInstead() {
    this.close();
    this.poll = setInterval(() => document.body.dispatchEvent(new CustomEvent("zhike:notice", { bubbles: true })), POLL_MS);
  }

  /** {unread, title?, url?}: the count at the bell; the open panel fetches itself. The stream begins with what the
      page was drawn with, most often. */
  notice(told) {
    const count = document.getElementById("unread");
    const isKnown = this.isFirst && count?.dataset.count === String(told.unread);
    this.isFirst = false;
    if (isKnown) return;
    if (count && told.unread !== undefined) {
      count.textContent = told.unread || "";
      count.dataset.count = told.unread;
    }
    document.body.dispatchEvent(new CustomEvent("zhike:notice", { bubbles: true, detail: told }));
  }

  /** {type, id, member: {id, name}}: parts that show it (data-live="customer" or "customer:7") refresh, or offer to. */
  changed(told) {
    const parts = [...document.querySelectorAll(`[data-live~="${told.type}"], [data-live~="${told.type}:${told.id}"]`)];
    if (!parts.length) return;
    const mine = String(told.member?.id) === this.dataset.me && Date.now() - this.lastOwnAct < OWN_ACT_MS;
    if (mine) return;
    document.querySelector(`tr[data-id="${told.id}"]`)?.classList.add("stale");
    this.offer(told);
  }

  offer(told) {
    document.querySelector(".changed-hint")?.remove();
    const words = this.dataset.changed.replace("{member}", told.member?.name ?? "");
    const show = () => { hint.remove(); refresh(); };
    const hint = make("div.changed-hint", { role: "status" }, make("button", { type: "button", onclick: show }, icon("refresh"), `${words} · ${this.dataset.show}`));
    document.getElementById("main").prepend(hint);
  }
}

customElements.define("live-link", LiveLink);
