// What a door says of a ticket by what it knows itself: the rules of novacast/tickets/door/models.py. Pure.
export const NONE = 0;
export const EXPECTED = 1;
export const INSIDE = 2;
export const LEFT = 3;

/** `picture`: as the server gives it, with `bits` and `elsewhere` as bytes; `mine`: where this device itself left the ticket, or undefined. */
export function judged(token, picture, mine, now, leaving) {
  if (token.performance !== picture.number) return "wrong_list";
  const stood = standing(picture, token.ordinal);
  const serial = picture.again.get(token.ordinal) ?? 1;
  if (stood === NONE || token.serial !== serial || (picture.live && token.test) || token.until < now / 1000) return "void";
  const elsewhere = picture.elsewhere[token.ordinal >> 3] >> (token.ordinal & 7) & 1;
  if (!picture.taken.includes(token.item) || elsewhere) return "wrong_list";
  const found = mine ?? stood;
  if (leaving) return found === INSIDE ? "exit" : "not_inside";
  if (found === INSIDE || (found === LEFT && !picture.list.reentry)) return "used";
  if (picture.list.opens_at && now < Date.parse(picture.list.opens_at)) return "too_early";
  if (picture.list.closes_at && now >= Date.parse(picture.list.closes_at)) return "too_late";
  return "ok";
}

export function standing(picture, ordinal) {
  return picture.bits[ordinal >> 2] >> ((ordinal & 3) * 2) & 3;
}

/** The array grows where there are tickets that it did not know. */
export function stand(picture, ordinal, value) {
  const place = ordinal >> 2;
  if (place >= picture.bits.length) {
    const grown = new Uint8Array(Math.max(place + 1, picture.bits.length * 2));
    grown.set(picture.bits);
    picture.bits = grown;
  }
  const shift = (ordinal & 3) * 2;
  picture.bits[place] = (picture.bits[place] & ~(3 << shift)) | (value << shift);
}

/** A fact that was told, into what is known. False: it can't be, and the picture has to be fetched anew. */
export function learn(picture, { topic, payload }) {
  if (topic === "checkin.entry" || topic === "checkin.exit") stand(picture, payload.ordinal, payload.standing);
  else if (topic === "ticket.issued" && !picture.list.categories.length) each(payload, (ordinal) => stand(picture, ordinal, EXPECTED));
  else if (topic === "ticket.voided") each(payload, (ordinal) => stand(picture, ordinal, NONE));
  else if (topic === "ticket.reissued") each(payload, (ordinal) => picture.again.set(ordinal, payload.serial));
  else if (topic === "checkin.counted") picture.gates = payload.gates;
  else return topic.startsWith("incident.");
  return true;
}

function each({ ordinals }, act) {
  for (const [first, last] of ordinals) for (let ordinal = first; ordinal <= last; ordinal += 1) act(ordinal);
}

export function unpacked(picture) {
  return { ...picture, bits: decoded(picture.standings), codes: decoded(picture.foreign ?? ""), elsewhere: decoded(picture.elsewhere), again: new Map(picture.serials) };
}

function decoded(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
