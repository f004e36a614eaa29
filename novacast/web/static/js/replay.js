// What was said, at the moments of the media at which it was said: by the player of this page, at any speed, after any seek.
const AHEAD_SECONDS = 60;
const BACK_SECONDS = 120;
/** What was said at the last picture of a programme was said while the next were on their way: the end of its recording shows that too. */
const AFTER_SECONDS = 10;
const MOST_BACK = 50;
const PAGE = 100;

export class Replay {
  #address;
  #add;
  #clear;
  #video = null;
  #listening = new AbortController();
  /** What is loaded and was not shown yet, by its moment. */
  #queue = [];
  #to = 0;
  #shown = 0;
  #turn = 0;
  #loading = false;

  /** `add(messages)` shows them, `clear()` takes away all. */
  constructor(room, add, clear) {
    this.#address = `/api/v1/rooms/${encodeURIComponent(room)}/replay`;
    this.#add = add;
    this.#clear = clear;
    this.#find();
  }

  /** Seconds of the media, of what is said now. */
  get at() {
    return this.#video ? Math.round(this.#video.currentTime * 10) / 10 : undefined;
  }

  end() {
    this.#listening.abort();
  }

  /** What became of a message; whether its moment is still to come. One that is taken away may be brought back before it is there. */
  changed(change) {
    const message = this.#queue.find(({ id }) => id === change.id);
    if (message) Object.assign(message, { state: undefined }, change);
    return Boolean(message);
  }

  async #find() {
    await customElements.whenDefined("nova-player");
    const player = document.querySelector("nova-player");
    if (!player?.video || this.#listening.signal.aborted) return;
    this.#video = player.video;
    const { signal } = this.#listening;
    this.#video.addEventListener("timeupdate", () => this.#tick(), { signal });
    this.#video.addEventListener("seeking", () => this.#tick(), { signal });
    this.#video.addEventListener("ended", () => this.#tick(), { signal });
    this.#begin(this.#now);
  }

  /** Up to where what was said is to be seen. */
  get #now() {
    const { currentTime, ended } = this.#video;
    return ended ? currentTime + AFTER_SECONDS : currentTime;
  }

  #tick() {
    const now = this.#now;
    if (now < this.#shown || now > this.#to + 1) this.#begin(now);
    else this.#show(now);
  }

  /** Anew, with what was said lately. */
  #begin(now) {
    this.#turn += 1;
    this.#queue = [];
    this.#to = Math.max(0, now - BACK_SECONDS);
    this.#shown = now;
    this.#loading = false;
    this.#clear();
    this.#load(now, true);
  }

  #show(now) {
    this.#shown = now;
    const due = this.#queue.findIndex((message) => message.at > now);
    const ready = this.#queue.splice(0, due < 0 ? this.#queue.length : due);
    const there = ready.filter(({ state }) => state !== "deleted");
    if (there.length) this.#add(there);
    if (this.#to - now < AHEAD_SECONDS / 2) this.#load(now);
  }

  async #load(now, first = false) {
    if (this.#loading) return;
    this.#loading = true;
    const turn = this.#turn;
    const end = now + AHEAD_SECONDS;
    const found = await this.#read(this.#to, end).catch(() => null);
    if (turn !== this.#turn) return;
    this.#loading = false;
    if (!found) return;
    this.#to = end;
    const past = first ? found.filter((message) => message.at <= now).length : 0;
    this.#queue.push(...found.slice(Math.max(0, past - MOST_BACK)));
    this.#show(this.#now);
  }

  async #read(begin, end) {
    const found = [];
    let cursor = "";
    do {
      const query = new URLSearchParams({ begin, end, limit: PAGE, ...(cursor ? { cursor } : {}) });
      const response = await fetch(`${this.#address}?${query}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.statusText);
      const { items, next } = await response.json();
      found.push(...items.map((item) => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null))));
      cursor = next;
    } while (cursor);
    return found;
  }
}
