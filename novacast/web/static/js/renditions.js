// The qualities of a stream in the shape that media-chrome's menu reads from a media element: `video.videoRenditions`,
// array-like and iterable, with `selectedIndex` (-1: automatic) and the events addrendition, removerendition, change.

export class Renditions extends EventTarget {
  length = 0;
  #selected = -1;
  #choose;

  /** `choose(index)` is called when a person picks one. */
  constructor(choose) {
    super();
    this.#choose = choose;
  }

  get selectedIndex() {
    return this.#selected;
  }

  /** Of the one that a person chose; undefined: automatic. */
  get height() {
    return this[this.#selected]?.height;
  }

  set selectedIndex(index) {
    this.#selected = index;
    for (const [at, item] of [...this].entries()) item.selected = at === index;
    this.#choose(index);
    this.dispatchEvent(new Event("change"));
  }

  *[Symbol.iterator]() {
    for (let at = 0; at < this.length; at += 1) yield this[at];
  }

  /** Replace all by hls.js's levels; a choice made before holds where its height is still there. */
  fill(levels) {
    const { height } = this;
    for (let at = levels.length; at < this.length; at += 1) delete this[at];
    this.length = levels.length;
    for (const [at, { width, height: lines, bitrate }] of levels.entries()) {
      this[at] = { id: String(at), width, height: lines, bitrate, selected: false };
    }
    this.#selected = -1;
    this.dispatchEvent(new Event("addrendition"));
    const again = [...this].findIndex((item) => item.height === height);
    if (again >= 0) this.selectedIndex = again;
  }
}
