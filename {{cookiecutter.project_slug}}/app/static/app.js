// Pages work without this file. It shows the current one of tabs that do not fit, and turns on the copy buttons:
// <span class="copy-row"><code>text</code><button type="button" data-copy hidden>Copy</button></span>
"use strict";

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

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
