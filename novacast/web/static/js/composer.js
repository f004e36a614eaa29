// Where one writes into a room. What was refused is given back to its author, with the wait in seconds where there is one.
import { clock } from "./clock.js";
import { EmoteEntry } from "./emoteentry.js";

const WARN_LEFT = 60;
/** Seconds that are said as minutes. */
const LONG = 120;

export class Composer {
  #form;
  #text;
  #send;
  #words;
  #ask;
  #at;
  #last;
  #note;
  #replying;
  #reply = null;
  /** What is being changed, instead of something new. */
  #edit = null;
  #draft = "";
  #until = 0;
  #timer = 0;
  #slow = 0;
  #writes = false;
  #moderates = false;
  #busy = false;
  #entry = null;
  #silenced = null;
  #rules = [];

  /** `ask(action)` as of the link; `at()`: seconds of the media, or undefined; `emotes` of the room; `last()`: begins
   * to change what this person said last, if there is anything. */
  constructor(root, words, ask, at, emotes, last) {
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    [this.#form, this.#text, this.#send, this.#note, this.#replying] = ["form", "text", "send", "note", "replying"].map(part);
    this.#words = words;
    this.#ask = ask;
    this.#at = at;
    this.#last = last;
    if (!this.#form) return;
    this.#entry = new EmoteEntry(part, words, emotes);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#typed());
    part("unreply").addEventListener("click", () => this.#leave());
  }

  /** What this person may do now. */
  be({ writes, moderates, silenced = null }) {
    if (!this.#form) return;
    this.#writes = Boolean(writes);
    this.#moderates = Boolean(moderates);
    this.#silenced = silenced;
    this.#form.toggleAttribute("inert", !this.#writes);
    this.#show();
  }

  /** Nobody writes here any more. */
  end() {
    if (!this.#form) return;
    this.#note.dataset.error = "";
    this.#rules = [];
    this.be({ writes: false });
  }

  /** What holds for everybody who writes: `slow_seconds` between two messages, `who` may write, whether `links` may be in it. */
  set({ slow_seconds: slow = 0, who = "everyone", links = "allowed" }) {
    this.#slow = slow;
    this.#rules = [this.#words.who[who], this.#words.links[links]].filter(Boolean);
    this.#show();
  }

  reply(message, words) {
    if (this.#edit) this.#leave();
    this.#reply = message;
    this.#about(this.#words.reply_to, words);
  }

  /** What was typed and not sent yet comes back behind it. */
  edit(message, words) {
    if (!this.#edit) this.#draft = this.#text.value;
    this.#reply = null;
    this.#edit = message;
    const names = new Map((message.body ?? []).filter((part) => part[0] === "m").map(([, id, name]) => [id, name.replaceAll(" ", "")]));
    this.#text.value = message.text.replace(/<@([a-z0-9]+)>/g, (typed, id) => (names.has(id) ? `@${names.get(id)}` : typed));
    this.#about(this.#words.editing, words);
    this.#typed();
  }

  get empty() {
    return !this.#text.value;
  }

  #about(what, words) {
    const [label, shown] = [this.#replying.querySelector("span"), this.#replying.querySelector("bdi")];
    this.#replying.hidden = !words;
    label.textContent = what;
    shown.textContent = words;
    if (words) this.#text.focus();
  }

  #leave() {
    if (this.#edit) this.#text.value = this.#draft;
    this.#reply = this.#edit = null;
    this.#about("", "");
    this.#typed();
    this.#text.focus();
  }

  /** The room has other emotes. */
  refresh() {
    this.#entry?.refresh();
  }

  #key(event) {
    if (this.#entry.key(event)) return;
    if (event.key === "Escape" && (this.#reply || this.#edit)) return this.#leave();
    if (event.key === "ArrowUp" && this.empty && this.#last()) event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #typed() {
    this.#form.dataset.lines = Math.min(5, this.#text.value.split("\n").length);
    this.#show();
  }

  async #submit() {
    const text = this.#text.value.trim();
    if (!text || this.#busy || this.#wait() > 0 || this.#mute() === Infinity) return;
    this.#busy = true;
    const action = this.#edit ? { type: "edit", message: this.#edit.id, text } : this.#said(text);
    try {
      await this.#ask(action);
      // What was typed meanwhile stays.
      if (this.#text.value.trim() === text) this.#text.value = action.type === "edit" ? this.#draft : "";
      this.#reply = this.#edit = null;
      this.#about("", "");
      if (action.type === "send" && this.#slow && !this.#moderates) this.#until = Date.now() + this.#slow * 1000;
      this.#note.dataset.error = "";
    } catch (error) {
      if (error.wait) this.#until = Date.now() + error.wait * 1000;
      this.#note.dataset.error = error.message || this.#words.lost;
    }
    this.#busy = false;
    this.#typed();
  }

  #said(text) {
    const action = { type: "send", text, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
    if (this.#reply) action.reply_to = this.#reply.id;
    const at = this.#at();
    return at === undefined ? action : { ...action, at };
  }

  #wait() {
    const mute = this.#mute();
    return Math.ceil((Math.max(this.#until, mute === Infinity ? 0 : mute) - Date.now()) / 1000);
  }

  /** When one may write again who was silenced, in milliseconds; 0: now. */
  #mute() {
    if (!this.#silenced) return 0;
    return this.#silenced.until ? Date.parse(this.#silenced.until) : Infinity;
  }

  #why() {
    const { kind, reason } = this.#silenced;
    return [this.#words.silenced[kind], reason?.replace(/[.!?…]*$/, (end) => end || ".")].filter(Boolean).join(" ");
  }

  /** The refusal, the countdown, the rule of the room or the letters that are left, whichever matters most. */
  #show() {
    if (!this.#form) return;
    clearTimeout(this.#timer);
    const wait = this.#wait();
    const left = this.#text.maxLength - this.#text.value.length;
    const muted = this.#mute() > Date.now();
    const error = muted ? this.#why() : this.#note.dataset.error ?? "";
    const counted = wait <= 0 ? "" : wait > LONG ? this.#words.later.replace("{n}", clock(wait)) : this.#words.wait.replace("{n}", wait);
    const slow = this.#slow ? this.#words.slow.replace("{n}", this.#slow) : "";
    const rules = this.#writes && !this.#moderates ? [slow, ...this.#rules] : [slow];
    const room = left < WARN_LEFT ? this.#words.left.replace("{n}", left) : "";
    const words = [error, counted].filter(Boolean).join(" ") || room || rules.filter(Boolean).join(" ");
    if (this.#note.textContent !== words) this.#note.textContent = words;
    this.#note.classList.toggle("chat__refused", Boolean(error));
    this.#send.disabled = wait > 0 || muted;
    if (wait > 0) this.#timer = setTimeout(() => this.#show(), 1000);
    else if (error && !this.#busy && this.#until) {
      this.#until = 0;
      this.#note.dataset.error = "";
      this.#show();
    }
  }
}
