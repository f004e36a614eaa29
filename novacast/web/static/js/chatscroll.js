// Where the reader of a room is: at its end, which is kept whatever becomes of the room's size, or further up, where nothing moves
// and a button tells how much came meanwhile.
const NEAR_PX = 48;

export class Scroll {
  #log;
  #jump;
  #words;
  #unread = 0;
  #following = true;
  /** Heights of all lines and of what is seen of them, when they were looked at last. */
  #heights = [0, 0];

  /** `log` scrolls `list`; `jump`: the button, or null. */
  constructor(log, list, jump, words) {
    this.#log = log;
    this.#jump = jump;
    this.#words = words;
    const sizes = new ResizeObserver(() => { if (this.#following) this.toEnd(); });
    for (const part of [log, list]) sizes.observe(part);
    log.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = log;
      const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      // What was moved by another size of the room or of a line was not moved by the reader.
      if (atEnd || this.#same(scrollHeight, clientHeight)) this.#following = atEnd;
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
    this.#same(this.#log.scrollHeight, this.#log.clientHeight);
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

  /** Whether these are as they were. */
  #same(...heights) {
    const before = this.#heights;
    this.#heights = heights;
    return heights.every((height, at) => height === before[at]);
  }

  #wait(count) {
    this.#unread = count;
    if (!this.#jump) return;
    this.#jump.hidden = count === 0;
    this.#jump.textContent = (count === 1 ? this.#words.one_new : this.#words.new).replace("{n}", count.toLocaleString(document.documentElement.lang));
  }
}
