// How long js/chatlink.js waits before it comes back, with a clock, chance and network of the test's own.
// Run: node jitter.mjs MODULE; prints the waits in each case.
import { pathToFileURL } from "node:url";

const PAGES = 1000;
globalThis.location = { href: "https://venue.example/rooms/r" };
let seed = 7;
Math.random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

let sockets = [];
globalThis.WebSocket = class extends EventTarget {
  constructor(url) {
    super();
    this.url = String(url);
    sockets.push(this);
  }
  end(code) {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
  close() {}
};
let timers = [];
globalThis.setTimeout = (act, wait) => timers.push({ act, wait });
globalThis.clearTimeout = () => {};
let answer = null;
globalThis.fetch = async () => {
  if (answer === null) throw new TypeError("no network");
  return answer;
};
const { Link } = await import(pathToFileURL(process.argv[2]));

const over = [];
const told = { state() {}, over: (reason) => over.push(reason) };

/** Opened, and lost with each of these codes in turn: the waits after the last. */
async function waits(...codes) {
  sockets = [];
  for (let n = 0; n < PAGES; n += 1) new Link("r", told).open();
  let found = [];
  for (const code of codes) {
    timers = [];
    for (const socket of sockets.splice(0)) socket.end(code);
    for (let turn = 0; turn < 5; turn += 1) await null;
    await new Promise((go) => setImmediate(go));
    found = timers.map(({ wait }) => wait);
    for (const { act } of timers) act();
  }
  return found;
}

const grown = [];
for (let failures = 1; failures < 8; failures += 1) grown.push(await waits(...Array(failures).fill(1006)));
const restart = await waits(1012);
answer = { ok: false, status: 503, headers: new Headers({ "Retry-After": "7" }) };
const retry = await waits(1006, 1006);
answer = { ok: false, status: 401, headers: new Headers() };
const login = await waits(1006, 1006);
await waits(4003);
console.log(JSON.stringify({ grown, restart, retry, login: login.length, over: [over.length, ...new Set(over)] }));
