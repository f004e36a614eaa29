// Many pages of a room in one process: the page's own js/chatlink.js with the sockets of Node, and what each was told.
// Run: node --experimental-websocket --experimental-eventsource links.mjs ADDRESS ROOM COUNT MODULE. Reads a line for each command, answers with one:
//   seen TEXT   waits until everybody has this text: {"texts": [[…] of each], "doubled": n, "resets": n}
//   delays      how long each was lost, in milliseconds, since the last time it was asked
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [address, room, count, module] = process.argv.slice(2);
globalThis.location = { href: `${address}/rooms/${room}` };
const { Link } = await import(pathToFileURL(module));
const ask = globalThis.fetch;
globalThis.fetch = (path, options) => ask(new URL(path, address), options);

// Node 20 does not tell of the end of what never opened, as browsers do (WHATWG WebSockets, section 4).
globalThis.WebSocket = class extends globalThis.WebSocket {
  constructor(url) {
    super(url);
    this.addEventListener("error", () => setTimeout(() => {
      this.dispatchEvent(Object.assign(new Event("close"), { code: 1006 }));
    }));
  }
};

let delays = [];
let wanted = null;

class Page {
  texts = new Map(); // id -> text, in the order of arrival
  doubled = 0;
  resets = 0;
  lostAt = 0;

  welcome({ reset }) {
    if (!reset) return;
    this.resets += 1;
    this.texts.clear();
  }

  events({ events }) {
    for (const { type, message } of events) {
      if (type !== "message") continue;
      if (this.texts.has(message.id)) this.doubled += 1;
      this.texts.set(message.id, message.text);
    }
    answer();
  }

  personal() {}
  you() {}

  state(state) {
    if (state === "lost") this.lostAt ||= performance.now();
    else if (this.lostAt) {
      delays.push(performance.now() - this.lostAt);
      this.lostAt = 0;
    }
  }

  over(reason) {
    throw new Error(reason);
  }
}

const pages = Array.from({ length: Number(count) }, () => new Page());
const links = pages.map((page) => new Link(room, page));
for (const link of links) {
  link.open();
  await new Promise((go) => setTimeout(go, 1));
}

function tell(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function answer() {
  if (wanted === null || !pages.every((page) => [...page.texts.values()].includes(wanted))) return;
  wanted = null;
  const sum = (name) => pages.reduce((total, page) => total + page[name], 0);
  tell({ texts: pages.map((page) => [...page.texts.values()]), doubled: sum("doubled"), resets: sum("resets") });
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...rest] = line.split(" ");
  if (command === "seen") {
    wanted = rest.join(" ");
    answer();
  } else {
    tell(delays);
    delays = [];
  }
}
for (const link of links) link.close();
