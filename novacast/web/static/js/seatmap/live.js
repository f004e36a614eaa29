// What has become of each seat, kept true: a snapshot, and the facts behind it. A fact that the snapshot has in it already is
// not taken again, one that comes while a snapshot is on its way waits for it; after every break that lost something, and when
// the stream begins, a new snapshot is fetched. So colours are never older than the stream, and never put back.
import { listen } from "../realtime.js";
import { BLOCKED, FREE, HELD, SOLD } from "./plan.js";

const MARKS = { held: HELD, paying: HELD, sold: SOLD, released: FREE };
const AGAIN_MS = [500, 1000, 2000, 5000, 10_000];

export class Live {
  #path;
  #on;
  #seq = 0;
  #waiting = null; // facts that come while a snapshot is on its way
  #again = false;
  #failures = 0;
  #ended = new AbortController();

  /** `code`: what it costs with one. `counter`: what is sold there. `on.snapshot(states)` may return a promise; `on.change(ids, mark)`; `on.furnished()`; `on.lost(whether)`. */
  constructor(performance, on, code = "", counter = false) {
    const asked = new URLSearchParams({ ...(code && { code }), ...(counter && { counter: "true" }) });
    this.#path = `/api/v1/performances/${performance}/seats/states${asked.size ? `?${asked}` : ""}`;
    this.#on = on;
    const { signal } = this.#ended;
    for (const topic of ["stock.changed", "seats.blocked", "seats.furnished"]) {
      const end = listen(topic, (fact) => this.#hear(fact), performance);
      signal.addEventListener("abort", end);
    }
    document.addEventListener("factsfollowed", () => this.fetch(), { signal });
    document.addEventListener("factsmissed", () => this.fetch(), { signal });
    this.fetch();
  }

  end() {
    this.#ended.abort();
  }

  async fetch() {
    if (this.#waiting) {
      this.#again = true;
      return;
    }
    this.#waiting = [];
    this.#again = false;
    let states = null;
    try {
      const response = await fetch(this.#path, { cache: "no-store", signal: this.#ended.signal });
      if (response.ok) states = await response.json();
    } catch { /* away; it is tried again */ }
    if (this.#ended.signal.aborted) return;
    this.#on.lost(!states);
    if (!states) {
      this.#waiting = null;
      const wait = AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length - 1)];
      this.#failures += 1;
      setTimeout(() => this.#ended.signal.aborted || this.fetch(), wait * (1 + Math.random() / 2));
      return;
    }
    this.#failures = 0;
    await this.#on.snapshot(states);
    this.#seq = states.seq;
    const facts = this.#waiting;
    this.#waiting = null;
    for (const fact of facts) this.#hear(fact);
    if (this.#again) this.fetch();
  }

  #hear(fact) {
    if (this.#waiting) this.#waiting.push(fact);
    else if (fact.seq > this.#seq) this.#take(fact);
  }

  #take({ topic, payload }) {
    if (topic === "seats.furnished") this.fetch();
    else if (topic === "seats.blocked") this.#on.change(payload.seats, payload.blocked ? BLOCKED : FREE);
    else this.#on.change(payload.seats, MARKS[payload.state]);
  }
}
