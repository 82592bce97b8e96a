const MINUTE_MS = 60_000;

/** <relative-time datetime data-words='{"now":"刚刚","minutes":"{n} 分钟前"}' data-until="3600">15:40</relative-time>:
 *  the server writes the words a person uses; while the moment is younger than an hour the minutes go on counting. */
class RelativeTime extends HTMLElement {
  connectedCallback() {
    this.given = this.textContent;
    this.title ||= new Date(this.getAttribute("datetime")).toLocaleString(document.documentElement.lang);
    if (!this.dataset.words) return;
    this.words = JSON.parse(this.dataset.words);
    this.tick();
    this.timer = setInterval(() => this.tick(), MINUTE_MS);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const minutes = Math.floor((Date.now() - new Date(this.getAttribute("datetime"))) / MINUTE_MS);
    if (minutes >= 60 || minutes < 0) return this.settle();
    this.textContent = minutes < 1 ? this.words.now : this.words.minutes.replace("{n}", minutes);
  }

  settle() {
    this.textContent = this.given;
    clearInterval(this.timer);
  }
}

customElements.define("relative-time", RelativeTime);
