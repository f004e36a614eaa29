// What hangs on top of a room: the pinned message and the poll, each as it is at the moment, whatever becomes of its line below.
import { element } from "./chatlines.js";

const PLACES = ["pinned", "poll"];

export class Pins {
  #parts;
  #draw;
  #hung = {};

  /** `part(name)`: the element of a place, or null where a page has none; `draw(message)`: a line. */
  constructor(part, draw) {
    this.#parts = Object.fromEntries(PLACES.map((place) => [place, part(place)]).filter(([, element]) => element));
    this.#draw = draw;
  }

  /** Id of what is pinned. */
  get pinned() {
    return this.#hung.pinned?.id;
  }

  /** As the room says. */
  set({ pinned, poll }) {
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
    const shown = message && !message.state && !(place === "poll" && message.poll?.closed_at);
    part.hidden = !shown;
    part.replaceChildren(...(shown ? [element("ul", {}, this.#draw(message))] : []));
  }
}
