/** <copy-text data-done="Copied"><input readonly><button><span>Copy</span></button></copy-text> */
class CopyText extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", (event) => this.copy(event.currentTarget));
  }

  async copy(button) {
    const input = this.querySelector("input");
    input.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(input.value);
    else document.execCommand("copy");
    button.querySelector("span").textContent = this.dataset.done;
  }
}

customElements.define("copy-text", CopyText);
