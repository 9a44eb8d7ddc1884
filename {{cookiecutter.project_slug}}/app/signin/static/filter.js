// A field above each long list ([data-filter], which says what the field is called), so that nobody reads 120 labels:
// typing narrows the list to the entries whose data-label has these letters, Enter takes the only one that is left or
// the one of exactly this name, Escape clears the field. Without this file the list is just long.
"use strict";

// Upper case, accents, spaces and signs make no difference.
const plain = (text) => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

for (const [number, list] of document.querySelectorAll("[data-filter]").entries()) {
  const entries = [...list.children].map((element) => ({ element, label: plain(element.dataset.label) }));
  const label = document.createElement("label");
  const input = document.createElement("input");
  const said = document.createElement("p");
  const field = document.createElement("div");
  let hits = [];

  input.id = label.htmlFor = `filter-${number}`;
  label.textContent = list.dataset.filter;
  Object.assign(input, { className: "input", type: "search", autocomplete: "off", spellcheck: false });
  said.className = "hint";
  said.setAttribute("role", "status");
  field.className = "field filter";
  field.append(label, input, said);
  list.before(field);

  const narrow = () => {
    const wanted = plain(input.value);
    for (const { element, label } of entries) element.hidden = !label.includes(wanted);
    hits = entries.filter(({ element }) => !element.hidden);
    const exact = hits.filter(({ label }) => label === wanted);
    if (hits.length > 1 && exact.length) hits = exact;
    const shown = entries.filter(({ element }) => !element.hidden).length;
    const only = hits.length === 1 ? `: Enter takes ${hits[0].element.dataset.label}` : "";
    if (!wanted) said.textContent = "";
    else if (!shown) said.textContent = "No provider is called that.";
    else said.textContent = `${shown} of ${entries.length}${only}`;
  };

  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      narrow();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (input.value && hits.length === 1) hits[0].element.querySelector("button, a, summary").click();
    }
  });
}

// A link to an entry that is folded up, such as /dev/setup#company.
const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
const folded = target && target.closest("details");
if (folded) {
  folded.open = true;
  folded.scrollIntoView();
}
