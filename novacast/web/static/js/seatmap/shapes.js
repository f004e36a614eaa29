// What a seat looks like. Categories differ by shape as well as by colour, what is free is full and large, what is taken a small
// empty ring, what is kept back a cross, and a place for a wheelchair or beside one an empty square or ring with its sign.
const SHAPES = ["circle", "square", "diamond", "hexagon"];

export function shapeOf(hue) {
  return SHAPES[hue % SHAPES.length];
}

/** Add one seat to the path. `hue`: of its category, null where that does not show. */
export function mark(context, style, hue, x, y, radius) {
  if (style === "taken") ring(context, x, y, radius * 0.42);
  else if (style === "blocked") cross(context, x, y, radius * 0.4);
  else if (style === "chosen") ring(context, x, y, radius * 1.08);
  else if (style.endsWith("w")) context.rect(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7);
  else if (style.endsWith("c")) ring(context, x, y, radius * 0.85);
  else shape(context, shapeOf(hue), x, y, radius);
}

export function shape(context, name, x, y, radius) {
  if (name === "circle") ring(context, x, y, radius);
  else if (name === "square") context.rect(x - radius * 0.86, y - radius * 0.86, radius * 1.72, radius * 1.72);
  else polygon(context, x, y, radius * (name === "diamond" ? 1.16 : 1.06), name === "diamond" ? 4 : 6);
}

/** A stage, a table, an area, around the context's origin. */
export function outline(context, name, width, depth) {
  if (name === "round") context.ellipse(0, 0, width / 2, depth / 2, 0, 0, 2 * Math.PI);
  else context.roundRect(-width / 2, -depth / 2, width, depth, Math.min(6, width / 4, depth / 4));
}

function ring(context, x, y, radius) {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function cross(context, x, y, radius) {
  context.moveTo(x - radius, y - radius);
  context.lineTo(x + radius, y + radius);
  context.moveTo(x + radius, y - radius);
  context.lineTo(x - radius, y + radius);
}

function polygon(context, x, y, radius, corners) {
  for (let corner = 0; corner < corners; corner += 1) {
    const angle = ((corner / corners) * 2 - 0.5) * Math.PI;
    const to = corner ? "lineTo" : "moveTo";
    context[to](x + Math.cos(angle) * radius, y + Math.sin(angle) * radius);
  }
  context.closePath();
}
