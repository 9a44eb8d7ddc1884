// Pages work without this file. It shows the current one of tabs that do not fit, closes the menu, tells times in the
// reader's own zone, keeps buttons from being pressed twice, clears the address bar, and turns on the copy buttons:
// <span class="copy-row"><code>text</code><button type="button" data-copy hidden>Copy</button></span>
"use strict";

// Some providers add this to the callback, and browsers carry it through the redirect.
if (location.hash === "#_=_") history.replaceState(null, "", location.pathname + location.search);

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const menu = document.querySelector("details.menu");
if (menu) {
  const close = () => menu.removeAttribute("open");
  document.addEventListener("click", (event) => menu.contains(event.target) || close());
  menu.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    close();
  });
  // Back at this page, as the browser kept it.
  addEventListener("pageshow", close);
}

const spoken = document.createElement("p");
spoken.className = "visually-hidden";
spoken.setAttribute("role", "status");
document.body.append(spoken);

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  const code = button.closest(".copy-row")?.querySelector("code");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy || code.textContent);
      button.textContent = spoken.textContent = "Copied";
    } catch {
      // No clipboard on plain http or without permission: select the text for the reader.
      if (code) getSelection().selectAllChildren(code);
      button.textContent = spoken.textContent = "Press Ctrl+C";
    }
    setTimeout(() => {
      button.textContent = label;
      spoken.textContent = "";
    }, 2000);
  });
}

const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
// A base template of another app may have no lang, or one like en_GB.
const lang = document.documentElement.lang.replaceAll("_", "-") || "en";
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });

// "5 minutes ago" within a week, then the local date. The title has the exact time.
function tellTimes(part) {
  for (const time of part.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    const seconds = (moment - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
    const passed = seconds <= 0 && seconds > -60;
    time.title = moment.toLocaleString(undefined, { dateStyle: "long", timeStyle: "long" });
    if (passed) time.textContent = "just now";
    else if (Math.abs(seconds) < 7 * 86400) time.textContent = relative.format(Math.round(seconds / size), unit);
    else time.textContent = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  }
}
tellTimes(document);
setInterval(() => tellTimes(document), 60_000);
// A part of the page has been replaced by a newer one.
document.addEventListener("swapped", (event) => tellTimes(event.detail));

// An answer may take seconds. A second press would do it twice, or start a second login. A form with data-stays leaves
// the reader on this page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-stays")) return;
  if (form.querySelector("[aria-busy]")) return event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  button?.setAttribute("aria-busy", "true");
  spoken.textContent = "Please wait";
});
// Back at this page, as the browser kept it.
addEventListener("pageshow", () => {
  document.querySelectorAll("button[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  spoken.textContent = "";
});
