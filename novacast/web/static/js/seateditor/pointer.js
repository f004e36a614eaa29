// The pointer on the editor's canvas: choose, move what is chosen, mark a rectangle, draw something new.
import { parse } from "./document.js";
import { snapped } from "./tools.js";

const GRID = 10;
const SLOP = 8;
const SELECT = "select";

export class Pointer {
  /** What is drawn next, such as row; select: nothing. */
  tool = SELECT;
  #map;
  #view;
  #selection;
  #on;
  #ghost = null; // what is being drawn or marked: {from, to}

  /** `on.doc()`, `on.plan()`, `on.snaps()`; `on.make(from, to)`: draw with the tool; `on.moved(dx, dy)`: what is chosen was. */
  constructor(map, view, selection, on) {
    this.#map = map;
    this.#view = view;
    this.#selection = selection;
    this.#on = on;
  }

  #step(free) {
    return free || !this.#on.snaps() ? 0 : GRID;
  }

  /** Of the hall. */
  point(x, y, free = false) {
    const [hallX, hallY] = this.#view.toHall(x, y);
    return { x: snapped(hallX, this.#step(free)), y: snapped(hallY, this.#step(free)) };
  }

  #under(x, y) {
    const plan = this.#on.plan();
    return plan ? this.#selection.under(plan, ...this.#view.toHall(x, y), 14 / this.#view.scale) : null;
  }

  tap(x, y, event) {
    this.#map.canvas.focus({ preventScroll: true });
    if (this.tool !== SELECT) {
      const at = this.point(x, y, event.altKey);
      return this.#on.make(at, at);
    }
    const key = this.#under(x, y);
    if (event.shiftKey || event.ctrlKey || event.metaKey) return key && this.#selection.toggle(key);
    return this.#selection.set(key ? [this.#twice(key) ? `section:${parse(key).at[0]}` : key] : []);
  }

  #last = { key: null, at: 0 };

  /** Whether a row or table was pressed a second time: its section is meant. */
  #twice(key) {
    const now = performance.now();
    const twice = this.#last.key === key && now - this.#last.at < 450 && ["row", "table"].includes(parse(key).kind);
    this.#last = { key, at: now };
    return twice;
  }

  /** Draw something new, mark a rectangle with Shift, move what is chosen, or (null) pan. */
  drag(x, y, event) {
    const marking = event.shiftKey && this.tool === SELECT;
    if (this.tool !== SELECT || marking) return this.#spanning(x, y, event.altKey, marking);
    const key = this.#under(x, y);
    if (!key) return null;
    const inside = this.#selection.chosen.has(key) || this.#selection.chosen.has(`section:${parse(key).at[0]}`);
    // A finger on what is not chosen pans: else nobody could move about on a phone.
    if (!inside && event.pointerType !== "mouse") return null;
    return this.#moving(inside ? null : key);
  }

  #spanning(x, y, free, marking) {
    const from = this.point(x, y, free);
    let at = { x, y };
    return (dx, dy, event) => {
      if (dx !== null) {
        at = { x: at.x + dx, y: at.y + dy };
        this.#ghost = { from, to: this.point(at.x, at.y, event.altKey), line: this.tool === "row" };
        return this.#map.move();
      }
      const ghost = this.#ghost;
      this.#ghost = null;
      this.#map.move();
      if (!ghost || event?.type !== "pointerup" || Math.hypot(at.x - x, at.y - y) < SLOP) return undefined;
      return marking ? this.#mark(ghost) : this.#on.make(ghost.from, ghost.to);
    };
  }

  #mark({ from, to }) {
    const [left, right] = [from.x, to.x].sort((a, b) => a - b);
    const [top, bottom] = [from.y, to.y].sort((a, b) => a - b);
    this.#selection.set(this.#selection.within(this.#on.plan(), left, top, right, bottom));
  }

  /** `key`: what is not chosen yet. It is, once it moves: a tap must not find it chosen. */
  #moving(key) {
    let total = { x: 0, y: 0 };
    let shown = { x: 0, y: 0 };
    let parts = null;
    return (dx, dy, event) => {
      if (dx === null) {
        if (shown.x || shown.y) this.#on.moved(shown.x, shown.y);
        return;
      }
      if (!parts) {
        if (key) this.#selection.set([key]);
        parts = { seats: [...this.#selection.seats(this.#on.plan())], things: [...this.#selection.things(this.#on.plan())] };
      }
      total = { x: total.x + dx / this.#view.scale, y: total.y + dy / this.#view.scale };
      const next = { x: snapped(total.x, this.#step(event.altKey)), y: snapped(total.y, this.#step(event.altKey)) };
      this.#shift(parts, next.x - shown.x, next.y - shown.y);
      shown = next;
    };
  }

  /** Only what is seen, until the server draws it. */
  #shift({ seats, things }, dx, dy) {
    if (!dx && !dy) return;
    const plan = this.#on.plan();
    for (const seat of seats) {
      plan.x[seat] += dx;
      plan.y[seat] += dy;
    }
    for (const one of things) {
      one.x += dx;
      one.y += dy;
    }
    plan.refile();
    this.#map.repaint();
  }

  draw(context) {
    if (!this.#ghost) return;
    const [x, y] = this.#view.toScreen(this.#ghost.from.x, this.#ghost.from.y);
    const [toX, toY] = this.#view.toScreen(this.#ghost.to.x, this.#ghost.to.y);
    context.strokeStyle = this.#map.colours.ink;
    context.setLineDash([4, 4]);
    context.beginPath();
    if (this.#ghost.line) {
      context.moveTo(x, y);
      context.lineTo(toX, toY);
    } else context.rect(x, y, toX - x, toY - y);
    context.stroke();
    context.setLineDash([]);
  }
}
