/** <zk-chart data-source="won-by-month"><script type="application/json" id="won-by-month">…</script><table class="sr-only">…</zk-chart> */
class ZkChart extends HTMLElement {
  connectedCallback() {
    this.canvas = document.createElement("div");
    this.canvas.className = "canvas";
    this.canvas.setAttribute("aria-hidden", "true");
    this.append(this.canvas);
    this.redraw = () => this.draw();
    document.addEventListener("zhike:theme", this.redraw);
    this.seen = new IntersectionObserver(([entry]) => entry.isIntersecting && this.start(), { rootMargin: "200px" });
    this.seen.observe(this);
  }

  disconnectedCallback() {
    document.removeEventListener("zhike:theme", this.redraw);
    this.seen.disconnect();
    this.sized?.disconnect();
    this.chart?.dispose();
    this.canvas.remove();
  }

  async start() {
    this.seen.disconnect();
    this.charts = await import("./lazy/charts.js");
    if (!this.isConnected) return;
    this.chart = this.charts.init(this.canvas);
    this.chart.on("click", (point) => point.data?.url && this.follow(point.data.url));
    this.sized = new ResizeObserver(() => this.chart.resize());
    this.sized.observe(this);
    this.draw();
  }

  draw() {
    if (!this.chart) return;
    const source = this.dataset.source ? document.getElementById(this.dataset.source) : this.querySelector("script[type='application/json']");
    this.chart.setOption(this.charts.options(JSON.parse(source.textContent), this), true);
    this.dataset.drawn = "true";
  }

  follow(url) {
    const target = new URL(url, location.href);
    if (target.origin === location.origin) location.assign(target);
  }
}

customElements.define("zk-chart", ZkChart);
