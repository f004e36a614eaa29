// Draws a hall. SVG with 20,000 seats is painted anew, all of it, at every step of a pan; so the seats are on a canvas. They
// are drawn once on a layer somewhat larger than the screen, and a pan or pinch moves that layer until it shows its edge.
import { BLOCKED, FREE, RADIUS } from "./plan.js";
import { mark, outline } from "./shapes.js";

/** How much larger than the screen the layer is, on each side. */
const BEYOND = 0.4;
const SETTLE_MS = 120;
/** Pixels: smaller seats are squares, larger ones have their number. */
const TINY = 2.6;
const NUMBERED = 9.5;

export class HallCanvas {
  chosen = new Set();
  cursor = -1;
  hovered = -1;
  /** Number of a category; the others are faint. -1: all alike. */
  only = -1;
  /** Called after each frame with the context, for what is drawn on top: `over(context)`. */
  over = null;
  #plan = null;
  #layer = document.createElement("canvas");
  #painted = null; // {scale, x, y, width, height} of the layer
  #frame = 0;
  #settling = 0;
  #stale = true;

  constructor(canvas, view, colours) {
    Object.assign(this, { canvas, view, colours });
    this.context = canvas.getContext("2d");
    this.ratio = 1;
    this.frames = 0;
  }

  set plan(plan) {
    this.#plan = plan;
    this.view.box = plan.box;
    this.repaint();
  }

  get plan() {
    return this.#plan;
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(clientWidth * this.ratio);
    this.canvas.height = Math.round(clientHeight * this.ratio);
    this.view.size(clientWidth, clientHeight);
    this.repaint();
  }

  /** Something is another: draw all of it. */
  repaint() {
    this.#stale = true;
    this.move();
  }

