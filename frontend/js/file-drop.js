import htmx from "htmx.org";
import { make } from "./elements.js";
import { headers } from "./requests.js";

const MEGABYTE = 1024 * 1024;

/** <file-drop data-url data-name="file" data-max-mb data-too-large data-failed><label class="drop">…<input type="file"></label><div class="drop-files">
 *  Each file is POSTed by itself; the answer (HTML) is swapped into data-target, or its HX-Redirect followed. */
class FileDrop extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector(".drop");
    this.list = this.querySelector(".drop-files") ?? this.appendChild(make("div.drop-files", { "aria-live": "polite" }));
    for (const name of ["dragover", "dragenter"]) this.addEventListener(name, (event) => this.over(event, true));
    for (const name of ["dragleave", "drop"]) this.addEventListener(name, (event) => this.over(event, false));
    this.addEventListener("drop", (event) => this.take(event.dataTransfer.files));
    this.querySelector("input[type=file]").addEventListener("change", (event) => this.take(event.target.files));
  }

  over(event, on) {
    event.preventDefault();
    this.area.classList.toggle("over", on);
  }

  take(files) {
    for (const file of files) this.send(file);
  }

  send(file) {
    const row = make("div.drop-file", {}, make("span.truncate", {}, file.name), make("span.meter.accent", {}, make("span")), make("small.num", {}, "0 %"));
    this.list.append(row);
    if (this.dataset.maxMb && file.size > this.dataset.maxMb * MEGABYTE) return this.fail(row, this.dataset.tooLarge);
    const body = new FormData();
    body.append(this.dataset.name || "file", file);
    const request = new XMLHttpRequest();
    request.open("POST", this.dataset.url);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => this.progress(row, event.loaded / event.total));
    request.addEventListener("load", () => this.answered(request, row));
    request.addEventListener("error", () => this.fail(row, this.dataset.failed));
    request.send(body);
  }

  progress(row, share) {
    row.querySelector(".meter").style.setProperty("--value", `${share * 100}%`);
    row.querySelector("small").textContent = `${Math.round(share * 100)} %`;
  }

  answered(request, row) {
    const goto = request.getResponseHeader("HX-Redirect");
    if (goto) return location.assign(goto);
    if (request.status >= 400 && request.status !== 422) return this.fail(row, this.dataset.failed);
    row.remove();
    const target = document.querySelector(this.dataset.target);
    if (target) htmx.swap(target, request.responseText, { swapStyle: this.dataset.swap || "innerHTML" });
    this.announce(request.getResponseHeader("HX-Trigger"));
  }

  /** As htmx does with the header of its own requests. */
  announce(header) {
    if (!header) return;
    const events = header.trim().startsWith("{") ? JSON.parse(header) : Object.fromEntries(header.split(",").map((name) => [name.trim(), {}]));
    for (const [name, detail] of Object.entries(events)) htmx.trigger(this, name, typeof detail === "object" ? detail : { value: detail });
  }

  fail(row, words) {
    row.classList.add("failed");
    row.querySelector("small").textContent = words ?? "";
  }
}

customElements.define("file-drop", FileDrop);
