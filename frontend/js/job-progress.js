import { getJson, post } from "./requests.js";

const EVERY_MS = 1000;

/** <job-progress data-url>: asks every second for {state, done, total, message, cancel_url, done_url} and shows it.
 *  state: waiting | running | done | failed | cancelled. When it ends and done_url is given the page goes there. */
class JobProgress extends HTMLElement {
  connectedCallback() {
    this.bar = this.querySelector(".progress");
    this.count = this.querySelector("[data-count]");
    this.message = this.querySelector("[data-message]");
    this.cancel = this.querySelector("[data-cancel]");
    this.cancel?.addEventListener("click", () => this.stop());
    this.ask();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  async ask() {
    try {
      this.show(await getJson(this.dataset.url));
    } catch {
      this.timer = setTimeout(() => this.ask(), EVERY_MS * 3);
    }
  }

  show(job) {
    const ended = ["done", "failed", "cancelled"].includes(job.state);
    const share = job.total ? Math.min(1, job.done / job.total) : Number(ended);
    this.bar.className = `progress ${job.state} ${job.total || ended ? "" : "unknown"}`;
    this.bar.setAttribute("aria-valuenow", Math.round(share * 100));
    this.bar.querySelector("span").style.setProperty("--value", `${share * 100}%`);
    if (this.count) this.count.textContent = job.total ? `${job.done.toLocaleString()} / ${job.total.toLocaleString()}` : "";
    if (this.message) this.message.textContent = job.message ?? "";
    this.cancelUrl = job.cancel_url;
    if (this.cancel) this.cancel.hidden = ended || !job.cancel_url;
    if (ended) this.ended(job);
    else this.timer = setTimeout(() => this.ask(), EVERY_MS);
  }

  ended(job) {
    if (job.done_url) location.assign(job.done_url);
    this.dispatchEvent(new CustomEvent("zhike:job-ended", { bubbles: true, detail: job }));
  }

  async stop() {
    this.cancel.disabled = true;
    await post(this.cancelUrl);
  }
}

customElements.define("job-progress", JobProgress);
