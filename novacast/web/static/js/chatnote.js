// What a room says to its reader in passing, below the lines, and the way back that it may offer: by a button, or by a key on the lines.
import { element } from "./chatlines.js";

export class Note {
  #place;
  #timer = 0;
  #offer = null;

  /** `place`: the element with role="status", or null where nothing is said. */
  constructor(place) {
    this.#place = place;
  }

  /** `time`: milliseconds; 0: until something else is said. `offer`: the words of a button, its key, and what it does. Nothing
      goes from under the fingers of whoever is on the button. */
  say(words, time = 0, offer = null) {
    if (!this.#place) return;
    clearTimeout(this.#timer);
    this.#offer = offer;
    this.#place.textContent = words;
    if (offer) {
      const button = element("button", { type: "button", class: "button button--small" }, offer.words, " ", element("kbd", { "aria-hidden": "true" }, offer.key.toUpperCase()));
      button.addEventListener("click", () => this.#take());
      this.#place.append(" ", button);
    }
    if (time) this.#timer = setTimeout(() => this.#end(time), time);
  }

  /** Whether this key was of what is offered. */
  key({ key, ctrlKey, metaKey, altKey }) {
    if (key.toLowerCase() !== this.#offer?.key || ctrlKey || metaKey || altKey) return false;
    this.#take();
    return true;
  }

  #take() {
    const { act } = this.#offer;
    this.#offer = null;
    act();
  }

  #end(time) {
    if (this.#place.contains(document.activeElement)) this.#timer = setTimeout(() => this.#end(time), time);
    else this.say("");
  }
}
