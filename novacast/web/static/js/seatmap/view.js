// Which part of a hall is seen: the scale in pixels per centimetre, and where the hall's origin is. Screen is CSS pixels.
const CLOSEST = 1.6;
const MARGIN = 12;

export class View {
  scale = 1;
  x = 0;
  y = 0;
  width = 1;
  height = 1;
  #box = [0, 0, 1, 1];

  /** What there is to see; the view begins with all of it. */
  set box(box) {
    this.#box = box;
    this.whole();
  }

  size(width, height) {
    const all = this.isWhole;
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (all) this.whole();
    else this.hold();
  }

  get smallest() {
    const [, , width, height] = this.#box;
    return Math.max(0.001, Math.min((this.width - 2 * MARGIN) / width, (this.height - 2 * MARGIN) / height, CLOSEST));
  }

  get isWhole() {
    return this.scale <= this.smallest * 1.001;
  }

  whole() {
    this.scale = this.smallest;
    this.hold();
  }

  /** Larger or smaller by a factor, around a point of the screen. */
  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = Math.min(Math.max(this.scale * factor, this.smallest), Math.max(CLOSEST, this.smallest));
    const by = scale / this.scale;
    this.x = x - (x - this.x) * by;
    this.y = y - (y - this.y) * by;
    this.scale = scale;
    this.hold();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.hold();
  }

  /** Bring a point of the hall into sight, not at the very edge. */
  reveal(x, y) {
    const [sx, sy] = this.toScreen(x, y);
    const edge = Math.min(60, this.width / 4, this.height / 4);
    const dx = sx < edge ? edge - sx : sx > this.width - edge ? this.width - edge - sx : 0;
    const dy = sy < edge ? edge - sy : sy > this.height - edge ? this.height - edge - sy : 0;
    if (dx || dy) this.pan(dx, dy);
  }

  center(x, y) {
    this.x = this.width / 2 - x * this.scale;
    this.y = this.height / 2 - y * this.scale;
    this.hold();
  }

  toScreen(x, y) {
    return [this.x + x * this.scale, this.y + y * this.scale];
  }

  toHall(x, y) {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  /** What fits is in the middle; of what does not, no edge comes farther in than the screen's middle. */
  hold() {
    const [left, top, width, height] = this.#box;
    this.x = held(this.x, left * this.scale, width * this.scale, this.width);
    this.y = held(this.y, top * this.scale, height * this.scale, this.height);
  }
}

function held(at, start, length, room) {
  if (length <= room) return (room - length) / 2 - start;
  const slack = room / 3;
  return Math.min(slack - start, Math.max(room - slack - length - start, at));
}
