// Which fields things of a seat map have, and how a value is read from and written to the document.

const PLACE = [["x", "number"], ["y", "number"], ["turn", "number"]];
const NUMBERED = [["numbering.scheme", "scheme"], ["numbering.start", "number"], ["numbering.step", "step"], ["numbering.leftwards", "flag"]];

/** Kind -> [path, sort of field]. The words for both are the page's. */
const FIELDS = {
  section: [["name", "text"], ["category", "category"], ["spacing", "number"], ["distance", "number"], ["radius", "number"], ...PLACE],
  row: [["name", "text"], ["category", "category"], ["count", "number"], ...NUMBERED, ["aisles", "numbers"], ["spacing", "number"], ["radius", "number"], ...PLACE],
  table: [["name", "text"], ["category", "category"], ["shape", "shape"], ["count", "number"], ...NUMBERED, ["width", "number"], ["depth", "number"], ...PLACE],
  area: [["name", "text"], ["category", "category"], ["shape", "shape"], ["capacity", "number"], ["width", "number"], ["depth", "number"], ...PLACE],
  stage: [["name", "text"], ["shape", "shape"], ["width", "number"], ["depth", "number"], ...PLACE],
  sign: [["text", "text"], ...PLACE],
};
export { FIELDS };
const DEFAULTS = { "numbering.scheme": "numbers", "numbering.start": 1, "numbering.step": 1, "numbering.leftwards": false, turn: 0, x: 0, y: 0,
  shape: "rectangle", count: 0, spacing: 55, distance: 90, radius: 0, width: 120, category: "", aisles: [], capacity: 0 };
/** What a row has of its own; without it is as its section. */
const INHERITED = { row: ["spacing", "radius"], table: ["depth"] };
/** Bounds that the server has as well; it would refuse the rest. */
const BOUNDS = { count: [0, 1000], "numbering.start": [0, 100_000], capacity: [0, 1_000_000], spacing: [1, 100_000], distance: [1, 100_000], width: [1, 100_000], depth: [1, 100_000], turn: [-360, 360] };

export function value(one, kind, path) {
  const [first, second] = path.split(".");
  const found = second ? one[first]?.[second] : one[first];
  if (found !== undefined && found !== null) return found;
  if (INHERITED[kind]?.includes(path)) return "";
  if (path === "shape") return kind === "table" ? "round" : "rectangle";
  return DEFAULTS[path] ?? "";
}

export function write(one, kind, path, text, sort) {
  const [first, second] = path.split(".");
  const found = read(text, path, sort);
  if (found === undefined) return false;
  if (second) (one[first] ??= {})[second] = found;
  else if (found === null) delete one[first];
  else one[first] = found;
  return true;
}

/** undefined: it is nothing; null: without. */
function read(text, path, sort) {
  switch (sort) {
    case "flag": return Boolean(text);
    case "category": return text === "" ? null : text;
    case "numbers": return String(text).split(/[\s,;]+/).map(Number).filter((one) => Number.isInteger(one) && one > 0 && one < 1000);
    case "number": case "step": {
      if (text === "") return ["spacing", "radius", "depth"].includes(path) ? null : undefined;
      const [least, most] = BOUNDS[path] ?? [-1_000_000, 1_000_000];
      const number = Math.round(Number(text));
      return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : undefined;
    }
    default: return String(text).slice(0, 60);
  }
}
