// The door's page: what is shown, said and pressed. What is true, post.js knows.
import { Camera } from "./camera.js";
import { Post, totals } from "./post.js";
import { Away, Refused } from "./server.js";
import { signal, wake } from "./signals.js";
import { draw } from "./verdicts.js";
import { listen } from "./wedge.js";
import { filled, hour, part, word } from "./words.js";

/** The same code before the camera is the same ticket until it has been away for so long. */
const AWAY_MS = 2500;
/** A good verdict makes room by itself. */
const SHOWN_MS = 3500;

const post = new Post();
const camera = new Camera(part("video"), (text) => look(text));
let leaving = false;
let sound = true;
let lamp = false;
let asked = null; // what was scanned last
let seen = { text: "", at: 0 };
let clearing = 0;
let install = null;
let sure = null;
let busy = Promise.resolve();

const does = {
  more: () => sheet("more"),
  find: () => post.paired && sheet("find"),
  close: (button) => button.closest("dialog").close(),
  next: clear,
  way() {
    leaving = !leaving;
    show();
  },
  async camera() {
    try {
      await (camera.on ? camera.stop() : camera.start());
      navigator.wakeLock?.request("screen").catch(() => {});
    } catch (error) {
      part("hint").textContent = filled("no-camera", { why: error.message });
    }
    show();
  },
  sound(button) {
    sound = !sound;
    button.setAttribute("aria-pressed", String(sound));
  },
  light: async () => camera.light((lamp = !lamp)),
  force: () => certain("force", () => scan(asked, { force: true })),
  unpair: () => certain("unpair", () => post.leave()),
  yes() {
    document.getElementById("sure").close();
    sure?.();
  },
  install: () => install?.prompt(),
};

function look(text) {
  const now = Date.now();
  const again = text === seen.text && now - seen.at < AWAY_MS;
  seen = { text, at: now };
  if (!again && !document.querySelector("dialog[open]")) read([text]);
}

