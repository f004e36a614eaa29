// A drawing of a hall (/api/v1/performances/ID/hall) in arrays, one entry for each seat: what the canvas draws, what is under
// a finger, which seat is next in a direction. Centimetres; nothing here computes where a seat stands, the server did.
export const FREE = 0;
export const HELD = 1;
export const SOLD = 2;
export const BLOCKED = 3;
/** Of a seat, in centimetres. */
export const RADIUS = 22;
const CELL = 400;
const KINDS = { n: "normal", w: "wheelchair", c: "companion" };

export class Plan {
  constructor(hall) {
    Object.assign(this, { hall, tag: hall.tag, count: hall.seats, box: hall.box, lines: hall.lines });
    this.x = new Float32Array(this.count);
    this.y = new Float32Array(this.count);
    this.category = new Uint8Array(this.count);
    this.line = new Uint32Array(this.count);
    this.states = new Uint8Array(this.count).fill(BLOCKED);
    this.ids = [];
    this.numbers = [];
    this.kinds = "";
    this.firsts = [];
    this.index = new Map();
    for (const [number, line] of hall.lines.entries()) this.#add(line, number);
    this.refile();
  }

  /** After seats were moved. */
  refile() {
    this.cells = new Map();
    for (let seat = 0; seat < this.count; seat += 1) this.#file(seat);
  }

  #add(line, number) {
    const first = this.ids.length;
    this.firsts.push(first);
    this.x.set(line.x, first);
    this.y.set(line.y, first);
    this.category.set(line.categories, first);
    this.line.fill(number, first, first + line.ids.length);
    this.kinds += line.kinds;
    for (const [place, id] of line.ids.entries()) {
      this.index.set(id, first + place);
      this.ids.push(id);
      this.numbers.push(line.numbers[place]);
    }
  }

  #file(seat) {
    const key = cell(this.x[seat], this.y[seat]);
    if (!this.cells.has(key)) this.cells.set(key, []);
    this.cells.get(key).push(seat);
  }

  /** Two bits each, as they come from the server. */
  unpack(base64) {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    for (let seat = 0; seat < this.count; seat += 1) this.states[seat] = (bytes[seat >> 2] >> ((seat & 3) * 2)) & 3;
  }

  kind(seat) {
    return KINDS[this.kinds[seat]];
  }

  section(seat) {
    return this.hall.sections[this.lines[this.line[seat]].section].name;
  }

  row(seat) {
    return this.lines[this.line[seat]].name;
  }

  name(seat) {
    return this.hall.categories[this.category[seat]].name;
  }

  /** Numbers of the cells that a rectangle of the hall touches; each has its seats in `cells`. */
  *around(left, top, right, bottom) {
    for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1) {
      for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1) {
        const found = this.cells.get(`${x},${y}`);
        if (found) yield found;
      }
    }
  }

  /** The seat nearest to a point, not farther than `reach`; -1: none. */
  at(x, y, reach) {
    let best = reach * reach;
    let found = -1;
    for (const seats of this.around(x - reach, y - reach, x + reach, y + reach)) {
      for (const seat of seats) {
        const far = (this.x[seat] - x) ** 2 + (this.y[seat] - y) ** 2;
        if (far <= best) [best, found] = [far, seat];
      }
    }
    return found;
  }

  /** The next seat in a direction, such as 1, 0 for to the right: near, and not far off to the side. */
  next(from, across, along) {
    let best = Infinity;
    let found = from;
    for (let seat = 0; seat < this.count; seat += 1) {
      const dx = this.x[seat] - this.x[from];
      const dy = this.y[seat] - this.y[from];
      const ahead = dx * across + dy * along;
      if (ahead < 1) continue;
      const aside = Math.abs(dx * along) + Math.abs(dy * across);
      const score = ahead + 2.5 * aside + (aside > ahead * 1.2 ? 10_000 : 0);
      if (score < best) [best, found] = [score, seat];
    }
    return found;
  }
}

function cell(x, y) {
  return `${Math.floor(x / CELL)},${Math.floor(y / CELL)}`;
}
