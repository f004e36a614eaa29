// What happens here, for whoever listens on this page: one connection for all pages of the browser, see realtime/.
import { line } from "./realtime/line.js";

const listeners = new Map(); // topic and, behind a colon, the thing, if of one -> Set of functions
const { who } = document.documentElement.dataset;
let hub = null;
let last = 0;
let asked = "";
let pending = false;
let away = false;

/**
 * Call `listener` with every fact of `topic`, a whole one such as video.progress: {topic, subject, at, payload}; with a `thing`
 * only with those that are about it, or name it. Returns a function that ends it. Where facts were missed for good, the document
 * gets the event `factsmissed`: what is shown has to be fetched anew. It gets `factsfollowed` where from now on all is heard.
 */
export function listen(topic, listener, thing = "") {
  const key = thing ? `${topic}:${thing}` : topic;
  if (!listeners.has(key)) listeners.set(key, new Set());
  listeners.get(key).add(listener);
  ask();
  return () => {
    const set = listeners.get(key);
    set?.delete(listener);
    if (set?.size === 0) listeners.delete(key);
    ask();
  };
}

function ask() {
  if (pending) return;
  pending = true;
  queueMicrotask(() => {
    pending = false;
    const topics = [...listeners.keys()].sort();
    if (topics.join() === asked) return;
    asked = topics.join();
    hub ??= line(hear, () => { away = true; });
    hub.want(topics, who);
  });
}

function hear({ fact, seq, mark }) {
  // What happened before this line, or is lost to it, is not told: look at the page as it is now.
  if (mark) compare();
  if (mark === "reset") last = 0;
  if (mark === "reset" || (mark && away)) document.dispatchEvent(new Event("factsmissed"));
  if (mark) document.dispatchEvent(new Event("factsfollowed"));
  if (mark) away = false;
  // The same may come by two ways where the hub moves from one page to another.
  if (fact?.seq && fact.seq <= last) return;
  last = Math.max(last, fact?.seq ?? seq ?? 0);
  if (!fact) return;
  const things = new Set([fact.subject, ...Object.values(fact.payload)]);
  for (const [key, set] of listeners) {
    const [topic, thing] = key.split(":");
    if (topic !== fact.topic || (thing && !things.has(thing))) continue;
    for (const listener of [...set]) listener(fact);
  }
}

/** Ask for this page again, and finish every <nova-progress> that is no longer in it. */
async function compare() {
  const waiting = [...document.querySelectorAll("nova-progress[done-href]")];
  if (!waiting.length) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const subjects = new Set([...fresh.querySelectorAll("nova-progress")].map((one) => one.getAttribute("subject")));
  for (const one of waiting) if (!subjects.has(one.getAttribute("subject"))) one.finish(null);
}

// A page that goes, or is kept for the back button, listens no more.
function leave() {
  asked = "";
  away = true;
  hub?.leave();
}

addEventListener("pagehide", leave);
addEventListener("pageshow", ask);

/**
 * <nova-progress subject="ID" topics="video.progress" done="video.published,video.failed" done-href="…">
 *   a ui.progress() inside </nova-progress>
 * Follows payload.progress (per mille) of its subject. At a fact of `done` it goes to done-href, or
 * reloads the page if that is empty; without the attribute it only fires the event "done".
 */
class NovaProgress extends HTMLElement {
  #ends = [];

  connectedCallback() {
    const listed = (name) => (this.getAttribute(name) ?? "").split(",").map((one) => one.trim()).filter(Boolean);
    const subject = this.getAttribute("subject");
    for (const topic of listed("topics")) this.#ends.push(listen(topic, (fact) => this.#show(fact.payload), subject));
    for (const topic of listed("done")) this.#ends.push(listen(topic, (fact) => this.finish(fact), subject));
  }

  disconnectedCallback() {
    for (const end of this.#ends.splice(0)) end();
  }

  #show(payload) {
    const share = payload.progress / 1000;
    if (!Number.isFinite(share)) return;
    this.querySelector("progress").value = share;
    const words = this.querySelector("[data-part=words]");
    if (words) words.textContent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share);
  }

  /** `fact` is null when the end was seen, not told. */
  finish(fact) {
    if (!this.dispatchEvent(new CustomEvent("done", { bubbles: true, cancelable: true, detail: fact }))) return;
    if (!this.hasAttribute("done-href")) return;
    const href = this.getAttribute("done-href");
    if (href) location.assign(href);
    else location.reload();
  }
}

customElements.define("nova-progress", NovaProgress);
