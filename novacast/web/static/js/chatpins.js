// What hangs on top of a room: the pinned message and the poll, each as it is at the moment, whatever becomes of its line below.
// Whoever wants the room for what is said folds it to one line; what is new there is unfolded, but for what is pinned beside a poll.
import { closing, element, keeping, summary } from "./chatlines.js";

const PLACES = ["pinned", "poll"];

export class Pins {
  #parts;
  #draw;
  #over;
  #timer = 0;
  #hung = {};
  #folded = new Set(); // ids

  /** `part(name)`: the element of a place, or null where a page has none; `draw(message)`: a line; `over(id)`: the time of a poll ran out. */
  constructor(part, draw, over) {
    this.#parts = Object.fromEntries(PLACES.map((place) => [place, part(place)]).filter(([, element]) => element));
    this.#draw = draw;
    this.#over = over;
  }

  /** Id of what is pinned. */
  get pinned() {
    return this.#hung.pinned?.id;
  }

  /** Id of the poll that hangs there. */
  get asked() {
    return this.#parts.poll?.hidden === false ? this.#hung.poll.id : undefined;
  }

  /** As the room says. */
  set({ pinned, poll }) {
    const before = this.#hung;
    const anew = poll?.id !== before.poll?.id || pinned?.id !== before.pinned?.id;
    if (anew && pinned && poll && closing(poll.poll) > Date.now()) this.#folded.add(pinned.id);
    this.#hung = { pinned, poll };
    this.refill();
  }

  /** The message is new, or other than it was. */
  came(message) {
    this.changed(message.id, { state: undefined, ...message });
  }

  changed(id, change) {
    for (const place of PLACES) {
      if (this.#hung[place]?.id !== id) continue;
      this.#hung[place] = { ...this.#hung[place], ...change };
      this.#show(place);
    }
  }

  /** What is taken away may be brought back. */
  gone(id) {
    this.changed(id, { state: "deleted" });
  }

  refill() {
    for (const place of PLACES) this.#show(place);
  }

  #show(place) {
    const part = this.#parts[place];
    if (!part) return;
    const message = this.#hung[place];
    const shown = message && !message.state && !(place === "poll" && this.#ends(message) <= 0);
    part.hidden = !shown;
    keeping(part, () => part.replaceChildren(...(shown ? [this.#fold(part, message)] : [])));
  }

  /** In how many milliseconds; nobody tells when a poll runs out, so what shows it is drawn anew then. */
  #ends({ id, poll }) {
    clearTimeout(this.#timer);
    const left = poll ? closing(poll) - Date.now() : 0;
    if (left > 0 && Number.isFinite(left)) this.#timer = setTimeout(() => { this.#show("poll"); this.#over(id); }, left + 1);
    return left;
  }

  close() {
    clearTimeout(this.#timer);
  }

  #fold(part, message) {
    const short = element("span", { class: "chat__short", dir: "auto" }, summary(message));
    const fold = element("details", {}, element("summary", { class: "small soft" }, part.getAttribute("aria-label"), " ", short), element("ul", {}, this.#draw(message)));
    fold.open = !this.#folded.has(message.id);
    fold.addEventListener("toggle", () => this.#folded[fold.open ? "delete" : "add"](message.id));
    return fold;
  }
}
