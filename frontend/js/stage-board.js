// <stage-board data-move-url-template="/opportunities/{id}/cells/stage/">: cards between lanes, by hand or by keyboard.
import htmx from "htmx.org";
import { icon, isShortcut, make } from "./elements.js";
import { openBeside } from "./popovers.js";
import { drawer } from "./side-drawer.js";

class StageBoard extends HTMLElement {
  connectedCallback() {
    this.sortLanes();
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("htmx:afterSettle", () => this.sortLanes());
  }

  async sortLanes() {
    const lanes = [...this.querySelectorAll(".lane-cards:not([data-sortable])")].filter((lane) => !lane.closest("[data-locked]"));
    if (!lanes.length) return;
    for (const lane of lanes) lane.dataset.sortable = "true";
    const { Sortable } = await import("./lazy/board.js");
    for (const lane of lanes) this.sortLane(Sortable, lane);
    this.toggleAttribute("data-draggable", true);
  }

  sortLane(Sortable, lane) {
    Sortable.create(lane, {
      group: "lanes", draggable: ".board-card", animation: 140, forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
      delay: 160, delayOnTouchOnly: true, scroll: true, bubbleScroll: true, scrollSensitivity: 60,
      onStart: (event) => { this.next = event.item.nextElementSibling; },
      onMove: (event) => this.mark(event.to),
      onEnd: (event) => this.dropped(event),
    });
  }

  mark(cards) {
    for (const lane of this.querySelectorAll(".lane")) lane.classList.toggle("over", Boolean(cards) && lane.contains(cards));
  }

  dropped(event) {
    this.mark(null);
    if (event.from === event.to) return;
    this.move(event.item, event.to.closest(".lane"), { from: event.from, next: this.next });
  }

  /** Tells the server; what it refuses goes back to where it came from. */
  async move(card, lane, origin) {
    const url = this.dataset.moveUrlTemplate.replace("{id}", card.dataset.id);
    const values = { value: lane.dataset.key, from: origin.from.closest(".lane").dataset.key };
    const id = card.dataset.id;
    let answer;
    const note = (event) => {
      answer = event.detail.xhr;
      if (answer.status >= 300) event.detail.shouldSwap = false;
    };
    card.classList.add("moving");
    card.addEventListener("htmx:beforeSwap", note);
    await htmx.ajax("POST", url, { source: card, target: card, swap: "outerHTML", values }).catch(() => null);
    card.classList.remove("moving");
    card.removeEventListener("htmx:beforeSwap", note);
    if (!answer || (answer.status >= 300 && answer.status !== 422)) this.putBack(card, origin);
    else if (answer.status === 422) this.askAtGate(card, origin, answer.responseText);
    else this.settled(id);
  }

  /** The stage wants more: its form opens in the drawer; leaving it takes the card back. */
  askAtGate(card, origin, html) {
    drawer().showHtml(html);
    document.addEventListener("zhike:drawer-closed", (event) => {
      if (event.detail.done) this.settled(card.dataset.id);
      else this.putBack(card, origin);
    }, { once: true });
  }

  putBack(card, { from, next }) {
    if (next && next.parentNode === from) next.before(card);
    else from.append(card);
    card.focus({ preventScroll: true });
  }

  settled(id) {
    const card = this.querySelector(`.board-card[data-id="${CSS.escape(id)}"]`);
    card?.classList.add("saved");
    card?.focus({ preventScroll: true });
  }

  key(event) {
    const card = event.target.closest(".board-card");
    if (!card || event.target !== card || !isShortcut(event)) return;
    if (event.key === "m") this.offerLanes(card);
    else if (event.key === "Enter") card.querySelector("a")?.click();
    else if (event.key.startsWith("Arrow")) this.walk(card, event.key);
    else return;
    event.preventDefault();
  }

  walk(card, key) {
    const lanes = [...this.querySelectorAll(".lane")];
    const at = lanes.indexOf(card.closest(".lane"));
    if (key === "ArrowUp" || key === "ArrowDown") {
      const beside = key === "ArrowUp" ? card.previousElementSibling : card.nextElementSibling;
      return beside?.matches(".board-card") && beside.focus();
    }
    const rest = key === "ArrowRight" ? lanes.slice(at + 1) : lanes.slice(0, at).reverse();
    rest.map((lane) => lane.querySelector(".board-card")).find(Boolean)?.focus();
  }

  offerLanes(card) {
    const menu = make("div.menu", { popover: "auto", role: "menu" }, make("h4", {}, this.dataset.moveLabel ?? ""));
    for (const lane of this.querySelectorAll(".lane:not([data-locked])")) menu.append(this.laneItem(card, lane));
    document.body.append(menu);
    menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
    openBeside(menu, card);
  }

  laneItem(card, lane) {
    const here = lane.contains(card);
    const name = lane.querySelector(".lane-head h2 .lane-name, .lane-head h2")?.firstChild.textContent.trim();
    const go = () => {
      const origin = { from: card.parentNode, next: card.nextElementSibling };
      lane.querySelector(".lane-cards").prepend(card);
      this.move(card, lane, origin);
    };
    return make("button.menu-item", { type: "button", role: "menuitem", disabled: here, onclick: go }, here ? icon("check") : icon("arrow-right"), name);
  }
}

customElements.define("stage-board", StageBoard);
