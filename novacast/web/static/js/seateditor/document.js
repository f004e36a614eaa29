// A seat map's document (format 2, see the API's reference) and what can be done to it. Things are named by keys such as
// "row:0:3", "table:0:1", "section:2", "area:0", "sign:1", "stage". Nothing here computes where a seat stands: the server does.
const LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ";

export function parse(key) {
  const [kind, ...numbers] = key.split(":");
  return { kind, at: numbers.map(Number) };
}

/** The thing itself, or undefined. */
export function thing(doc, key) {
  const { kind, at: [first, second] } = parse(key);
  switch (kind) {
    case "section": return doc.sections[first];
    case "row": return doc.sections[first]?.rows?.[second];
    case "table": return doc.sections[first]?.tables?.[second];
    case "area": return doc.areas?.[first];
    case "sign": return doc.signs?.[first];
    default: return doc.stage ?? undefined;
  }
}

/** Keys of everything, sections before what is in them. */
export function* keys(doc) {
  if (doc.stage) yield "stage";
  for (const [s, section] of doc.sections.entries()) {
    yield `section:${s}`;
    for (const r of (section.rows ?? []).keys()) yield `row:${s}:${r}`;
    for (const t of (section.tables ?? []).keys()) yield `table:${s}:${t}`;
  }
  for (const a of (doc.areas ?? []).keys()) yield `area:${a}`;
  for (const s of (doc.signs ?? []).keys()) yield `sign:${s}`;
}

/** What is in a chosen section moves with it already. */
export function outermost(chosen) {
  return [...chosen].filter((key) => {
    const { kind, at } = parse(key);
    return !((kind === "row" || kind === "table") && chosen.has(`section:${at[0]}`));
  });
}

/** Move by centimetres of the hall. */
export function move(doc, chosen, dx, dy) {
  for (const key of outermost(chosen)) {
    const one = thing(doc, key);
    const { kind, at } = parse(key);
    const inside = kind === "row" || kind === "table";
    const [x, y] = inside ? turned(dx, dy, -(doc.sections[at[0]].turn ?? 0)) : [dx, dy];
    one.x = Math.round((one.x ?? 0) + x);
    one.y = Math.round((one.y ?? 0) + y);
    const rows = kind === "section" ? one.rows ?? [] : kind === "row" ? [one] : [];
    // Seats with a place of their own, such as those of a table that was imported.
    for (const seat of rows.flatMap((row) => row.seats ?? [])) {
      if (seat.x !== undefined) seat.x = Math.round(seat.x + dx);
      if (seat.y !== undefined) seat.y = Math.round(seat.y + dy);
    }
  }
}

export function turn(doc, chosen, degrees) {
  for (const key of outermost(chosen)) {
    const one = thing(doc, key);
    one.turn = ((((one.turn ?? 0) + degrees) % 360) + 360) % 360;
  }
}

export function remove(doc, chosen) {
  const gone = new Set(outermost(chosen));
  if (gone.has("stage")) doc.stage = null;
  for (const [s, section] of doc.sections.entries()) {
    section.rows = (section.rows ?? []).filter((_, r) => !gone.has(`row:${s}:${r}`));
    section.tables = (section.tables ?? []).filter((_, t) => !gone.has(`table:${s}:${t}`));
  }
  doc.sections = doc.sections.filter((_, s) => !gone.has(`section:${s}`));
  doc.areas = (doc.areas ?? []).filter((_, a) => !gone.has(`area:${a}`));
  doc.signs = (doc.signs ?? []).filter((_, s) => !gone.has(`sign:${s}`));
}

/** Copies beside what is chosen; their keys. Copies are other seats, with names of their own. */
export function duplicate(doc, chosen) {
  const made = new Set();
  for (const key of outermost(chosen)) {
    const { kind, at } = parse(key);
    if (kind === "stage") continue;
    const copy = structuredClone(thing(doc, key));
    delete copy.key;
    const shift = kind === "row" ? [0, doc.sections[at[0]].distance ?? 90] : [200, 200];
    const list = { section: doc.sections, row: doc.sections[at[0]]?.rows, table: doc.sections[at[0]]?.tables, area: doc.areas, sign: doc.signs }[kind];
    if (copy.name !== undefined) copy.name = unused(copy.name, list.map((one) => one.name));
    for (const row of kind === "section" ? [...copy.rows ?? [], ...copy.tables ?? []] : [copy])
      for (const seat of row.seats ?? []) delete seat.id;
    list.push(copy);
    const copied = kind === "row" || kind === "table" ? `${kind}:${at[0]}:${list.length - 1}` : `${kind}:${list.length - 1}`;
    move(doc, new Set([copied]), ...shift);
    made.add(copied);
  }
  return made;
}

/** The next name after one: B after A, 8 after 7, "Block 3" after "Block 2"; none that is used. */
export function unused(name, used) {
  let next = name;
  for (let tries = 0; tries < 1000; tries += 1) {
    next = following(next);
    if (!used.includes(next)) return next;
  }
  return `${name} +`;
}

function following(name) {
  const number = name.match(/^(.*?)(\d+)$/);
  if (number) return `${number[1]}${Number(number[2]) + 1}`;
  const place = name.length === 1 ? LETTERS.indexOf(name) : -1;
  if (place >= 0) return LETTERS[place + 1] ?? "AA";
  return name ? `${name} 2` : "1";
}

/** Another name. Ids of seats stay: the name of before stands in them. */
export function rename(one, name) {
  if (one.key === undefined) one.key = one.name;
  one.name = name;
}

/** Seats of a row or table one by one, as they were drawn, so that one of them can be another than the rest. */
export function listed(one, line) {
  if (!one.seats?.length) {
    one.seats = line.numbers.map((number, place) => ({
      number,
      ...(place && line.places[place] > line.places[place - 1] + 1 ? { aisle: true } : {}),
    }));
    one.count = 0;
    delete one.aisles;
    delete one.numbering;
  }
  return one.seats;
}

/** A name for something new of its kind. */
export function fresh(doc, kind, section) {
  const list = { section: doc.sections, row: section?.rows, table: section?.tables, area: doc.areas }[kind] ?? [];
  const last = list.at(-1)?.name;
  if (last !== undefined) return unused(last, list.map((one) => one.name));
  return { row: "A", table: "T1" }[kind] ?? "1";
}

function turned(x, y, degrees) {
  const angle = (degrees * Math.PI) / 180;
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}
