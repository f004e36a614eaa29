// The bell: whether there is something new, and a line for what is told while a page is open.
import { listen } from "./realtime.js";

const EVERY = 60_000;
const SHOWN = 12_000;
const MOST = 3;
const bell = document.querySelector("[data-bell]");
const seen = `notices:${document.documentElement.dataset.who}`;

/** A dot for the eye, and words for whoever does not see it. */
function mark(count) {
  bell.classList.toggle("bell--new", count > 0);
  bell.setAttribute("aria-label", count ? `${bell.dataset.name} (${bell.dataset.new})` : bell.dataset.name);
}

async function look() {
  const [at, count] = JSON.parse(sessionStorage.getItem(seen) ?? "[0, 0]");
  mark(count);
  if (Date.now() - at < EVERY || location.pathname === bell.pathname) return;
  const answer = await fetch("/api/v1/me/notices/unread").catch(() => null);
  if (answer?.ok) keep((await answer.json()).count);
}

function keep(count) {
  sessionStorage.setItem(seen, JSON.stringify([Date.now(), count]));
  mark(count);
}

function tell({ payload }) {
  keep(1);
  const line = document.querySelector("[data-told]");
  const link = document.createElement("a");
  link.href = payload.path;
  link.className = "told-line";
  for (const [name, words] of [["strong", payload.title], ["span", payload.body]]) {
    const part = document.createElement(name);
    part.dir = "auto";
    part.textContent = words;
    link.append(part);
  }
  line.append(link);
  while (line.children.length > MOST) line.firstElementChild.remove();
  setTimeout(() => link.remove(), SHOWN);
}

if (location.pathname === bell.pathname) keep(0);
else look();
listen("notice.told", tell);
