// A post at a door: it asks the house while it can, decides by itself while it can't, and tells of that afterwards.
import { Hub } from "../realtime/hub.js";
import { asScanned, opened } from "./code.js";
import { foreign } from "./foreign.js";
import { INSIDE, LEFT, judged, learn, stand, unpacked } from "./judge.js";
import { Keep, MOST } from "./keep.js";
import { Away, Revoked, Server } from "./server.js";
import { isSigned, load } from "./signature.js";

const RETRY_MS = 3000;
const REFRESH_MS = 300_000;
const SAVE_MS = 1000;
const SOON_MS = 4000;
const DELIVERY = 100;
const LONGEST = 1000;
const GOOD = new Set(["ok", "exit"]);

/** Fires `change` whenever something that is shown may be another. */
export class Post extends EventTarget {
  picture = null;
  online = false;
  revoked = false;
  /** Scans that the house does not know of yet. */
  waiting = 0;
  /** When the house was heard last, by this device's clock; 0: never. */
  heard = 0;
  incidents = [];
  gate = "";
  #keep;
  #server = new Server();
  #hub = null;
  #delivering = null;
  #retry = 0;
  #saving = 0;
  #asking = 0;
  #passed = []; // since the last picture
  #others = new BroadcastChannel("novacast-door");

  async open() {
    this.#keep = await Keep.open();
    load().catch(() => {});
    navigator.storage?.persist?.().catch(() => {});
    this.#others.onmessage = ({ data }) => (data === "paired" ? location.reload() : this.#count());
    addEventListener("online", () => this.refresh());
    addEventListener("offline", () => this.#lost());
    setInterval(() => this.refresh(), REFRESH_MS);
    const [token, picture, heard, gate] = await Promise.all(["token", "picture", "heard", "gate"].map((name) => this.#keep.get(name)));
    Object.assign(this, { picture: picture ?? null, heard: heard ?? 0, gate: gate ?? "" });
    this.#server.token = token ?? "";
    await this.#count();
    if (token) await this.refresh();
  }

  get paired() {
    return Boolean(this.#server.token);
  }

  get now() {
    return Date.now() + (this.picture?.offset ?? 0);
  }

  /** Raises Away or Refused. */
  async pair(code) {
    const { token } = await this.#server.pair(code);
    await this.#keep.forget();
    await this.#keep.set("token", token);
    Object.assign(this, { picture: null, revoked: false, gate: "" });
    await this.refresh();
    this.#others.postMessage("paired");
  }

  async leave() {
    await this.#server.leave().catch(() => {});
    await this.#keep.forget();
    this.#others.postMessage("paired");
    location.reload();
  }

  async choose(gate) {
    this.gate = gate;
    await this.#keep.set("gate", gate);
    this.#changed();
  }

  find(words) {
    return this.#server.find(words);
  }

  /** `readings`: what may have been scanned, the likeliest first; or `ticket`, the id of one that was found. */
  async scan({ readings = [], ticket = "" }, { leaving = false, force = false } = {}) {
    const { text, token } = await this.#read(readings);
    const scan = { id: newId(), code: text.slice(0, LONGEST), ticket, gate: this.gate || this.picture.gate, leaving, force };
    if (this.online) {
      try {
        if (this.waiting) await this.#deliver();
        return await this.#asked(scan, token);
      } catch (error) {
        if (error instanceof Revoked) this.#revoke();
        if (!(error instanceof Away)) throw error;
        this.#lost();
      }
    }
    if (ticket) throw new Away();
    return this.#decided(scan, token);
  }

  /** What is known, anew; then what waits is told. Fires `change`. */
  async refresh() {
    if (!this.paired) return;
    clearTimeout(this.#retry);
    try {
      const before = this.online;
      this.#take(unpacked(await this.#server.picture()));
      this.gate ||= this.picture.gate;
      this.#hear();
      await this.#deliver();
      this.incidents = (await this.#server.incidents()).filter((one) => !one.settled_at);
      await this.#save();
      if (!before || !this.#hub) this.#follow();
      this.online = true;
    } catch (error) {
      if (error instanceof Revoked) this.#revoke();
      else this.#lost();
    }
    this.#changed();
  }

  async #read(readings) {
    const texts = readings.map(asScanned);
    for (const text of texts) {
      const token = opened(text);
      const key = token && this.picture?.keys.find(({ id }) => id === token.key);
      // The house may sign with another since.
      if (token && !key && this.online) this.#soon();
      if (key && (await isSigned(key.public, token.signature, token.body))) return { text, token };
    }
    for (const text of this.picture ? texts : []) {
      const token = await foreign(this.picture, text);
      if (token) return { text, token };
    }
    return { text: texts[0] ?? "", token: null };
  }

  async #asked(scan, token) {
    const answer = await this.#server.scan(scan);
    const ordinal = answer.number ?? token?.ordinal;
    if (answer.written) await this.#pass(ordinal, scan.leaving ? LEFT : INSIDE, answer.written.gate, Date.parse(answer.written.at));
    this.#hear();
    return { ...answer, forced: scan.force && !GOOD.has(answer.verdict), offline: false };
  }

  async #decided(scan, token) {
    if (!this.picture) throw new Away();
    if (this.waiting >= MOST) throw new Away();
    const { picture, now } = this;
    let mine;
    const judge = (found) => {
      mine = found;
      const verdict = token ? judged(token, picture, found?.standing, now, scan.leaving) : "forged";
      const passed = GOOD.has(verdict) || (scan.force && token !== null);
      return { verdict, passed, standing: passed ? { standing: scan.leaving ? LEFT : INSIDE, gate: scan.gate, at: now } : undefined };
    };
    const kept = { ...scan, at: Date.now(), offset: this.picture.offset ?? null };
    const made = await this.#keep.decide(token?.ordinal, judge, kept);
    await this.#count();
    this.#others.postMessage("kept");
    const before = mine && { gate: mine.gate, at: new Date(mine.at).toISOString() };
    const item = picture.items[token?.item] ?? "";
    return { ...made, item, name: "", seat: "", note: "", before, forced: scan.force && made.passed && !GOOD.has(made.verdict), offline: true };
  }

  /** With what the house wrote down for this device after it had drawn the picture. */
  #take(picture) {
    this.#passed = this.#passed.filter(({ at }) => at >= picture.now);
    for (const { ordinal, standing } of this.#passed) stand(picture, ordinal, standing);
    this.picture = picture;
  }

  #pass(ordinal, standing, gate, at) {
    if (!ordinal) return null;
    this.#passed.push({ ordinal, standing, at });
    stand(this.picture, ordinal, standing);
    this.#later();
    return this.#keep.pass(ordinal, { standing, gate, at });
  }

  #deliver() {
    const work = async () => {
      for (;;) {
        const rows = await this.#keep.waiting(DELIVERY);
        if (!rows.length) return;
        const scans = rows.map(([, { verdict: _, ordinal: __, ...scan }]) => scan);
        await this.#server.deliver(scans);
        await this.#keep.delivered(rows.map(([key]) => key));
        for (const [, scan] of rows) if (scan.passed && scan.ordinal) stand(this.picture, scan.ordinal, scan.leaving ? LEFT : INSIDE);
        await this.#count();
        this.#others.postMessage("delivered");
      }
    };
    // One page at a time, or what both send is done once by the house.
    const alone = navigator.locks ? navigator.locks.request("novacast-door-delivery", work) : work();
    this.#delivering ??= alone.finally(() => { this.#delivering = null; });
    return this.#delivering;
  }

  #follow() {
    this.#hub?.end();
    this.#hub = new Hub((message) => this.#told(message), {
      headers: { Authorization: `Bearer ${this.#server.token}` },
      lost: () => this.refresh(),
    });
    this.#hub.since = String(this.picture.seq);
    const { list, performance } = this.picture;
    this.#hub.want(this, [`checkin:${list.id}`, `incident:${list.id}`, `ticket:${performance}`]);
  }

  #told({ fact, mark }) {
    this.#hear();
    if (mark === "reset" || (fact && !learn(this.picture, fact))) this.refresh();
    else if (fact?.topic.startsWith("incident.")) this.refresh();
    else if (fact?.topic.startsWith("ticket.")) this.#soon();
    else if (fact) this.#later();
    this.#changed();
  }

  /** How many are expected follows from the rows; not all devices at once ask for that. */
  #soon() {
    this.#asking ||= setTimeout(() => {
      this.#asking = 0;
      this.refresh();
    }, SOON_MS * (1 + Math.random()));
  }

  #lost() {
    clearTimeout(this.#retry);
    if (this.revoked) return;
    this.#retry = setTimeout(() => this.refresh(), RETRY_MS);
    if (!this.online) return;
    this.online = false;
    this.#hub?.end();
    this.#hub = null;
    this.#changed();
  }

  #revoke() {
    this.revoked = true;
    this.online = false;
    this.#hub?.end();
    this.#hub = null;
    this.#changed();
  }

  #hear() {
    this.heard = Date.now();
  }

  #later() {
    this.#saving ||= setTimeout(() => this.#save(), SAVE_MS);
  }

  async #save() {
    clearTimeout(this.#saving);
    this.#saving = 0;
    await this.#keep.settle(this.picture);
    await this.#keep.set("heard", this.heard);
  }

  async #count() {
    this.waiting = await this.#keep.count();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** Expected are those who have not come; the numbers of all gates together. */
export function totals(picture) {
  const sum = (name) => picture.gates.reduce((all, gate) => all + gate[name], 0);
  return { entries: sum("entries"), exits: sum("exits"), refused: sum("refused"), inside: sum("inside"), expected: picture.expected };
}

/** In contexts that are not secure there is no randomUUID. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
