// <nova-chat room="ID" [replays] [overlay]> around what templates/chat/panel.html writes: the room of a programme or video.
//
// With `replays` what was said at a moment of the media is shown at that moment, by the player that is on the page; with
// `overlay` there is nothing but the newest lines. New lines are drawn once per frame; the page keeps a bounded number of
// them, and never moves what somebody reads.
import { Link } from "./chatlink.js";
import { fill, line, summary } from "./chatlines.js";
import { Menu } from "./chatmenu.js";
import { Note } from "./chatnote.js";
import { Pins } from "./chatpins.js";
import { Scroll } from "./chatscroll.js";
import { Composer } from "./composer.js";
import { Emotes } from "./emotes.js";
import { Replay } from "./replay.js";

const LINES = 200;
/** While somebody reads further up, nothing goes from under their eyes until there are so many. */
const LINES_READING = 600;
const LINES_OVERLAY = 30;
/** How long what was done right now is offered to be undone; later, and all else, in the log. */
const UNDO_MS = 20_000;
const MOST_TAKEN = 20;
const NOTHING = { reactions: new Set() };

class NovaChat extends HTMLElement {
  #words = {};
  #log = null;
  #list = null;
  #link = null;
  #composer = null;
  #emotes = null;
  #replay = null;
  #you = { writes: false, moderates: false };
  #lines = new Map(); // id -> { item, message }
  #mine = new Map(); // message id -> what this reader did with it here
  #coming = new Map(); // id -> message, until the next frame
  #drawing = 0;
  /** `seq` of the room when this page came. */
  #joined = null;
  #menu = null;
  #note = null;
  #pins = null;
  #taken = new Set(); // ids of lines that were taken away: in a replay too they come back on the spot
  #scroll = null;

  connectedCallback() {
    if (this.#link) return;
    this.#words = JSON.parse(this.#part("words").textContent);
    this.#words.replays = this.hasAttribute("replays");
    this.#log = this.#part("log");
    this.#list = this.#part("lines");
    this.#note = new Note(this.#part("state"));
    this.#pins = new Pins((name) => this.#part(name), (message) => line(message, { ...this.#words, hangs: null }, this.#you.id, this.#act), (id) => this.#anew(id));
    this.#scroll = new Scroll(this.#log, this.#list, this.#part("jump"), this.#words);
    const room = this.getAttribute("room");
    this.#emotes = new Emotes(room, () => this.#refill());
    this.#words.emote = (name) => this.#emotes.draw(name);
    this.#words.hangs = (id) => id === this.#pins.asked;
    this.#words.mine = (id) => this.#mine.get(id) ?? NOTHING;
    this.#link = new Link(room, {
      welcome: (frame) => this.#welcome(frame),
      events: (frame) => this.#events(frame),
      personal: (event) => this.#take(event),
      you: ({ you }) => this.#be(you),
      state: (state) => this.#note.say(state === "lost" ? this.#words.lost : ""),
      over: (reason, why) => this.#end(reason, why),
    });
    if (this.#words.replays) this.#replay = new Replay(room, (messages) => this.#add(messages), () => this.#clear());
    if (!this.hasAttribute("overlay")) {
      this.#composer = new Composer(this, this.#words, (action) => this.#link.ask(action), () => this.#replay?.at, this.#emotes, () => this.#editLast());
      this.#read();
    }
    this.#link.open();
    this.#emotes.load();
  }

  disconnectedCallback() {
    this.#link?.close();
    this.#replay?.end();
    this.#emotes?.close();
    this.#pins?.close();
    cancelAnimationFrame(this.#drawing);
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #welcome({ seq, reset, room, you }) {
    this.#joined ??= seq;
    this.#note.say("");
    this.#be(you);
    this.#set(room);
    if (reset && !this.#replay) this.#clear();
    this.dispatchEvent(new CustomEvent("welcome"));
  }

  #be(you) {
    const changed = you.id !== this.#you.id || you.moderates !== this.#you.moderates;
    this.#you = you;
    this.#composer?.be(you);
    this.#part("moderate")?.toggleAttribute("hidden", !you.moderates);
    if (changed) this.#refill();
  }

  /** Every line anew: of another reader, or with other emotes. */
  #refill() {
    this.#composer?.refresh();
    for (const { item, message } of this.#lines.values()) fill(item, message, this.#words, this.#you.id, this.#act);
    this.#pins.refill();
  }

  #events({ people, skipped, events }) {
    const shown = this.#part("people");
    if (shown) shown.textContent = people > 1 ? this.#words.people.replace("{n}", people.toLocaleString(document.documentElement.lang)) : "";
    if (skipped) this.#note.say(this.#words.skipped, 8000);
    for (const event of events) this.#take(event);
  }

