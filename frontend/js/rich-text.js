/** <rich-text data-bold="Bold" …><textarea name="notes">HTML</textarea></rich-text>: marks for bold, italic, headings, lists and
 *  links over an editable area. What is pasted comes without its marks; the server cleans what is sent. */
import { icon, make } from "./elements.js";

const COMMANDS = [["bold", "bold"], ["italic", "italic"], ["heading", "formatBlock"], ["bullets", "insertUnorderedList"], ["numbers", "insertOrderedList"], ["link", "createLink"]];
const ICONS = { bold: "bold", italic: "italic", heading: "heading", bullets: "list", numbers: "list-numbers", link: "link" };

class RichText extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    if (!this.field || this.area) return;
    this.area = make("div.rich-area.rich", { contenteditable: "true", role: "textbox", "aria-multiline": "true", "aria-label": this.dataset.label });
    this.area.innerHTML = this.field.value;
    this.address = make("input.rich-address", { type: "url", placeholder: this.dataset.address, "aria-label": this.dataset.address, hidden: "" });
    const buttons = COMMANDS.map(([word, command]) => this.button(word, command));
    this.field.hidden = true;
    this.append(make("div.rich-tools", { role: "toolbar" }, ...buttons, this.address), this.area);
    this.area.addEventListener("input", () => this.write());
    this.area.addEventListener("paste", (event) => this.paste(event));
    this.address.addEventListener("keydown", (event) => event.key === "Enter" && this.link(event));
    document.execCommand("defaultParagraphSeparator", false, "p");
  }

  button(word, command) {
    const found = make("button.icon-button.small", { type: "button", "aria-label": this.dataset[word], "data-tip": this.dataset[word] }, icon(ICONS[word]));
    found.addEventListener("mousedown", (event) => event.preventDefault());
    found.addEventListener("click", () => this.mark(command));
    return found;
  }

  mark(command) {
    if (command === "createLink") return this.askForAddress();
    this.area.focus();
    const isHeading = document.queryCommandValue("formatBlock") === "h3";
    document.execCommand(command, false, command === "formatBlock" ? (isHeading ? "p" : "h3") : null);
    this.write();
  }

  askForAddress() {
    const selection = getSelection();
    this.range = selection.rangeCount && this.area.contains(selection.anchorNode) ? selection.getRangeAt(0) : null;
    this.address.hidden = false;
    this.address.focus();
  }

  link(event) {
    event.preventDefault();
    const address = /^[a-z]+:/i.test(this.address.value) ? this.address.value : `https://${this.address.value}`;
    this.address.hidden = true;
    this.area.focus();
    if (this.range) {
      getSelection().removeAllRanges();
      getSelection().addRange(this.range);
    }
    if (this.address.value) {
      if (getSelection().isCollapsed) document.execCommand("insertText", false, this.address.value);
      else document.execCommand("createLink", false, address);
    }
    this.address.value = "";
    this.write();
  }

  paste(event) {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  }

  write() {
    this.field.value = this.area.textContent.trim() ? this.area.innerHTML : "";
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  restore([value]) {
    this.field.value = value ?? "";
    this.area.innerHTML = this.field.value;
  }
}

customElements.define("rich-text", RichText);
