// What the house says of a choice: why these seats, why it would be refused, and what to take instead.
const SETTLE_MS = 200;

export class Advice {
  #path;
  #box;
  #words;
  #why;
  #take;
  #timer = 0;
  #asking = null;

  /** `why`: where it stands why seats were chosen; `take(ids)`: somebody follows the advice. */
  constructor(performance, box, why, words, take) {
    this.#path = `/api/v1/performances/${performance}/seats/`;
    this.#box = box;
    this.#why = why;
    this.#words = words;
    this.#take = take;
  }

  /** Ask about seats soon, and forget what was said of others. */
  check(ids) {
    this.#cancel();
    this.#why.textContent = "";
    if (!ids.length) return this.say("");
    this.#timer = setTimeout(() => this.#check(ids), SETTLE_MS);
  }

  async #check(ids) {
    const found = await this.#ask(`check?${new URLSearchParams({ seats: ids.join(",") })}`);
    if (found?.said) this.say(found.said, found.seats);
    else if (found) this.say("");
  }

  /** The best ones are taken at once, and it is said why. */
  async best(count, category) {
    this.#cancel();
    const query = new URLSearchParams({ count, ...(category === null ? {} : { category }) });
    const found = await this.#ask(`best?${query}`);
    if (!found?.seats) return;
    this.#take(found.seats.map((one) => one.id));
    this.#cancel();
    this.say("");
    this.#why.textContent = found.said;
  }

  async #ask(what) {
    const asking = this.#asking = new AbortController();
    try {
      const response = await fetch(this.#path + what, { cache: "no-store", signal: asking.signal });
      const body = await response.json();
      if (response.ok) return body;
      this.say(body.detail ?? this.#words.failed);
    } catch {
      if (!asking.signal.aborted) this.say(this.#words.failed);
    }
    return null;
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /** With seats, there is a button that takes them. */
  say(text, seats = []) {
    const words = this.#box.querySelector("[data-part=said]");
    if (words.textContent !== text) words.textContent = text;
    this.#box.hidden = !text;
    const button = this.#box.querySelector("[data-part=instead]");
    button.hidden = !seats.length;
    if (!seats.length) return;
    const names = seats.map((one) => `${one.section} ${one.row} ${one.number}`.trim()).join(", ");
    button.querySelector("span").textContent = this.#words.instead.replace("{seats}", names);
    button.onclick = () => {
      this.#take(seats.map((one) => one.id));
      this.say("");
    };
  }
}
