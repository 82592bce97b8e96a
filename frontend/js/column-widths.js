// <th data-column="owner"><a class="sort">…</a><span class="resize" aria-hidden="true"></span>: dragging the edge, or
// Shift-← and Shift-→ on the heading, sets the width of <col data-column>; the table's data-widths-url is told {column, width}.
import { post } from "./requests.js";

const NARROWEST = 48;
const WIDEST = 640;
const STEP = 16;

function columnOf(handle) {
  const head = handle.closest("th");
  return { head, column: handle.closest("table").querySelector(`col[data-column="${head.dataset.column}"]`) };
}

// The columns share the table's width until one is dragged: from then on the last one gives way.
function hold(handle) {
  const heads = [...handle.closest("tr").querySelectorAll("th[data-column]")];
  const widths = heads.map((head) => head.offsetWidth);
  heads.forEach((head, place) => {
    const { column } = columnOf(head.querySelector(".resize"));
    column.style.width = head === heads.at(-1) && !head.contains(handle) ? "" : `${widths[place]}px`;
  });
}

function resize(handle, width) {
  const { column } = columnOf(handle);
  const bounded = Math.round(Math.min(Math.max(width, NARROWEST), WIDEST));
  column.style.width = `${bounded}px`;
  return bounded;
}

function rememberWidth(handle, width) {
  const { head } = columnOf(handle);
  const url = handle.closest("table").dataset.widthsUrl;
  if (url) post(url, { column: head.dataset.column, width });
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("th .resize");
  if (!handle || event.button) return;
  event.preventDefault();
  hold(handle);
  const start = handle.closest("th").offsetWidth;
  const from = event.clientX;
  let width = start;
  handle.setPointerCapture(event.pointerId);
  handle.classList.add("dragging");
  const move = (moved) => { width = resize(handle, start + moved.clientX - from); };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", () => {
    handle.removeEventListener("pointermove", move);
    handle.classList.remove("dragging");
    if (width !== start) rememberWidth(handle, width);
  }, { once: true });
});

document.addEventListener("keydown", (event) => {
  const handle = event.shiftKey && event.target.closest?.("th")?.querySelector(".resize");
  const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
  if (!handle || !by) return;
  event.preventDefault();
  hold(handle);
  rememberWidth(handle, resize(handle, handle.closest("th").offsetWidth + by));
});