function read(readings) {
  const code = readings.map((text) => /#pair=([\w-]+)/i.exec(text)?.[1]).find(Boolean);
  if (code) pair(code);
  else if (post.paired && !post.revoked) scan({ readings });
}

/** One after the other, in the order in which they came. */
function scan(what, wish = {}) {
  const way = leaving;
  asked = what;
  busy = busy.then(async () => {
    clearTimeout(clearing);
    try {
      const said = await post.scan(what, { leaving: way, ...wish });
      signal(draw(said, post), sound);
      if (said.verdict === "ok" || said.verdict === "exit") clearing = setTimeout(clear, SHOWN_MS);
    } catch (error) {
      fail(error);
    }
    show();
  });
  return busy;
}

function fail(error) {
  signal("warn", sound);
  clear();
  part("hint").textContent = error instanceof Away ? word("no-data") : filled("failed", { why: error.message });
}

function clear() {
  clearTimeout(clearing);
  part("verdict").hidden = true;
  document.body.removeAttribute("data-verdict");
  show();
}

async function pair(code) {
  const told = part("pair-error");
  told.hidden = true;
  try {
    await post.pair(code);
  } catch (error) {
    told.textContent = error instanceof Refused ? error.message : word("cannot-pair");
    told.hidden = false;
  }
  show();
}

function show() {
  const { picture, paired, online, revoked, waiting } = post;
  const works = paired && !revoked && picture !== null;
  document.body.dataset.state = works ? (online ? "online" : "offline") : "stopped";
  part("net").textContent = !works ? word("stopped") : online ? word("online") : waiting ? filled("offline-waiting", { count: waiting }) : word("offline");
  part("pair").hidden = paired && !revoked;
  part("revoked").hidden = !revoked;
  part("stage").hidden = part("thumb").hidden = part("count").hidden = !works;
  part("video").hidden = !camera.on;
  part("idle").hidden = !part("verdict").hidden;
  document.body.toggleAttribute("data-camera", camera.on);
  part("camera").textContent = word(camera.on ? "camera-off" : "camera");
  part("way").textContent = word(leaving ? "leaving" : "entry");
  document.querySelector("[data-does=way]").setAttribute("aria-pressed", String(leaving));
  document.body.toggleAttribute("data-leaving", leaving);
  document.querySelector("[data-does=light]").hidden = !camera.on;
  const badge = part("badge");
  badge.hidden = !post.incidents.length;
  badge.textContent = post.incidents.length;
  if (works) showPicture(picture);
}

function showPicture(picture) {
  const sum = totals(picture);
  part("list").textContent = picture.list.name;
  part("gate").textContent = [post.gate || picture.gate, picture.event].filter(Boolean).join(" · ");
  part("inside").textContent = sum.entries;
  part("of").textContent = filled("of", { count: sum.expected });
  document.querySelector("[data-does=way]").hidden = !picture.list.exits;
  const age = { time: hour(post.heard), count: post.waiting };
  part("age").textContent = post.online ? word("age-now") : post.heard ? filled("age", age) : word("age-none");
  const rows = picture.gates.map(({ gate, entries, exits, refused }) => row([gate || word("no-gate"), entries, exits, refused]));
  part("gates").replaceChildren(...rows);
  showGates(picture.list.gates);
  part("incidents").hidden = !post.incidents.length;
  part("incident-list").replaceChildren(...post.incidents.map(incident));
}

function showGates(gates) {
  const choice = document.getElementById("gate");
  choice.form.hidden = gates.length < 2;
  if (choice.options.length !== gates.length) choice.replaceChildren(...gates.map((gate) => new Option(gate, gate)));
  choice.value = post.gate;
}

function incident({ gate, at, other_gate: other, other_at: when, verdict }) {
  const line = document.createElement("li");
  const names = { gate: gate || word("no-name"), time: hour(Date.parse(at)), verdict: word(verdict) };
  line.textContent = when ? filled("incident-other", { ...names, other: other || word("no-name"), other_time: hour(Date.parse(when)) }) : filled("incident", names);
  return line;
}

function row(cells) {
  const line = document.createElement("tr");
  line.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
  return line;
}

async function find(words) {
  const said = part("find-said");
  part("found").replaceChildren();
  said.textContent = "";
  // A code that was read by another program and copied here.
  if (words.length > 100) {
    document.getElementById("find").close();
    return scan({ readings: [words] });
  }
  try {
    const found = await post.find(words);
    part("found").replaceChildren(...found.map(foundLine));
    if (!found.length) said.textContent = word("nothing");
  } catch (error) {
    said.textContent = error instanceof Away ? word("needs-network") : error.message || word("few");
  }
}

function foundLine({ ticket, name, item, seat, note, number, state, inside, before }) {
  const line = document.createElement("li");
  const about = document.createElement("div");
  const title = Object.assign(document.createElement("strong"), { textContent: name || `${word("number")} ${number}`, dir: "auto" });
  const stands = inside && before ? filled(before.gate ? "inside" : "inside-no-gate", { time: hour(Date.parse(before.at)), gate: before.gate }) : "";
  const facts = [item, seat, `${word("number")} ${number}`, state === "valid" ? stands : word("is-void"), note];
  about.append(title, Object.assign(document.createElement("div"), { textContent: facts.filter(Boolean).join(" · "), className: "small" }));
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: word(leaving ? "let-out" : "let-in") });
  button.addEventListener("click", () => {
    document.getElementById("find").close();
    scan({ ticket });
  });
  line.append(about, button);
  return line;
}

function sheet(id) {
  const dialog = document.getElementById(id);
  if (!dialog.open) dialog.showModal();
}

function certain(what, act) {
  part("sure-title").textContent = word(`sure-${what}`);
  part("sure-text").textContent = word(`sure-${what}-text`);
  document.querySelector("[data-does=yes]").textContent = word(`yes-${what}`);
  sure = act;
  sheet("sure");
}

addEventListener("click", ({ target }) => {
  wake();
  const button = target.closest("[data-does]");
  if (!button) return;
  does[button.dataset.does](button);
  // A scanner that types would press what has the focus.
  if (!document.querySelector("dialog[open]")) button.blur();
});
// What opened a sheet gets the focus back, and a scanner that types would press it.
for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => document.activeElement?.blur());
addEventListener("keydown", wake, { once: true });
addEventListener("submit", (event) => {
  event.preventDefault();
  const { form } = event.target.dataset;
  if (form === "pair") pair(event.target.elements.code.value);
  if (form === "find") find(event.target.elements.q.value);
});
document.getElementById("gate").addEventListener("change", ({ target }) => post.choose(target.value));
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  install = event;
  document.querySelector("[data-does=install]").hidden = false;
});
document.addEventListener("visibilitychange", () => document.hidden || post.refresh());
addEventListener("hashchange", begin);
post.addEventListener("change", show);
listen(read);

function begin() {
  const code = /^#pair=([\w-]+)$/.exec(location.hash)?.[1];
  if (!code) return;
  // Good once; nobody finds it in the history.
  history.replaceState(null, "", location.pathname);
  pair(code);
}

if (!navigator.mediaDevices?.getUserMedia) document.querySelector("[data-does=camera]").hidden = true;
navigator.serviceWorker?.register("/door/worker.js", { scope: "/door/" }).catch(() => {});
await post.open();
show();
begin();
