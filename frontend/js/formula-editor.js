/** <formula-editor><textarea name="formula"> … <button data-insert="{amount}">: a click puts the words where the caret
 *  stands; "|" in them says where the caret stands afterwards. */
class FormulaEditor extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-insert]");
      if (button) this.insert(button.dataset.insert);
    });
  }

  insert(words) {
    const area = this.querySelector("textarea");
    const [before, after = ""] = words.split("|");
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
    const start = area.selectionStart;
    area.setRangeText(before + (words.includes("|") ? chosen : "") + after, start, area.selectionEnd, "end");
    const caret = start + before.length + (words.includes("|") ? chosen.length : 0);
    area.focus();
    area.setSelectionRange(caret, caret);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("formula-editor", FormulaEditor);
