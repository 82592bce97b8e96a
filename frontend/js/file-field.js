import { icon, make } from "./elements.js";
import { post } from "./requests.js";

/** <file-field data-url data-most data-remove data-failed><input type="hidden" name value='[{"id": 5, "name": "a.pdf"}]'><ul class="kept-files"></ul>
 *  <label class="btn">…<input type="file" multiple></label>: stores each chosen file at once and keeps its ticket for the form. */
class FileField extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[type=hidden]");
    this.list = this.querySelector(".kept-files");
    this.chooser = this.querySelector("input[type=file]");
    if (this.ready) return;
    this.ready = true;
    this.restore([this.field.value]);
    this.chooser.addEventListener("change", (event) => this.take(event));
  }

  restore([json]) {
    try {
      this.files = JSON.parse(json || "[]");
    } catch {
      this.files = [];
    }
    this.field.value = JSON.stringify(this.files);
    this.draw();
  }

  async take(event) {
    event.stopPropagation();
    const chosen = [...this.chooser.files];
    this.chooser.value = "";
    for (const file of chosen) await this.store(file);
  }

  async store(file) {
    const row = this.list.appendChild(make("li", {}, make("span.spinner"), make("span.truncate", {}, file.name)));
    const body = new FormData();
    body.append("file", file);
    let answer = { error: this.dataset.failed };
    try {
      const response = await post(this.dataset.url, body);
      answer = await response.json();
    } catch {
      // Whatever went wrong on the way is told in one sentence.
    }
    if (!answer.ticket) return row.replaceChildren(make("span.bad", { role: "alert" }, answer.error ?? this.dataset.failed));
    this.files.push({ ticket: answer.ticket, name: answer.name });
    this.write();
  }

  draw() {
    this.list.replaceChildren(...this.files.map((file) => this.row(file)));
    this.chooser.closest("label").hidden = this.files.length >= Number(this.dataset.most);
  }

  row(file) {
    const remove = make("button.icon-button.small", { type: "button", "aria-label": `${this.dataset.remove}: ${file.name}` }, icon("x"));
    remove.addEventListener("click", () => this.remove(file));
    const picture = file.thumb ? make("img", { src: file.thumb, alt: "", width: 28, height: 28 }) : icon("file");
    return make("li", {}, picture, make("span.truncate", {}, file.name), remove);
  }

  remove(file) {
    this.files = this.files.filter((each) => each !== file);
    this.write();
    this.chooser.focus();
  }

  write() {
    this.field.value = JSON.stringify(this.files);
    this.draw();
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("file-field", FileField);
