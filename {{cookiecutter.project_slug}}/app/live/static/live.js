// Pages work without this file. It keeps a WebSocket open that tells what has changed: {"changed": "notes"} makes the page
// fetch itself again and replace its part <div data-part="notes">. Every event is also one of the document, for your own
// scripts: document.addEventListener("live", (event) => console.log(event.detail)).
"use strict";

(() => {
  const NOT_ALLOWED = 1008, SESSION_ENDED = 4001, NO_CODE = 1006;
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 300_000, STEADY = 10_000, HIDDEN = 60_000;
  const user = document.currentScript.dataset.user;
  const byItself = { headers: { "X-By-Page": "1" } };
  const waiting = new Set();
  let socket, retry, hide, pause = FIRST_PAUSE, opened = false, away = false;

  function connect() {
    clearTimeout(retry);
    let steady, since;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`);
    socket.onopen = () => {
      since = Date.now();
      steady = setTimeout(() => (pause = FIRST_PAUSE), STEADY);
      // What happened while there was no socket was not told.
      if (opened) document.querySelectorAll("[data-part]").forEach((part) => refresh(part.dataset.part));
      opened = true;
    };
    socket.onmessage = ({ data }) => hear(JSON.parse(data));
    socket.onclose = ({ code }) => {
      clearTimeout(steady);
      if (away) return;
      // What stands in between may lose the code of a socket that is refused as soon as it is open.
      const lost = code === NO_CODE && Date.now() - since < STEADY;
      if (code === NOT_ALLOWED || code === SESSION_ENDED || lost) check();
      else again();
    };
  }

  // A server that starts anew is not asked by all pages at once.
  function again() {
    clearTimeout(retry);
    retry = setTimeout(connect, pause * (0.5 + Math.random()));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  function hear(event) {
    document.dispatchEvent(new CustomEvent("live", { detail: event }));
    if (typeof event.changed === "string") refresh(event.changed);
    if (event.notice === "sign_in") tellOfSignIn();
  }

  // The session may have ended, or this browser has a new one.
  async function check() {
    let answer, found;
    try {
      answer = await fetch("/session", byItself);
      found = (await answer.json()).user;
    } catch {
      return again();
    }
    if (answer.status === 401) location.assign(`/login?${new URLSearchParams({ next: location.pathname + location.search })}`);
    else if (answer.ok && found.id !== user) location.reload();
    else again();
  }

  const partOf = (page, name) => page.querySelector(`[data-part="${CSS.escape(name)}"]`);

  // Nobody's typing is replaced: a part that is in use waits until it is not.
  function inUse(part) {
    const fields = [...part.querySelectorAll("input, textarea")];
    return fields.some((field) => field === document.activeElement || field.value !== field.defaultValue);
  }

  // What a part says, without what differs each time it is fetched, and what scripts have made of it.
  function plain(part) {
    const copy = part.cloneNode(true);
    copy.querySelectorAll("[name=csrf_token]").forEach((field) => field.remove());
    copy.querySelectorAll("[hidden]").forEach((element) => (element.hidden = false));
    for (const time of copy.querySelectorAll("time")) {
      time.textContent = "";
      time.removeAttribute("title");
    }
    return copy.innerHTML;
  }

  async function refresh(name) {
    let part = partOf(document, name);
    if (!part) return;
    waiting.delete(name);
    const address = location.href;
    let answer, fresh;
    try {
      answer = await fetch(address, byItself);
      fresh = partOf(new DOMParser().parseFromString(await answer.text(), "text/html"), name);
    } catch {
      return;
    }
    if (answer.redirected) return check();
    part = partOf(document, name);
    if (!answer.ok || !fresh || !part || location.href !== address) return;
    if (plain(part) === plain(fresh)) return;
    if (inUse(part)) return void waiting.add(name);
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    part.replaceWith(fresh);
    document.dispatchEvent(new CustomEvent("swapped", { detail: fresh }));
    if (focused) sameAs(focused, fresh)?.focus({ preventScroll: true });
  }

  function sameAs(element, part) {
    const name = element.getAttribute("aria-label") ?? element.textContent;
    return [...part.querySelectorAll(element.tagName)].find((other) => (other.getAttribute("aria-label") ?? other.textContent) === name);
  }

  document.addEventListener("focusout", () => setTimeout(() => waiting.forEach(refresh)));

  function tellOfSignIn() {
    if (document.getElementById("live-notice")) return;
    const notice = document.createElement("p");
    notice.id = "live-notice";
    notice.className = "alert alert-warning";
    notice.setAttribute("role", "status");
    document.getElementById("main").prepend(notice);
    const link = document.createElement("a");
    link.href = "/account/sessions";
    link.textContent = "sign that device out";
    notice.append("Your account was just used to sign in on another device. If that wasn’t you, ", link, ".");
  }

  // A page that nobody looks at gives its place to others.
  function look() {
    clearTimeout(hide);
    if (document.hidden) {
      hide = setTimeout(() => {
        away = true;
        clearTimeout(retry);
        socket.close();
      }, HIDDEN);
    } else if (away) {
      away = false;
      connect();
    }
  }

  document.addEventListener("visibilitychange", look);
  connect();
  look();
})();
