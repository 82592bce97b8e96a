import htmx from "htmx.org";

// The configuration itself stands in the page, in <meta name="htmx-config">.
window.htmx = htmx;

const bar = document.createElement("div");
bar.className = "page-progress";
let running = 0;

function count(change) {
  running = Math.max(0, running + change);
  bar.classList.toggle("running", running > 0);
}

document.body.append(bar);
document.addEventListener("htmx:beforeRequest", () => count(1));
document.addEventListener("htmx:afterRequest", () => count(-1));

export default htmx;
