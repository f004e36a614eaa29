// Codes that another system made for tickets that came over, by the list of novacast/tickets/imports/models.py.
const DIGEST = 8;
const ENTRY = DIGEST + 3 + 2 + 1;

/** The token that such a code stands for; null: it is none of these. */
export async function foreign(picture, text) {
  const { codes } = picture;
  if (!codes?.length) return null;
  const { sha256 } = await import("../../vendor/noble-hashes/sha2.js");
  const digest = sha256(new TextEncoder().encode(text.replace(/\s+/g, "").toUpperCase()));
  let [low, high] = [0, codes.length / ENTRY];
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compared(codes, middle * ENTRY, digest);
    if (order === 0) return entry(picture, middle * ENTRY);
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return null;
}

/** The ticket that it came with has the first serial: it is worth nothing once another was made in its place. */
function entry({ codes, number }, at) {
  const whole = (from, width) => codes.subarray(at + from, at + from + width).reduce((value, byte) => value * 256 + byte, 0);
  const [ordinal, item, flags] = [whole(DIGEST, 3), whole(DIGEST + 3, 2), whole(DIGEST + 5, 1)];
  return { performance: number, ordinal, serial: 1, item, test: Boolean(flags), until: Infinity };
}

function compared(codes, at, digest) {
  for (let place = 0; place < DIGEST; place += 1) {
    if (codes[at + place] !== digest[place]) return codes[at + place] - digest[place];
  }
  return 0;
}
