// data-tip="text" anywhere, and the whole text of whatever was cut with an ellipsis.
const CUT = "td, dd, .truncate, .title, .condition > span, .nav-link span, .related-item small, .item";
const WAIT_MS = 350;
const tip = document.createElement("div");
let timer;
let shownFor;

tip.className = "tip";
tip.popover = "manual";
tip.setAttribute("role", "tooltip");
document.body.append(tip);

function text(element) {
  if (element.dataset.tip) return element.dataset.tip;
  const cut = element.scrollWidth > element.clientWidth + 1 && !element.title && !element.classList.contains("editing");
  return cut ? element.innerText.trim() : "";
}

function show(element) {
  const words = element.isConnected && text(element);
  if (!words) return;
  tip.textContent = words;
  tip.showPopover();
  const at = element.getBoundingClientRect();
  const left = Math.min(Math.max(6, at.left + at.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 6);
  const below = at.bottom + 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${below + tip.offsetHeight > innerHeight ? at.top - tip.offsetHeight - 6 : below}px`;
}

function hide() {
  clearTimeout(timer);
  shownFor = null;
  if (tip.matches(":popover-open")) tip.hidePopover();
}

function meet(event) {
  const element = event.target.closest?.(`[data-tip], ${CUT}`);
  if (element === shownFor) return;
  hide();
  shownFor = element;
  if (element) timer = setTimeout(() => show(element), WAIT_MS);
}

if (matchMedia("(hover: hover)").matches) document.addEventListener("pointerover", meet);
document.addEventListener("focusin", (event) => event.target.matches?.(":focus-visible[data-tip]") && meet(event));
for (const name of ["focusout", "pointerdown", "keydown"]) document.addEventListener(name, hide, true);
addEventListener("scroll", hide, { capture: true, passive: true });
