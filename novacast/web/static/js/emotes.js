// The emotes of a room's organization: one sheet, of which each shows its part; what moves is a picture of its own, and stands
// still for those who ask for less motion. A name that is not known makes the list be read again, at most every AGAIN_MS.
const AGAIN_MS = 15_000;
const MOST_STRANGE = 200;
const CLEAR = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Emotes {
  #address;
  #changed;
  #sheet = null;
  #known = new Map(); // name -> { cell, moving }
  #strange = new Set();
  #timer = 0;
  #asked = -Infinity;

  /** `changed()` is called when there are others than before. */
  constructor(room, changed) {
    this.#address = `/api/v1/rooms/${encodeURIComponent(room)}/emotes`;
    this.#changed = changed;
  }

  get names() {
    return [...this.#known.keys()];
  }

  async load() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#asked = performance.now();
    const response = await fetch(this.#address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok) return;
    const { items, ...sheet } = await response.json();
    if (this.#sheet?.sheet === sheet.sheet && items.every(({ name }) => this.#known.has(name)) && items.length === this.#known.size) return;
    this.#sheet = sheet;
    this.#known = new Map(items.map(({ name, ...one }) => [name, one]));
    this.#changed();
  }

  close() {
    clearTimeout(this.#timer);
  }

  /** Those whose names begin with what was typed, then those that have it somewhere. */
  like(typed, most = Infinity) {
    const found = this.names.filter((name) => name.includes(typed));
    return found.sort((a, b) => b.startsWith(typed) - a.startsWith(typed)).slice(0, most);
  }

  /** An image that is copied as `:name:`; null where there is none of this name. */
  draw(name) {
    const one = this.#known.get(name);
    if (!one) return this.#miss(name);
    const image = new Image();
    image.className = "emote";
    image.alt = image.title = `:${name}:`;
    image.draggable = false;
    if (one.moving && !calm.matches) image.src = one.moving;
    else this.#cut(image, one.cell);
    return image;
  }

  #cut(image, cell) {
    const { sheet, columns, rows } = this.#sheet;
    const share = (at, count) => (count > 1 ? `${(100 * at) / (count - 1)}%` : "0%");
    image.src = CLEAR;
    image.style.backgroundImage = `url("${sheet}")`;
    image.style.backgroundSize = `${columns * 100}% ${rows * 100}%`;
    image.style.backgroundPosition = `${share(cell % columns, columns)} ${share(Math.floor(cell / columns), rows)}`;
  }

  #miss(name) {
    if (this.#sheet && !this.#strange.has(name) && this.#strange.size < MOST_STRANGE) {
      this.#strange.add(name);
      this.#timer ||= setTimeout(() => this.load(), Math.max(0, this.#asked + AGAIN_MS - performance.now()));
    }
    return null;
  }
}
