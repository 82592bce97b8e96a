/** <money-input><input inputmode="decimal" name="amount" value="12000.50">: shows 12,000.50, sends 12000.50. */
class MoneyInput extends HTMLElement {
  connectedCallback() {
    this.shown = this.querySelector("input");
    if (!this.shown || this.sent) return;
    this.sent = document.createElement("input");
    this.sent.type = "hidden";
    this.sent.name = this.shown.name;
    this.shown.removeAttribute("name");
    this.shown.after(this.sent);
    this.shown.addEventListener("input", () => { this.sent.value = plain(this.shown.value); });
    this.shown.addEventListener("blur", () => { this.shown.value = grouped(this.sent.value); });
    this.restore([this.shown.value]);
  }

  restore([amount]) {
    this.sent.value = plain(amount);
    this.shown.value = grouped(this.sent.value);
  }
}

const WIDE = /[０-９．，－]/g;

/** What a person typed (１２,000.5, ¥1.2万) as a plain decimal; anything else goes to the server as it is, to be refused by name. */
function plain(text) {
  const narrow = text.replace(WIDE, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  const bare = narrow.replace(/[\s,¥￥$€]/g, "");
  const unit = { 万: 4, 亿: 8 }[bare.at(-1)];
  if (!unit || !/^-?\d*\.?\d+.$/.test(bare)) return bare;
  return shifted(bare.slice(0, -1), unit);
}

/** A decimal string times ten to the power `by`, without floating point. */
function shifted(decimal, by) {
  const [whole, rest = ""] = decimal.split(".");
  const digits = whole + rest.padEnd(by, "0").slice(0, by);
  const left = rest.slice(by);
  return digits.replace(/^(-?)0+(?=\d)/, "$1") + (left ? `.${left}` : "");
}

function grouped(decimal) {
  if (!/^-?\d+(\.\d*)?$/.test(decimal)) return decimal;
  const [whole, rest] = decimal.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest === undefined ? "" : `.${rest}`);
}

customElements.define("money-input", MoneyInput);