  /** The view is another; the layer is drawn sharp again once it rests. */
  move() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      if (this.#painted?.scale !== this.view.scale) this.repaint();
    }, SETTLE_MS);
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  #show() {
    this.#frame = 0;
    this.frames += 1;
    if (!this.#plan) return;
    if (this.#stale || !this.#covered()) this.#paint();
    const { context, view, ratio } = this;
    const by = view.scale / this.#painted.scale;
    const x = (view.x - this.#painted.x * by) * ratio;
    const y = (view.y - this.#painted.y * by) * ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.#layer, x, y, this.#layer.width * by, this.#layer.height * by);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#rings(context);
    this.over?.(context);
  }

  /** Whether the layer has all that is seen, and is not blown up too far. */
  #covered() {
    const was = this.#painted;
    const { view } = this;
    const by = view.scale / was.scale;
    if (by > 2.5 || by < 0.4) return false;
    const left = view.x - was.x * by;
    const top = view.y - was.y * by;
    const [boxLeft, boxTop] = view.toScreen(this.#plan.box[0], this.#plan.box[1]);
    const [boxRight, boxBottom] = view.toScreen(this.#plan.box[0] + this.#plan.box[2], this.#plan.box[1] + this.#plan.box[3]);
    return left <= Math.max(0, boxLeft) && top <= Math.max(0, boxTop)
      && left + was.width * by >= Math.min(view.width, boxRight) && top + was.height * by >= Math.min(view.height, boxBottom);
  }

  #paint() {
    this.#stale = false;
    const { view, ratio } = this;
    const beyond = { x: view.width * BEYOND, y: view.height * BEYOND };
    const size = { width: view.width + 2 * beyond.x, height: view.height + 2 * beyond.y };
    this.#painted = { scale: view.scale, x: view.x + beyond.x, y: view.y + beyond.y, ...size };
    // A layer's own origin is `beyond` to the left of the screen's.
    this.#layer.width = Math.round(size.width * ratio);
    this.#layer.height = Math.round(size.height * ratio);
    const context = this.#layer.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const at = { scale: view.scale, x: this.#painted.x, y: this.#painted.y, ...size };
    this.#scenery(context, at);
    this.#seats(context, at);
    this.#labels(context, at);
  }

  #scenery(context, at) {
    const { hall } = this.#plan;
    const { colours } = this;
    const things = [
      ...(hall.stage ? [{ ...hall.stage, fill: colours.stage, ink: colours.onStage }] : []),
      ...hall.areas.map((one) => ({ ...one, fill: colours.ground, line: colours.edge, ink: colours.ink })),
      ...hall.tables.map((one) => ({ ...one, shape: one.round ? "round" : "rectangle", fill: colours.ground, line: colours.edge, ink: colours.ink })),
    ];
    for (const one of things) {
      context.save();
      context.translate(at.x + one.x * at.scale, at.y + one.y * at.scale);
      context.rotate((one.turn * Math.PI) / 180);
      context.beginPath();
      outline(context, one.shape, one.width * at.scale, one.depth * at.scale);
      context.fillStyle = one.fill;
      context.fill();
      if (one.line) {
        context.strokeStyle = one.line;
        context.lineWidth = 1;
        context.stroke();
      }
      if (Math.abs(one.turn) % 360 > 90 && Math.abs(one.turn) % 360 < 270) context.rotate(Math.PI);
      write(context, colours.font, one.name, 0, 0, Math.max(11, Math.min(20, 60 * at.scale)), one.ink, one.width * at.scale - 6, true);
      context.restore();
    }
    for (const one of hall.signs) {
      context.save();
      context.translate(at.x + one.x * at.scale, at.y + one.y * at.scale);
      context.rotate((one.turn * Math.PI) / 180);
      write(context, colours.font, one.text, 0, 0, Math.max(11, Math.min(15, 45 * at.scale)), colours.soft, 400, true);
      context.restore();
    }
  }

  #seats(context, at) {
    const plan = this.#plan;
    const radius = RADIUS * at.scale;
    const groups = new Map(); // style -> seats: few paths with many seats, not many with one
    const left = (0 - at.x) / at.scale;
    const top = (0 - at.y) / at.scale;
    for (const seats of plan.around(left - RADIUS, top - RADIUS, left + at.width / at.scale + RADIUS, top + at.height / at.scale + RADIUS)) {
      for (const seat of seats) {
        const free = plan.states[seat] === FREE;
        const kind = free && plan.kinds[seat] !== "n" ? plan.kinds[seat] : "";
        const style = this.chosen.has(seat) ? "chosen" : free ? `${plan.category[seat]}${kind}` : plan.states[seat] === BLOCKED ? "blocked" : "taken";
        if (!groups.has(style)) groups.set(style, []);
        groups.get(style).push(seat);
      }
    }
    for (const [style, seats] of groups) this.#group(context, at, style, seats, radius);
    if (radius >= NUMBERED) this.#numbers(context, at, radius, groups);
  }

  #group(context, at, style, seats, radius) {
    const { colours } = this;
    const category = Number.parseInt(style, 10);
    const faint = this.only >= 0 && category !== this.only && style !== "chosen";
    context.globalAlpha = faint ? 0.18 : 1;
    const named = Number.isNaN(category) ? null : this.#plan.hall.categories[category].hue;
    context.fillStyle = context.strokeStyle = named === null ? (style === "chosen" ? colours.ink : colours.taken) : colours.hues[named];
    if (radius < TINY) {
      const size = Math.max(1, radius * (style === "taken" || style === "blocked" ? 1 : 1.8));
      for (const seat of seats) context.fillRect(at.x + this.#plan.x[seat] * at.scale - size / 2, at.y + this.#plan.y[seat] * at.scale - size / 2, size, size);
    } else {
      context.beginPath();
      for (const seat of seats) mark(context, style, named, at.x + this.#plan.x[seat] * at.scale, at.y + this.#plan.y[seat] * at.scale, radius);
      if (style === "taken" || style === "blocked" || style.endsWith("w") || style.endsWith("c")) {
        context.lineWidth = Math.max(1, radius * (style === "taken" || style === "blocked" ? 0.14 : 0.22));
        context.stroke();
      } else context.fill();
    }
    context.globalAlpha = 1;
  }

  #numbers(context, at, radius, groups) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = `600 ${Math.round(radius * 0.95)}px ${this.colours.font}`;
    for (const [style, seats] of groups) {
      if (style === "taken" || style === "blocked") continue;
      const outlined = style.endsWith("w") || style.endsWith("c");
      context.fillStyle = style === "chosen" ? this.colours.paper : outlined ? this.colours.ink : this.colours.onHue;
      const words = { w: "♿\uFE0E", c: "+" }[style.at(-1)];
      for (const seat of seats) {
        const text = words ?? (style === "chosen" ? "✓" : this.#plan.numbers[seat]);
        context.fillText(text, at.x + this.#plan.x[seat] * at.scale, at.y + this.#plan.y[seat] * at.scale + radius * 0.05, radius * 1.8);
      }
    }
  }

  /** Names of sections from afar, of rows from near. */
  #labels(context, at) {
    const { hall, lines, firsts } = this.#plan;
    const { colours } = this;
    const size = Math.max(12, Math.min(18, 70 * at.scale));
    for (const one of hall.sections) {
      context.save();
      context.translate(at.x + one.x * at.scale, at.y + one.y * at.scale);
      write(context, colours.font, one.name, 0, 0, size, colours.ink, 600 * at.scale + 120, true, colours.paper);
      context.restore();
    }
    if (RADIUS * at.scale < 5) return;
    for (const [number, line] of lines.entries()) {
      if (line.table !== null || !line.ids.length) continue;
      const first = firsts[number];
      for (const [seat, inner] of [[first, first + 1], [first + line.ids.length - 1, first + line.ids.length - 2]]) {
        const away = line.ids.length > 1 ? unit(this.#plan, seat, inner) : [-1, 0];
        const x = at.x + (this.#plan.x[seat] + away[0] * 48) * at.scale;
        const y = at.y + (this.#plan.y[seat] + away[1] * 48) * at.scale;
        write(context, colours.font, line.name, x, y, Math.min(14, 30 * at.scale), colours.soft, 40, true);
      }
    }
  }

  #rings(context) {
    for (const [seat, colour, width] of [[this.hovered, this.colours.ink, 2], [this.cursor, this.colours.focus, 3]]) {
      if (seat < 0 || seat >= this.#plan.count) continue;
      const [x, y] = this.view.toScreen(this.#plan.x[seat], this.#plan.y[seat]);
      context.beginPath();
      context.arc(x, y, Math.max(RADIUS * this.view.scale * 1.35, 6), 0, 2 * Math.PI);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
  }
}

function unit(plan, seat, inner) {
  const dx = plan.x[seat] - plan.x[inner];
  const dy = plan.y[seat] - plan.y[inner];
  const far = Math.hypot(dx, dy) || 1;
  return [dx / far, dy / far];
}

function write(context, font, text, x, y, size, colour, most, middle, halo = "") {
  if (!text || most < 8) return;
  context.font = `600 ${Math.round(size)}px ${font}`;
  context.textAlign = middle ? "center" : "start";
  context.textBaseline = "middle";
  if (halo) {
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = halo;
    context.strokeText(text, x, y, most);
  }
  context.fillStyle = colour;
  context.fillText(text, x, y, most);
}
