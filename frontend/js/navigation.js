import { remember } from "./cookies.js";

const root = document.documentElement;

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-nav-toggle]")) return;
  const collapsed = root.dataset.nav !== "collapsed";
  if (collapsed) root.dataset.nav = "collapsed";
  else delete root.dataset.nav;
  remember("nav", collapsed ? "collapsed" : "open");
});

// With the labels hidden the names stand in tips.
document.addEventListener("pointerover", (event) => {
  const link = event.target.closest?.("[data-nav=collapsed] .nav-link");
  if (link && !link.dataset.tip) link.dataset.tip = link.textContent.trim();
}, true);

// Any [data-close] inside a plain dialog closes it, as does a click beside it. What was meant for the drawer and stands
// on a page of its own leads back to where one came from.
document.addEventListener("click", (event) => {
  const dialog = event.target.closest?.("dialog");
  if (!dialog && event.target.closest?.("main [data-close]:not([popover] *)")) goBack();
  if (dialog && (event.target.closest("[data-close]") || event.target === dialog)) dialog.close();
  const wanted = event.target.closest?.("[data-dialog]");
  if (wanted) document.getElementById(wanted.dataset.dialog)?.showModal();
});

function goBack() {
  if (history.length > 1) history.back();
  else location.assign("../");
}

for (const key of document.querySelectorAll("kbd[data-mac]")) {
  if (/Mac|iP(hone|ad)/.test(navigator.platform)) key.textContent = key.dataset.mac;
}
