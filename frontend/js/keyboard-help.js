import { isShortcut } from "./elements.js";

const open = () => document.getElementById("keyboard-help")?.showModal();

document.addEventListener("keydown", (event) => {
  if (event.key === "?" && isShortcut(event)) open();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-open-keys]")) open();
});
