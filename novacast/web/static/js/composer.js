// Where one writes into a room. What was refused is given back to its author, with the wait in seconds where there is one.
const WARN_LEFT = 60;

export class Composer {
  #form;
  #text;
  #send;
  #words;
  #ask;
  #at;
  #note;
  #replying;
  #reply = null;
  #until = 0;
  #timer = 0;
  #slow = 0;
  #writes = false;
  #moderates = false;
  #busy = false;

  /** `ask(action)` as of the link; `at()`: seconds of the media, or undefined. */
  constructor(root, words, ask, at) {
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    [this.#form, this.#text, this.#send, this.#note, this.#replying] = ["form", "text", "send", "note", "replying"].map(part);
    this.#words = words;
    this.#ask = ask;
    this.#at = at;
    if (!this.#form) return;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#typed());
    part("unreply").addEventListener("click", () => this.reply(null));
  }

  /** What this person may do now. */
  be({ writes, moderates }) {
    if (!this.#form) return;
    this.#writes = Boolean(writes);
    this.#moderates = Boolean(moderates);
    this.#form.toggleAttribute("inert", !this.#writes);
    this.#show();
  }

  /** One message in so many seconds; 0: as they like. */
  slow(seconds) {
    this.#slow = seconds;
    this.#show();
  }

  reply(message, words) {
    this.#reply = message;
    this.#replying.hidden = !message;
    this.#replying.querySelector("bdi").textContent = message ? words : "";
    if (message) this.#text.focus();
  }

  #key(event) {
    if (event.key === "Escape" && this.#reply) this.reply(null);
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
    if (!text || this.#busy || this.#wait() > 0) return;
    this.#busy = true;
    const action = { type: "send", text, key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
    if (this.#reply) action.reply_to = this.#reply.id;
    const at = this.#at();
    if (at !== undefined) action.at = at;
    try {
      await this.#ask(action);
      // What was typed meanwhile stays.
      if (this.#text.value.trim() === text) this.#text.value = "";
      this.reply(null);
      if (this.#slow && !this.#moderates) this.#until = Date.now() + this.#slow * 1000;
      this.#note.dataset.error = "";
    } catch (error) {
      if (error.wait) this.#until = Date.now() + error.wait * 1000;
      this.#note.dataset.error = error.message || this.#words.lost;
    }
    this.#busy = false;
    this.#typed();
  }

  #wait() {
    return Math.ceil((this.#until - Date.now()) / 1000);
  }

  /** The refusal, the countdown, the rule of the room or the letters that are left, whichever matters most. */
  #show() {
    if (!this.#form) return;
    clearTimeout(this.#timer);
    const wait = this.#wait();
    const left = this.#text.maxLength - this.#text.value.length;
    const error = this.#note.dataset.error ?? "";
    const counted = wait > 0 ? this.#words.wait.replace("{n}", wait) : "";
    const rule = this.#slow && this.#writes ? this.#words.slow.replace("{n}", this.#slow) : "";
    const room = left < WARN_LEFT ? this.#words.left.replace("{n}", left) : "";
    const words = [error, counted].filter(Boolean).join(" ") || room || rule;
    if (this.#note.textContent !== words) this.#note.textContent = words;
    this.#note.classList.toggle("chat__refused", Boolean(error));
    this.#send.disabled = wait > 0;
    if (wait > 0) this.#timer = setTimeout(() => this.#show(), 1000);
    else if (error && !this.#busy && this.#until) {
      this.#until = 0;
      this.#note.dataset.error = "";
      this.#show();
    }
  }
}
