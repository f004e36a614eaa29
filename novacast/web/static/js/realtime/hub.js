// The browser's one connection to the stream of facts, for all pages that share it. It goes on where it broke off: the last
// id that was seen is sent along, so nothing is missed and nothing told twice. EventSource would do for that, but can't be
// told what to send, nor hear when a server that is full wants to be asked again.
const ADDRESS = "/api/v1/realtime";
/** As many topics as the server takes in one stream; where pages want more, their things are not named. */
const MOST = 100;
/** Wishes that come within so many ms are taken together: a page makes several. */
const SETTLE_MS = 30;
/** A page that goes is often followed by another. */
const LINGER_MS = 5000;
/** Three heartbeats: a connection that is silent for so long is none. */
const SILENT_MS = 45_000;
const LONGEST_MS = 60_000;

export class Hub {
  /** The last fact that was seen; null before there is one. */
  since = null;
  #tell;
  #wishes = new Map(); // member -> topics
  #new = new Set(); // members that have not been told that the stream has begun for them
  #who;
  #topics = [];
  #settling = 0;
  #waiting = 0;
  #silent = 0;
  #closing = null;
  #retry = 2000;
  #failures = 0;
  #on = false;
  #headers;
  #lost;

  /**
   * `tell(message, member)` passes on {fact: {seq, topic, subject, at, payload}}, {seq}, or {mark}: "ready" once what a member wants is
   * listened to, "reset" where something was missed. Without a member it is for all. `lost(status)` hears that there is no stream for
   * a while: 0 where nobody answered.
   */
  constructor(tell, { headers = {}, lost = () => {} } = {}) {
    this.#tell = tell;
    this.#headers = headers;
    this.#lost = lost;
  }

  /** All that `member` wants from now on; nothing: it is gone. Pages of another person make it connect as that one. */
  want(member, topics, who) {
    if (topics.length) this.#wishes.set(member, topics);
    else this.#wishes.delete(member);
    if (topics.length) this.#new.add(member);
    else this.#new.delete(member);
    if (who !== undefined && who !== this.#who) {
      if (this.#who !== undefined) this.#topics = [];
      this.#who = who;
    }
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), this.#wishes.size ? SETTLE_MS : LINGER_MS);
  }

  end() {
    clearTimeout(this.#settling);
    this.#close();
  }

  #settle() {
    const wanted = together(this.#wishes.values());
    if (!wanted.length) return this.#close();
    // More than is wanted by now does no harm.
    if (!wanted.every((topic) => this.#topics.includes(topic))) {
      this.#close();
      this.#open();
    } else if (this.#on) this.#begun();
  }

  #close() {
    clearTimeout(this.#waiting);
    clearTimeout(this.#silent);
    this.#waiting = 0;
    this.#closing?.abort();
    this.#closing = null;
    this.#topics = [];
    this.#on = false;
  }

  async #open() {
    this.#waiting = 0;
    const closing = this.#closing = new AbortController();
    let wait = null;
    let status = 0;
    this.#topics = together(this.#wishes.values());
    try {
      const query = new URLSearchParams({ topics: this.#topics.join(",") });
      const headers = { Accept: "text/event-stream", ...this.#headers, ...(this.since === null ? {} : { "Last-Event-ID": this.since }) };
      this.#listen(closing);
      const response = await fetch(`${ADDRESS}?${query}`, { headers, cache: "no-store", signal: closing.signal });
      status = response.ok ? 0 : response.status;
      if (response.ok) await this.#read(response, closing);
      else wait = Number(response.headers.get("Retry-After")) * 1000 || LONGEST_MS / 4;
    } catch { /* the network is away, or it was closed here */ }
    if (this.#closing !== closing) return;
    clearTimeout(this.#silent);
    this.#on = false;
    this.#lost(status);
    // Many lose their connection at the same moment: each comes back at one of its own.
    this.#failures += 1;
    wait ??= Math.min(this.#retry * 2 ** (this.#failures - 1), LONGEST_MS);
    this.#waiting = setTimeout(() => this.#open(), wait * (1 + Math.random() / 2));
  }

  async #read(response, closing) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.#closing !== closing) return;
      this.#listen(closing);
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) this.#take(block);
    }
  }

  #listen(closing) {
    clearTimeout(this.#silent);
    this.#silent = setTimeout(() => closing.abort(), SILENT_MS);
  }

  #take(block) {
    const fields = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
    if (fields.retry) this.#retry = Number(fields.retry);
    if (fields.id) this.since = fields.id;
    // The first block tells when to come back, whatever else it tells.
    if (fields.retry) this.#begun();
    if (fields.event === "reset") this.#tell({ mark: "reset", seq: Number(fields.id) });
    else if (fields.data && fields.event !== "ready") this.#pass(fields);
    else if (fields.id) this.#tell({ seq: Number(fields.id) });
  }

  #pass({ id, event, data }) {
    let fact;
    try {
      fact = JSON.parse(data);
    } catch {
      return;
    }
    this.#tell({ fact: { ...fact, topic: event, seq: id ? Number(id) : null } });
  }

  #begun() {
    this.#on = true;
    this.#failures = 0;
    const members = [...this.#new];
    this.#new.clear();
    for (const member of members) this.#tell({ mark: "ready" }, member);
  }
}

function together(wishes) {
  const all = [...new Set([...wishes].flat())].sort();
  return all.length <= MOST ? all : [...new Set(all.map((topic) => topic.split(":")[0]))];
}
