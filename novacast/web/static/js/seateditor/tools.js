// What is drawn with the pointer: a tool gets where it was dragged from and to, and puts something new into the document.
import { fresh } from "./document.js";

const SPACING = 55;
const DISTANCE = 90;
const LEAST = 60;

export function snapped(value, step) {
  return step ? Math.round(value / step) * step : Math.round(value);
}

/** Each returns the key of what it made. `from`, `to`: points of the hall; of a click both are the same. */
export const TOOLS = {
  row(doc, from, to, section) {
    const long = Math.hypot(to.x - from.x, to.y - from.y);
    const { number, own } = sectionFor(doc, section);
    const count = Math.max(2, Math.round(long / (own.spacing ?? SPACING)) + 1);
    const angle = long < LEAST ? 0 : (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    const [x, y] = within(own, (from.x + to.x) / 2, (from.y + to.y) / 2);
    // From right to left is no row that stands on its head.
    const upright = Math.abs(angle) > 90 ? angle - Math.sign(angle) * 180 : angle;
    const made = { name: fresh(doc, "row", own), count: long < LEAST ? 10 : count, x, y, turn: whole(upright - (own.turn ?? 0)), radius: 0 };
    (own.rows ??= []).push(made);
    return `row:${number}:${own.rows.length - 1}`;
  },

  section(doc, from, to) {
    const box = rectangle(from, to, 10 * SPACING, 5 * DISTANCE);
    const rows = Math.max(1, Math.round(box.depth / DISTANCE) + 1);
    const count = Math.max(1, Math.round(box.width / SPACING) + 1);
    const section = { name: fresh(doc, "section"), x: box.x, y: Math.round(box.y - box.depth / 2), rows: [] };
    for (let row = 0; row < Math.min(rows, 200); row += 1) {
      section.rows.push({ name: fresh(doc, "row", section), count: Math.min(count, 1000), y: row * DISTANCE });
    }
    doc.sections.push(section);
    return `section:${doc.sections.length - 1}`;
  },

  table(doc, from, to, section) {
    const { number, own } = sectionFor(doc, section);
    const [x, y] = within(own, from.x, from.y);
    const wide = Math.hypot(to.x - from.x, to.y - from.y);
    const made = { name: fresh(doc, "table", own), shape: "round", x, y, count: 8, width: wide < LEAST ? 160 : Math.round(wide * 2) };
    (own.tables ??= []).push(made);
    return `table:${number}:${own.tables.length - 1}`;
  },

  area(doc, from, to) {
    const { x, y, width, depth } = rectangle(from, to, 800, 500);
    (doc.areas ??= []).push({ name: fresh(doc, "area"), x, y, width, depth, capacity: Math.round((width * depth) / 10_000) * 2 });
    return `area:${doc.areas.length - 1}`;
  },

  stage(doc, from, to) {
    const { x, y, width, depth } = rectangle(from, to, 800, 300);
    doc.stage = { name: doc.stage?.name ?? "", x, y, width, depth };
    return "stage";
  },

  sign(doc, from) {
    (doc.signs ??= []).push({ text: "?", x: Math.round(from.x), y: Math.round(from.y) });
    return `sign:${doc.signs.length - 1}`;
  },
};

/** The section that something new belongs to: the chosen one, else the last, else a new one around the hall's origin. */
function sectionFor(doc, number) {
  if (!doc.sections.length) doc.sections.push({ name: fresh(doc, "section"), x: 0, y: 0, rows: [] });
  const own = doc.sections[number] ? number : doc.sections.length - 1;
  return { number: own, own: doc.sections[own] };
}

function within(section, x, y) {
  const angle = (-(section.turn ?? 0) * Math.PI) / 180;
  const [dx, dy] = [x - (section.x ?? 0), y - (section.y ?? 0)];
  return [whole(dx * Math.cos(angle) - dy * Math.sin(angle)), whole(dx * Math.sin(angle) + dy * Math.cos(angle))];
}

/** A click makes one of the usual size. */
function rectangle(from, to, width, depth) {
  const small = Math.abs(to.x - from.x) < LEAST || Math.abs(to.y - from.y) < LEAST;
  return {
    x: whole(small ? from.x : (from.x + to.x) / 2),
    y: whole(small ? from.y : (from.y + to.y) / 2),
    width: whole(small ? width : Math.abs(to.x - from.x)),
    depth: whole(small ? depth : Math.abs(to.y - from.y)),
  };
}

function whole(value) {
  return Math.round(value) || 0;
}
