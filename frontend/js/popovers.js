const GAP = 4;
const EDGE = 8;
const opener = new WeakMap();

/** Places a panel under its button, or above where there is no room; keeps it inside the window. */
function place(panel, button) {
  if (matchMedia("(max-width: 720px)").matches) return panel.removeAttribute("style");
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const alignRight = at.left + width > innerWidth - EDGE;
  const left = Math.max(EDGE, Math.min(alignRight ? at.right - width : at.left, innerWidth - width - EDGE));
  const below = at.bottom + GAP;
  const above = at.top - height - GAP;
  const top = below + height > innerHeight - EDGE && above > EDGE ? above : Math.max(EDGE, Math.min(below, innerHeight - height - EDGE));
  panel.style.left = `${left}px`;
  panel.style.top = `${top}px`;
}

/** Opens a popover beside any element, not only its popovertarget button. */
export function openBeside(panel, anchor) {
  opener.set(panel, anchor);
  panel.showPopover();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[popovertarget]");
  const panel = button && document.getElementById(button.getAttribute("popovertarget"));
  if (panel) opener.set(panel, button);
}, true);

document.addEventListener("toggle", (event) => {
  const panel = event.target;
  if (!panel.matches?.(".menu, .panel") || event.newState !== "open") return;
  const button = opener.get(panel) || document.querySelector(`[popovertarget="${panel.id}"]`);
  if (button) place(panel, button);
  if (panel.matches("[role=menu]")) panel.querySelector(".menu-item")?.focus({ preventScroll: true });
}, true);

// What a panel fetches changes its height: place it again.
document.addEventListener("htmx:afterSettle", (event) => {
  const panel = event.target.closest?.(".panel:popover-open, .menu:popover-open");
  if (panel && opener.get(panel)) place(panel, opener.get(panel));
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu:popover-open");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const items = [...menu.querySelectorAll(".menu-item:not(:disabled)")];
  const here = items.indexOf(document.activeElement);
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key];
  items.at(next % items.length)?.focus();
  event.preventDefault();
});

// Choosing something closes the menu it stood in.
document.addEventListener("click", (event) => {
  const item = event.target.closest?.(".menu-item, .panel [data-close]");
  item?.closest("[popover]:popover-open")?.hidePopover();
});

for (const name of ["resize", "scroll"]) {
  addEventListener(name, (event) => {
    if (event.target !== document && event.target !== window && event.target.closest?.(".menu, .panel")) return;
    for (const panel of document.querySelectorAll(".menu:popover-open, .panel:popover-open")) {
      if (opener.get(panel)?.isConnected) place(panel, opener.get(panel));
    }
  }, { capture: true, passive: true });
}
