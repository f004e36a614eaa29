// The seats that somebody has chosen, in a bar and as fields of the form: each `seat` is "ITEM SEAT".
export class Choice {
  /** Seat -> id of its item, in the order in which they were chosen. */
  seats = new Map();
  #bar;
  #words;
  #on;

  /** `on.changed(seat)`; `on.label(seat)`; `on.price(seat, item)` in minor units; `on.money(amount)`. */
  constructor(bar, words, on) {
    this.#bar = bar;
    this.#words = words;
    this.#on = on;
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-off]");
      if (!button) return;
      this.drop(Number(button.dataset.off));
      (bar.querySelector("button[data-off]") ?? document.querySelector("nova-seatmap canvas"))?.focus();
    });
    bar.addEventListener("change", (event) => {
      const seat = Number(event.target.dataset.seat);
      if (!this.seats.has(seat)) return;
      this.seats.set(seat, event.target.value);
      this.write();
    });
  }

  has(seat) {
    return this.seats.has(seat);
  }

  take(seat, item) {
    this.seats.set(seat, item);
    this.#changed(seat);
  }

  drop(seat) {
    if (this.seats.delete(seat)) this.#changed(seat);
  }

  /** These instead of all that was chosen. */
  set(seats, item) {
    this.replace(seats.map((seat) => [seat, this.seats.get(seat) ?? item]));
    this.write();
  }

  /** `entries`: [seat, item]. */
  replace(entries) {
    const touched = new Set([...this.seats.keys(), ...entries.map(([seat]) => seat)]);
    this.seats.clear();
    for (const [seat, item] of entries) this.seats.set(seat, item);
    for (const seat of touched) this.#on.changed(seat);
  }

  #changed(seat) {
    this.#on.changed(seat);
    this.write();
  }

  get total() {
    return [...this.seats].reduce((sum, [seat, item]) => sum + this.#on.price(seat, item), 0);
  }

  write() {
    const part = (name) => this.#bar.querySelector(`[data-part=${name}]`);
    const { plan, items } = this.#on;
    this.#bar.hidden = !this.seats.size;
    this.#bar.dispatchEvent(new CustomEvent("seatschosen", { bubbles: true, detail: { count: this.seats.size, total: plan() ? this.total : 0 } }));
    if (!this.seats.size || !plan()) return part("fields").replaceChildren();
    const fields = [...this.seats].map(([seat, item]) =>
      Object.assign(document.createElement("input"), { type: "hidden", name: "seat", value: `${item} ${plan().ids[seat]}` }));
    part("fields").replaceChildren(...fields);
    part("chosen").replaceChildren(...[...this.seats].map(([seat, item]) => this.#chip(seat, item, items())));
    const count = this.seats.size === 1 ? this.#words.one : this.#words.many.replace("{n}", this.seats.size);
    part("total").textContent = `${count} · ${this.#on.money(this.total)}`;
  }

  #chip(seat, item, items) {
    const chip = document.createElement("li");
    chip.className = "hall__chip";
    const name = Object.assign(document.createElement("span"), { textContent: this.#on.label(seat), dir: "auto" });
    chip.append(name);
    if (items.length > 1) chip.append(this.#kinds(seat, item, items));
    else chip.append(Object.assign(document.createElement("span"), { className: "soft", textContent: this.#on.money(this.#on.price(seat, item)) }));
    const off = Object.assign(document.createElement("button"), { type: "button", className: "hall__off", textContent: "×" });
    off.dataset.off = seat;
    off.setAttribute("aria-label", this.#words.off.replace("{seat}", this.#on.label(seat)));
    chip.append(off);
    return chip;
  }

  #kinds(seat, chosen, items) {
    const select = document.createElement("select");
    select.className = "input hall__kind";
    select.dataset.seat = seat;
    select.setAttribute("aria-label", this.#words.kind.replace("{seat}", this.#on.label(seat)));
    for (const item of items) {
      const text = `${item.name} · ${this.#on.money(this.#on.price(seat, item.id))}`;
      select.append(new Option(text, item.id, false, item.id === chosen));
    }
    return select;
  }
}