  #take(event) {
    const { type, id } = event;
    if (type === "room") this.#set(event.room);
    else if (type === "message") this.#came(event.message);
    else if (type === "deleted") this.#gone(id);
    else if (type === "reactions") this.#changed(id, { reactions: event.reactions });
    else if (type === "poll") this.#changed(id, { poll: event.poll });
    else if (type === "moderation") this.#moderated(event);
  }

  /** What moderators alone are told: for the page around, and for whoever may want it undone. */
  #moderated(event) {
    this.dispatchEvent(new CustomEvent("moderation", { detail: event }));
    const { entry } = event;
    const done = this.#words.done[entry?.action];
    if (!done || entry.actor !== this.#you.id) return;
    this.#note.say(done, UNDO_MS, { words: this.#words.undo, key: "u", act: () => this.#undo(entry) });
  }

  #remember(id) {
    if (this.#taken.size >= MOST_TAKEN) this.#taken.delete(this.#taken.values().next().value);
    this.#taken.add(id);
  }

  #undo(entry) {
    this.#log.focus({ preventScroll: true });
    this.#link.ask({ type: "undo", entry: entry.id }).then(
      () => this.#note.say(this.#words.undone, 6000),
      (error) => this.#note.say(error.message || this.#words.lost, 6000),
    );
  }

  /** One line, and what hangs of it. */
  #anew(id) {
    const known = this.#lines.get(id);
    if (known) fill(known.item, known.message, this.#words, this.#you.id, this.#act);
    this.#pins.changed(id, {});
  }

  /** For the page around, as `emote`. */
  ask = (action) => this.#link.ask(action);

  emote = (name) => this.#emotes?.draw(name) ?? null;

  /** In a replay what is said now is shown to whoever said it; others meet it at its moment. */
  #came(message) {
    if (message.state === "deleted") return this.#gone(message.id);
    this.#pins.came(message);
    const own = Boolean(this.#you.id) && message.author.id === this.#you.id && message.seq > this.#joined;
    if (this.#replay && !this.#lines.has(message.id) && (this.#replay.changed(message) || !(own || this.#taken.has(message.id)))) return;
    this.#add([message]);
  }

  #changed(id, change) {
    this.#pins.changed(id, change);
    this.#replay?.changed({ id, ...change });
    const message = this.#coming.get(id) ?? this.#lines.get(id)?.message;
    if (message) this.#add([{ ...message, ...change }]);
  }

  #gone(id) {
    this.#pins.gone(id);
    this.#replay?.changed({ id, state: "deleted" });
    this.#coming.delete(id);
    const known = this.#lines.get(id);
    if (!known) return;
    const { item } = known;
    this.#remember(id);
    // Who is on it with the keyboard goes on from its neighbour.
    if (item.contains(document.activeElement)) (item.nextElementSibling ?? item.previousElementSibling ?? this.#log).focus();
    item.remove();
    this.#lines.delete(id);
    this.#empty();
  }

  #set(room) {
    this.room = room; // for the page around
    this.dispatchEvent(new CustomEvent("room"));
    this.#composer?.set(room);
    const asked = this.#pins.asked;
    this.#pins.set(room);
    for (const id of new Set([asked, this.#pins.asked])) if (id) this.#anew(id);
  }

  #add(messages) {
    for (const message of messages) this.#coming.set(message.id, message);
    // A page that nobody sees draws nothing, and needs no more than it will show.
    for (const id of this.#coming.keys()) {
      if (this.#coming.size <= LINES) break;
      this.#coming.delete(id);
    }
    this.#drawing ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#drawing = 0;
    const atEnd = this.#scroll.following;
    const fresh = document.createDocumentFragment();
    let count = 0;
    for (const [id, message] of this.#coming) {
      const known = this.#lines.get(id);
      if (message.reply_to) message.replied = this.#replied(message.reply_to);
      if (known) {
        known.message = message;
        fill(known.item, message, this.#words, this.#you.id, this.#act);
      } else {
        const item = line(message, this.#words, this.#you.id, this.#act);
        const next = this.#behind(message);
        this.#lines.set(id, { item, message });
        if (next) next.before(item);
        else fresh.append(item);
        count += next ? 0 : 1;
      }
    }
    this.#coming.clear();
    this.#list.append(fresh);
    this.#empty();
    this.#prune(atEnd);
    this.#scroll.came(count);
  }

  /** The line before which an earlier message belongs that comes back; null: it is the newest. */
  #behind(message) {
    const last = this.#lines.get(this.#list.lastElementChild?.dataset.id)?.message;
    if (!last || this.#order(last, message) <= 0) return null;
    return [...this.#list.children].find((item) => this.#order(this.#lines.get(item.dataset.id).message, message) > 0);
  }

  #order(one, other) {
    const apart = this.#replay ? (one.at ?? Infinity) - (other.at ?? Infinity) : 0;
    return apart || one.seq - other.seq;
  }

  #replied(id) {
    const known = this.#lines.get(id)?.message;
    return known ? summary(known) : this.#words.earlier;
  }

  #prune(atEnd) {
    const most = this.hasAttribute("overlay") ? LINES_OVERLAY : atEnd ? LINES : LINES_READING;
    const before = this.#log.scrollHeight;
    let removed = false;
    while (this.#list.childElementCount > most) {
      const first = this.#list.firstElementChild;
      this.#lines.delete(first.dataset.id);
      first.remove();
      removed = true;
    }
    // Where a browser does not keep the place by itself.
    if (removed && !atEnd && !CSS.supports("overflow-anchor", "auto")) this.#log.scrollTop -= before - this.#log.scrollHeight;
  }

  #clear() {
    this.#coming.clear();
    this.#lines.clear();
    this.#list.replaceChildren();
    this.#scroll.clear();
    this.#empty();
  }

  #empty() {
    const note = this.#part("empty");
    if (note) note.hidden = this.#lines.size > 0;
  }

  #end(reason, why) {
    this.#note.say(why || this.#words[reason]);
    this.#composer?.end();
  }

  /** Mouse, finger and keyboard on the lines. */
  #read() {
    this.#log.addEventListener("keydown", (event) => this.#walk(event));
    this.#log.addEventListener("click", (event) => {
      const item = event.target.closest("li[data-id]");
      if (item && !event.target.closest("a, button, [role=button]") && !getSelection().toString()) this.#open(item);
    });
    this.#menu = new Menu(this.#part("menu"), {
      ask: (action) => this.#link.ask(action),
      you: () => this.#you,
      pinned: () => this.#pins.pinned,
      reply: (message) => this.#composer.reply(message, summary(message)),
      edit: (message) => this.#composer.edit(message, summary(message)),
      react: (message, sign) => this.#act("react", message, sign),
      say: (words, time) => this.#note.say(words, time),
      emotes: this.#emotes,
      words: this.#words,
    });
  }

  #walk(event) {
    const items = [...this.#list.children];
    const now = items.indexOf(event.target.closest("li"));
    const here = now >= 0 && event.target === items[now];
    const steps = { ArrowDown: now + 1, ArrowUp: now < 0 ? items.length - 1 : now - 1, Home: 0, End: items.length - 1 };
    if (event.key in steps) items[Math.max(0, Math.min(items.length - 1, steps[event.key]))]?.focus();
    else if (event.key === "Enter" && here) this.#open(items[now]);
    else if (!this.#note.key(event) && (!here || !this.#menu.key(event, this.#lines.get(items[now].dataset.id)?.message, items[now]))) return;
    event.preventDefault();
  }

  #editLast() {
    const own = [...this.#lines.values()].filter(({ message }) => message.author.id === this.#you.id && ["message", "action"].includes(message.kind));
    const last = own.at(-1)?.message;
    if (last) this.#composer.edit(last, summary(last));
    return Boolean(last);
  }

  #open(item) {
    const known = this.#lines.get(item.dataset.id);
    if (known) this.#menu.open(known.message, item);
  }

  #act = (act, message, value) => {
    if (!this.#you.writes) return this.#note.say(this.#words.login_to_act, 6000);
    const { reactions, choice } = this.#words.mine(message.id);
    const on = !reactions.has(value);
    const ways = {
      react: [{ reaction: value, on }, { choice, reactions: new Set(on ? [...reactions, value] : [...reactions].filter((one) => one !== value)) }],
      vote: [{ choice: value }, { choice: value, reactions }],
    };
    const [wish, mine] = ways[act];
    this.#link.ask({ type: act, message: message.id, ...wish }).then(
      () => { this.#mine.set(message.id, mine); this.#anew(message.id); },
      (error) => this.#note.say(error.message || this.#words.lost, 6000),
    );
  };
}

customElements.define("nova-chat", NovaChat);
