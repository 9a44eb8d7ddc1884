// Tables work without this file. It swaps a table in place: after a link or a form of it, the same page is fetched, and
// its table taken out of the answer. In a cell that can be edited, Enter saves and Escape restores.
"use strict";

async function swap(section, address, options = {}) {
  const focused = document.activeElement?.id;
  section.setAttribute("aria-busy", "true");
  let answer, page;
  try {
    answer = await fetch(address, options);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    answer = null;
  }
  const fresh = page?.getElementById(section.id);
  // Signed out, or an error: show that page as the browser would.
  if (!answer || !fresh) return options.body ? location.reload() : location.assign(address);
  for (const field of fresh.querySelectorAll("[autofocus]")) field.removeAttribute("autofocus");
  section.replaceWith(fresh);
  prepare(fresh);
  document.dispatchEvent(new CustomEvent("swapped", { detail: fresh }));
  (fresh.querySelector("[aria-invalid]") ?? document.getElementById(focused))?.focus();
  if (answer.ok) history.replaceState(null, "", answer.url);
}

function addressOf(form) {
  const words = [...new FormData(form)].filter(([, value]) => value !== "");
  return `${form.action}?${new URLSearchParams(words)}`;
}

function prepare(section) {
  for (const form of section.querySelectorAll("[data-table-edit]")) {
    const [field, button] = [form.querySelector("textarea"), form.querySelector("button")];
    const changed = () => (button.hidden = field.value === field.dataset.saved);
    changed();
    field.addEventListener("input", changed);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        if (field.value !== field.dataset.saved) form.requestSubmit();
      } else if (event.key === "Escape") {
        field.value = field.dataset.saved;
        field.removeAttribute("aria-invalid");
        form.classList.remove("field-invalid");
        form.querySelector(".error")?.remove();
        changed();
      }
    });
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-table-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  swap(link.closest("[data-table]"), link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const section = form.closest("[data-table]");
  if (!section || !form.matches("[data-table-form], [data-table-edit]")) return;
  event.preventDefault();
  if (form.method === "get") swap(section, addressOf(form));
  else swap(section, form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
});

document.querySelectorAll("[data-table]").forEach(prepare);
// A part of the page has been replaced by a newer one.
document.addEventListener("swapped", ({ detail }) => detail.querySelectorAll("[data-table]").forEach(prepare));
