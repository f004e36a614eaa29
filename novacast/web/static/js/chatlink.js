// The connection to a room of the chat: a WebSocket or, where none gets through, server-sent events and HTTP. It comes back by
// itself and asks from the last `seq` it has seen, so nothing is missed and nothing is told twice.
//
// `told` has welcome(frame), events(frame), personal(event), you(you), state("open" | "lost"), over("login" | "gone", why), `why` as the server said it or nothing.
const FIRST_MS = 500;
const MOST_MS = 15_000;
const RESTART_MS = 4000;
const TELLING = new Set(["welcome", "events", "personal", "you"]);
/** Done twice they are as done once; `send` by its key. */
const REPEATABLE = new Set(["send", "edit", "delete", "react", "vote", "pin", "slow", "close_poll", "lift", "approve", "reject", "hold", "report", "resolve", "mode", "links"]);
const OVER = { 4003: "gone", 4401: "login" };

export class Refused extends Error {
  constructor({ code = "", message = "", detail = "", retry_after: wait = 0 }) {
    super(message || detail);
    this.code = code;
    this.wait = wait;
  }
}

export class Link {
  #address;
  #told;
  #socket = null;
  #source = null;
  #seq = null;
  #failed = 0;
  #blocked = 0; // times that HTTP got through and the WebSocket had not, as behind some proxies, or once in a restart
  #timer = 0;
  #over = false;
  #count = 0;
  #waiting = new Map(); // ref -> { action, done, fail }

  constructor(room, told) {
    this.#address = `/api/v1/rooms/${encodeURIComponent(room)}`;
    this.#told = told;
  }

  open() {
    clearTimeout(this.#timer);
    if (this.#over || this.#socket || this.#source) return;
    const after = this.#seq === null ? "" : `?after=${this.#seq}`;
    const url = new URL(`${this.#address}/ws${after}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = this.#socket = new WebSocket(url);
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.#closed(socket, code));
  }

  close() {
    clearTimeout(this.#timer);
    this.#over = true;
    this.#socket?.close(1000);
    this.#source?.close();
    for (const { fail } of this.#waiting.values()) fail(new Refused({ code: "closed" }));
    this.#waiting.clear();
  }

  /** Answers with the `done` frame. Rejects with Refused. What can be done twice outlives a lost connection. */
  ask(action) {
    return new Promise((done, fail) => {
      const ref = String(this.#count += 1);
      this.#waiting.set(ref, { action, done, fail });
      this.#pass(ref);
    });
  }

  #pass(ref) {
    const { action } = this.#waiting.get(ref);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ v: 1, ref, ...action }));
    else if (this.#source) this.#post(ref, action);
    else this.open();
  }

  #opened() {
    this.#failed = this.#blocked = 0;
    this.#told.state("open");
    for (const [ref, { action, fail }] of [...this.#waiting]) {
      if (REPEATABLE.has(action.type)) this.#pass(ref);
      else this.#settle(ref, () => fail(new Refused({ code: "lost" })));
    }
  }

  #settle(ref, act) {
    const one = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    if (one) act(one);
  }

  #take(frame) {
    if (frame.type === "done") this.#settle(frame.ref, ({ done }) => done(frame));
    else if (frame.type === "refused") this.#settle(frame.ref, ({ fail }) => fail(new Refused(frame)));
    else if (TELLING.has(frame.type)) {
      if (frame.type === "events") this.#seq = frame.seq;
      this.#told[frame.type](frame.event ?? frame);
    }
  }

  async #closed(socket, code) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#over) return;
    this.#told.state("lost");
    if (OVER[code]) return this.#end(OVER[code]);
    this.#failed += 1;
    // A browser does not tell why it was not let in.
    const wait = this.#failed > 1 || this.#seq === null ? await this.#look() : 0;
    if (wait === null || this.#over) return;
    const most = code === 1012 ? RESTART_MS : Math.min(MOST_MS, FIRST_MS * 2 ** this.#failed);
    this.#timer = setTimeout(() => this.open(), wait + Math.random() * most);
  }

  /** How long to wait, in milliseconds; null where nothing more is to be done. */
  async #look() {
    const response = await fetch(this.#address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (response?.status === 401) this.#end("login");
    else if (response?.status === 404) this.#end("gone");
    else if (response?.status === 403) this.#end("gone", (await response.json().catch(() => ({}))).detail);
    else if (response?.ok && (this.#blocked += 1) > 1) this.#listen();
    else return 1000 * (Number(response?.headers.get("Retry-After")) || 0);
    return null;
  }

  #end(reason, why) {
    this.close();
    this.#told.over(reason, why);
  }

  #listen() {
    const after = this.#seq === null ? "" : `?after=${this.#seq}`;
    const source = this.#source = new EventSource(`${this.#address}/events${after}`);
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("message", ({ data }) => this.#take(JSON.parse(data)));
    // Its own coming back would ask from where this one began.
    source.addEventListener("error", () => {
      source.close();
      this.#source = null;
      if (this.#over) return;
      this.#told.state("lost");
      this.#timer = setTimeout(() => this.open(), FIRST_MS + Math.random() * MOST_MS);
    });
  }

  async #post(ref, { type, key, ...body }) {
    const message = `${this.#address}/messages/${body.message}`;
    const decide = (decision) => ["PUT", `${message}/decision`, { decision }];
    const ways = {
      send: ["POST", `${this.#address}/messages`, body],
      edit: ["PATCH", message, { text: body.text }],
      delete: ["DELETE", message],
      react: ["PUT", `${message}/reactions`, { reaction: body.reaction, on: body.on }],
      vote: ["PUT", `${message}/vote`, { choice: body.choice }],
      announce: ["POST", `${this.#address}/announcements`, body],
      pin: ["PUT", `${this.#address}/pinned`, body],
      slow: ["PATCH", this.#address, { slow_seconds: body.seconds }],
      ask: ["POST", `${this.#address}/polls`, body],
      close_poll: ["DELETE", `${this.#address}/poll`],
      timeout: ["POST", `${this.#address}/sanctions`, { kind: type, ...body }],
      ban: ["POST", `${this.#address}/sanctions`, { kind: type, ...body }],
      lift: ["DELETE", `${this.#address}/sanctions/${body.sanction}`],
      approve: decide("approve"),
      reject: decide("reject"),
      hold: decide("hold"),
      report: ["PUT", `${message}/report`, { reason: body.reason, note: body.note ?? "" }],
      resolve: ["PUT", `${this.#address}/reports/${body.message}`, { state: "resolved" }],
      undo: ["PUT", `${this.#address}/log/${body.entry}/undone`],
      mode: ["PATCH", `${this.#address}/rules`, body],
      links: ["PATCH", `${this.#address}/rules`, body],
    };
    const [method, url, json] = ways[type];
    const headers = { Accept: "application/json", "Content-Type": "application/json", ...(key ? { "Idempotency-Key": key } : {}) };
    try {
      const response = await fetch(url, { method, headers, body: json && JSON.stringify(json) });
      if (response.ok) return this.#settle(ref, ({ done }) => done({ type: "done" }));
      const problem = await response.json().catch(() => ({}));
      const wait = Number(response.headers.get("Retry-After")) || 0;
      this.#settle(ref, ({ fail }) => fail(new Refused({ retry_after: wait, ...problem })));
    } catch {
      this.#settle(ref, ({ fail }) => fail(new Refused({ code: "lost" })));
    }
  }
}
