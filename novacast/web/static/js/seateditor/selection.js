// What is chosen in the editor, what is under the pointer, and what shows it on the canvas.
import { RADIUS } from "../seatmap/plan.js";
import { outline } from "../seatmap/shapes.js";
import { parse } from "./document.js";

const REACH = 45;

export class Selection {
  chosen = new Set();
  /** Of a drawing: keys of its lines, in their order. */
  lines = [];
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  set(keys) {
    this.chosen = new Set(keys);
    this.#changed();
  }

  toggle(key) {
    if (!this.chosen.delete(key)) this.chosen.add(key);
    this.#changed();
  }

  /** The drawing has its lines in the order of the document: of each section its rows, then its tables. */
  read(doc) {
    this.lines = doc.sections.flatMap((section, s) => [
      ...(section.rows ?? []).map((_, r) => `row:${s}:${r}`),
      ...(section.tables ?? []).map((_, t) => `table:${s}:${t}`),
    ]);
  }

  line(key) {
    return this.lines.indexOf(key);
  }

  /** What stands at a point of the hall; null: nothing. `near`: centimetres. */
  under(plan, x, y, near) {
    const seat = plan.at(x, y, Math.max(near, RADIUS * 1.2));
    if (seat >= 0) return this.lines[plan.line[seat]];
    const { hall } = plan;
    for (const [number, line] of hall.lines.entries()) {
      if (line.table !== null && inside(hall.tables[line.table], x, y)) return this.lines[number];
    }
    const sign = hall.signs.findIndex((one) => Math.hypot(one.x - x, one.y - y) < Math.max(near, REACH));
    if (sign >= 0) return `sign:${sign}`;
    const section = hall.sections.findIndex((one) => Math.abs(one.x - x) < 150 && Math.abs(one.y - y) < Math.max(near, 30));
    if (section >= 0) return `section:${section}`;
    const area = hall.areas.findIndex((one) => inside(one, x, y));
    if (area >= 0) return `area:${area}`;
    return hall.stage && inside(hall.stage, x, y) ? "stage" : null;
  }

  /** Everything within a rectangle of the hall. */
  within(plan, left, top, right, bottom) {
    const found = new Set();
    for (let seat = 0; seat < plan.count; seat += 1) {
      if (plan.x[seat] > left && plan.x[seat] < right && plan.y[seat] > top && plan.y[seat] < bottom) found.add(this.lines[plan.line[seat]]);
    }
    const { hall } = plan;
    const lists = { area: hall.areas, sign: hall.signs };
    for (const [kind, list] of Object.entries(lists)) {
      for (const [number, one] of list.entries()) if (one.x > left && one.x < right && one.y > top && one.y < bottom) found.add(`${kind}:${number}`);
    }
    return found;
  }

  /** Numbers of the seats that move with what is chosen. */
  *seats(plan) {
    for (const [number, line] of plan.lines.entries()) {
      const { at } = parse(this.lines[number] ?? "row:-1");
      if (!this.chosen.has(this.lines[number]) && !this.chosen.has(`section:${at[0]}`)) continue;
      for (let place = 0; place < line.ids.length; place += 1) yield plan.firsts[number] + place;
    }
  }

  /** Things of the drawing that are chosen, and are no seats. */
  *things(plan) {
    const { hall } = plan;
    for (const key of this.chosen) {
      const { kind, at: [first] } = parse(key);
      if (kind === "area" && hall.areas[first]) yield hall.areas[first];
      if (kind === "sign" && hall.signs[first]) yield hall.signs[first];
      if (kind === "stage" && hall.stage) yield hall.stage;
    }
    for (const [number, line] of hall.lines.entries()) {
      const { at } = parse(this.lines[number] ?? "row:-1");
      if (line.table !== null && (this.chosen.has(this.lines[number]) || this.chosen.has(`section:${at[0]}`))) yield hall.tables[line.table];
    }
    for (const [number, section] of hall.sections.entries()) if (this.chosen.has(`section:${number}`)) yield section;
  }

  draw(context, plan, view, colour) {
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.beginPath();
    const radius = Math.max(RADIUS * view.scale * 1.25, 4);
    for (const seat of this.seats(plan)) {
      const [x, y] = view.toScreen(plan.x[seat], plan.y[seat]);
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.stroke();
    context.setLineDash([6, 4]);
    for (const one of this.things(plan)) {
      context.save();
      context.translate(...view.toScreen(one.x, one.y));
      context.rotate(((one.turn ?? 0) * Math.PI) / 180);
      context.beginPath();
      const shape = one.shape ?? (one.round ? "round" : "rectangle");
      outline(context, shape, (one.width ?? 160) * view.scale + 10, (one.depth ?? 60) * view.scale + 10);
      context.stroke();
      context.restore();
    }
    context.setLineDash([]);
  }
}

function inside(one, x, y) {
  const angle = (-one.turn * Math.PI) / 180;
  const [dx, dy] = [x - one.x, y - one.y];
  const across = dx * Math.cos(angle) - dy * Math.sin(angle);
  const along = dx * Math.sin(angle) + dy * Math.cos(angle);
  return Math.abs(across) <= one.width / 2 && Math.abs(along) <= one.depth / 2;
}
