// One EventSource per page, whoever listens. The browser reconnects by itself and sends Last-Event-ID.
const listeners = new Map(); // topic -> Set of functions
const subjects = new Map(); // id of something that is not listed -> how many listen for its sake
let source = null;
let opened = "";
let pending = false;

/**
 * Call `listener` with every fact of `topic`, a whole one such as video.progress: {topic, subject, at, payload}. `about`: the id of what this page shows, of
 * which only those hear who know it, where it is not listed. Returns a function that ends it.
 */
export function listen(topic, listener, about = "") {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  name(about, 1);
  reopen();
  return () => {
    name(about, -1);
    const set = listeners.get(topic);
    set?.delete(listener);
    if (set?.size === 0) listeners.delete(topic);
    reopen();
  };
}

function name(about, by) {
  if (!about) return;
  const left = (subjects.get(about) ?? 0) + by;
  if (left > 0) subjects.set(about, left);
  else subjects.delete(about);
}

function reopen() {
  if (pending) return;
  pending = true;
  queueMicrotask(() => {
    pending = false;
    const topics = [...listeners.keys()].sort().join(",");
    const about = [...subjects.keys()].sort().join(",");
    const wanted = topics && `?topics=${encodeURIComponent(topics)}${about && `&about=${encodeURIComponent(about)}`}`;
    if (wanted === opened) return;
    close();
    if (wanted) open(wanted);
  });
}

function open(wanted) {
  opened = wanted;
  source = new EventSource(`/api/v1/realtime${wanted}`);
  for (const topic of listeners.keys()) source.addEventListener(topic, (event) => tell(topic, event));
  // What happened before this connection, or is lost to it, is not told: look at the page as it is now.
  for (const mark of ["ready", "reset"]) source.addEventListener(mark, compare);
  source.addEventListener("error", () => {
    // CLOSED: the server refused (logged out, draining), and the browser won't try again by itself.
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    setTimeout(reopen, 5000 + Math.random() * 5000);
  });
}

function close() {
  source?.close();
  source = null;
  opened = "";
}

function tell(topic, event) {
  let fact;
  try {
    fact = JSON.parse(event.data);
  } catch {
    return;
  }
  for (const listener of listeners.get(topic) ?? []) listener({ topic, ...fact });
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

// A page kept for the back button must not hold a connection.
addEventListener("pagehide", close);
addEventListener("pageshow", reopen);

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
    const mine = (act) => (fact) => { if (fact.subject === this.getAttribute("subject")) act(fact); };
    for (const topic of listed("topics")) this.#ends.push(listen(topic, mine((fact) => this.#show(fact.payload))));
    for (const topic of listed("done")) this.#ends.push(listen(topic, mine((fact) => this.finish(fact))));
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
