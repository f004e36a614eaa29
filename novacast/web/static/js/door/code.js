// What stands in a ticket's code, read as novacast/tickets/admission/tokens.py writes it.
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
export const LENGTH = 132;
const BODY = 24;
const SIGNATURE = 64;
const VERSION = 1;
const WIDTHS = { version: 1, key: 4, performance: 6, ordinal: 3, serial: 2, item: 2, flags: 1, until: 5 };

/** Without what scanners put around it. It may begin with a space, which many of them swallow, but never ends with one. */
export function asScanned(text) {
  const bare = text.replace(/^[\r\n\t]+/, "").trimEnd().toUpperCase();
  return bare.length === LENGTH - 1 ? ` ${bare}` : bare;
}

/** {key, performance, ordinal, serial, item, test, until, body, signature}, which nobody has checked; null: it is no code. */
export function opened(text) {
  const raw = bytes(text);
  if (raw?.length !== BODY + SIGNATURE) return null;
  const token = {};
  let at = 0;
  for (const [name, width] of Object.entries(WIDTHS)) {
    token[name] = raw.subarray(at, at + width).reduce((value, byte) => value * 256 + byte, 0);
    at += width;
  }
  if (token.version !== VERSION || token.flags & ~1) return null;
  return { ...token, test: Boolean(token.flags), body: raw.slice(0, BODY), signature: raw.slice(BODY) };
}

function bytes(text) {
  const values = [...text].map((sign) => ALPHABET.indexOf(sign));
  if (!values.length || values.includes(-1)) return null;
  const out = [];
  for (let at = 0; at < values.length; at += 3) {
    const three = values.slice(at, at + 3);
    const number = three.reduce((sum, value, power) => sum + value * 45 ** power, 0);
    if (three.length === 1 || number >= 256 ** (three.length - 1)) return null;
    if (three.length === 3) out.push(number >> 8);
    out.push(number & 255);
  }
  return Uint8Array.from(out);
}
