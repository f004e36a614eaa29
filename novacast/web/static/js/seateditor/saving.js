// Nothing that is drawn is lost: every change is in the browser at once, a draft at the server soon after, and it is said which.
const DRAFT_MS = 1500;

export class Saving {
  #map;
  #words;
  #say;
  #timer = 0;
  #busy = false;
  #again = false;
  #state = null;

  /** `say(text)`: where the work is by now. */
  constructor(map, words, say) {
    this.#map = map;
    this.#words = words;
    this.#say = say;
    addEventListener("pagehide", () => this.#state && this.#send(true));
    addEventListener("beforeunload", (event) => this.#state && event.preventDefault());
  }

  get #key() {
    return `novacast-seat-map-${this.#map}`;
  }

  /** What this browser has and the server has not: {name, base, document}, or null. */
  found() {
    try {
      return JSON.parse(localStorage.getItem(this.#key));
    } catch {
      return null;
    }
  }

  keep(state) {
    this.#state = state;
    try {
      localStorage.setItem(this.#key, JSON.stringify(state));
    } catch { /* full, or forbidden: the server has it soon */ }
    this.#say(this.#words.changed);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), DRAFT_MS);
  }

  forget() {
    clearTimeout(this.#timer);
    this.#state = null;
    localStorage.removeItem(this.#key);
  }

  /** Now, and whether it worked. */
  async flush() {
    clearTimeout(this.#timer);
    while (this.#busy) await new Promise((resolve) => setTimeout(resolve, 50));
    return !this.#state || this.#send();
  }

  async #send(leaving = false) {
    if (this.#busy && !leaving) {
      this.#again = true;
      return false;
    }
    const state = this.#state;
    this.#busy = true;
    let said = this.#words.unsaved;
    let good = false;
    try {
      const { document: drawn, ...rest } = state;
      const body = JSON.stringify({ ...drawn, ...rest });
      // A page that goes may send 64 kB; what is larger is in the browser, and offered when it is opened again.
      const keepalive = leaving && body.length < 60_000;
      const headers = { "Content-Type": "application/json", Accept: "application/json" };
      const response = await fetch(`/api/v1/seat-maps/${this.#map}/draft`, { method: "PUT", headers, body, keepalive });
      good = response.ok;
      if (!good) said = (await response.json()).detail ?? said;
    } catch { /* away: it is tried again with the next change, and is in the browser */ }
    this.#busy = false;
    if (good && this.#state === state) {
      this.#state = null;
      localStorage.removeItem(this.#key);
      said = this.#words.saved.replace("{hour}", new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" }));
    } else if (!good) this.#timer = setTimeout(() => this.#state && this.#send(), 4 * DRAFT_MS);
    if (this.#state !== state || !good || said) this.#say(good && this.#state ? this.#words.changed : said);
    if (this.#again) {
      this.#again = false;
      if (this.#state) return this.#send();
    }
    return good;
  }
}

export async function ask(method, path, body, key = "") {
  const headers = { "Content-Type": "application/json", Accept: "application/json", ...(key ? { "Idempotency-Key": key } : {}) };
  const response = await fetch(path, { method, headers, body: JSON.stringify(body) });
  const found = response.status === 204 ? null : await response.json();
  return { ok: response.ok, status: response.status, found };
}

export function download(name, type, text) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
