// <record-picker data-url="/people/options/"><select name="owner"><option value="3" selected>林晓</option></select></record-picker>
// <tags-input><select name="tags" multiple>…</select></tags-input>
import { getJson, post, withParameter } from "./requests.js";

class RecordPicker extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    if (this.select && !this.picker) this.ready = this.makeReady();
  }

  /** Ends once the picker stands in the place of its select. */
  async makeReady() {
    this.picker = "coming";
    const { makePicker } = await import("./lazy/select.js");
    if (!this.isConnected) return;
    this.picker = makePicker(this.select, this.options());
    this.nameUnknown();
  }

  disconnectedCallback() {
    this.picker?.destroy?.();
    this.picker = null;
  }

  options() {
    const { placeholder, none, remove, create, createUrl, url } = this.dataset;
    return {
      placeholder, none, remove, createWord: create,
      load: url ? (query) => this.load(query) : null,
      create: createUrl ? (word) => this.create(word) : null,
    };
  }

  async load(query) {
    return (await getJson(withParameter(this.dataset.url, "q", query))).items;
  }

  async create(word) {
    const response = await post(this.dataset.createUrl, { name: word });
    return response.ok ? response.json() : null;
  }

  /** Values set by a saved condition come without words: ask for them. */
  async nameUnknown() {
    const unnamed = [...this.select.selectedOptions].filter((option) => option.value && option.text === option.value);
    if (!unnamed.length || !this.dataset.url) return;
    const { items } = await getJson(withParameter(this.dataset.url, "ids", unnamed.map((option) => option.value).join(",")));
    for (const item of items) this.picker.updateOption?.(String(item.value), { ...item, value: String(item.value) });
  }

  restore(values, wordOf) {
    for (const value of values) this.picker?.addOption?.({ value, label: wordOf(value) });
    this.picker?.setValue?.(values);
  }
}

class TagsInput extends RecordPicker {
  options() {
    return { ...super.options(), createWord: this.dataset.create, create: async (word) => ({ value: word, label: word }) };
  }
}

customElements.define("record-picker", RecordPicker);
customElements.define("tags-input", TagsInput);
