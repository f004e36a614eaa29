// Where the reader of a room is: at its end, which is kept whatever becomes of the room's size, or further up, where nothing moves
// and a button tells how much came meanwhile.
const NEAR_PX = 48;

export class Scroll {
  #log;
  #jump;
  #words;
  #unread = 0;
  #following = true;

  /** `log` scrolls `list`; `jump`: the button, or null. */
  constructor(log, list, jump, words) {
    this.#log = log;
    this.#jump = jump;
    this.#words = words;
    const sizes = new ResizeObserver(() => { if (this.#following) this.toEnd(); });
    for (const part of [log, list]) sizes.observe(part);
    log.addEventListener("scroll", () => {
      this.#following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
      if (this.#unread && this.#following) this.#wait(0);
    }, { passive: true });
    jump?.addEventListener("click", () => this.toEnd());
  }

  /** Whether the reader is at the end. */
  get following() {
    return this.#following;
  }

  toEnd() {
    this.#following = true;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#wait(0);
  }

  /** So many lines are new at the end. */
  came(count) {
    if (this.#following) this.toEnd();
    else if (count) this.#wait(this.#unread + count);
  }

  /** There are no lines any more. */
  clear() {
    this.#following = true;
    this.#wait(0);
  }

  #wait(count) {
    this.#unread = count;
    if (!this.#jump) return;
    this.#jump.hidden = count === 0;
    this.#jump.textContent = (count === 1 ? this.#words.one_new : this.#words.new).replace("{n}", count.toLocaleString(document.documentElement.lang));
  }
}
