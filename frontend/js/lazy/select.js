import TomSelect from "tom-select/base";
import clearButton from "tom-select/plugins/clear_button/plugin.js";
import removeButton from "tom-select/plugins/remove_button/plugin.js";

TomSelect.define("clear_button", clearButton);
TomSelect.define("remove_button", removeButton);

const line = (item, escape) => `<div>${escape(item.label ?? item.text ?? item.value)}${item.hint ? `<small>${escape(item.hint)}</small>` : ""}</div>`;

function renderers({ none, createWord }) {
  return {
    option: line,
    item: line,
    no_results: (_, escape) => (none ? `<div class="no-results">${escape(none)}</div>` : ""),
    option_create: ({ input }, escape) => `<div class="create">${escape((createWord || "+ {q}").replace("{q}", input))}</div>`,
    loading: () => "",
  };
}

/** Options that come from the server, which has matched already (pinyin, phone tails): its order is kept, and only
 *  what it found for these very words is shown; until it answers, what matches letter by letter. */
function remote(load) {
  if (!load) return {};
  let found = { query: null, places: new Map() };
  return {
    preload: "focus",
    load(query, done) {
      load(query).then((items) => {
        const options = items.map((item) => ({ ...item, value: String(item.value) }));
        found = { query, places: new Map(options.map((option, place) => [option.value, place])) };
        this.clearOptions();
        done(options);
      }, () => done());
    },
    score(query) {
      if (found.query !== query) return (option) => Number((option.label ?? option.text ?? "").includes(query));
      return (option) => (found.places.has(option.value) ? 1 / (1 + found.places.get(option.value)) : 0);
    },
    shouldLoad: () => true,
    loadThrottle: 200,
  };
}

function plugins(select, remove) {
  if (select.multiple) return { remove_button: { title: remove } };
  return select.required ? {} : { clear_button: { title: remove } };
}

/** A Tom Select over a <select>: {load(query), create(word), placeholder, none, remove, createWord}. */
export function makePicker(select, { load, create, placeholder, none, remove = "", createWord }) {
  const label = select.labels?.[0]?.id;
  const picker = new TomSelect(select, {
    plugins: plugins(select, remove),
    valueField: "value", labelField: "label", searchField: load ? [] : ["label", "text", "hint"],
    placeholder: placeholder || "", hidePlaceholder: true, maxOptions: 200, closeAfterSelect: !select.multiple,
    allowEmptyOption: false, openOnFocus: true, selectOnTab: true,
    create: create ? (word, done) => { create(word).then(done, () => done()); } : false,
    createOnBlur: false, persist: false, highlight: false, refreshThrottle: 0,
    render: renderers({ none, createWord }),
    ...remote(load),
  });
  if (label) picker.control_input.setAttribute("aria-labelledby", label);
  if (select.getAttribute("aria-invalid") === "true") picker.wrapper.classList.add("invalid");
  return picker;
}
