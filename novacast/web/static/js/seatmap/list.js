// The hall as a list of sections, rows and free seats: the same choice as on the map, for whoever has no use for a picture.
// A section's seats are written when it is opened, so that 20,000 cost nothing before.
import { FREE } from "./plan.js";

export class SeatList {
  #root;
  #on;
  #words;
  #plan = null;
  #sections = []; // {details, count, body, lines: Map(line -> element)}
  #stale = new Set();
  #timer = 0;

  /** `on.toggle(seat)`; `on.label(seat)` is what a seat is called; `on.isChosen(seat)`. */
  constructor(root, words, on) {
    this.#root = root;
    this.#words = words;
    this.#on = on;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-seat]");
      if (button) on.toggle(Number(button.dataset.seat));
    });
  }

  set plan(plan) {
    this.#plan = plan;
    const open = new Set(this.#sections.filter((one) => one.details.open).map((one) => one.name));
    this.#sections = plan.hall.sections.map((section, number) => this.#section(section.name, number, open.has(section.name)));
    this.#root.replaceChildren(...this.#sections.map((one) => one.details));
    this.renew();
  }

  #section(name, number, open) {
    const details = document.createElement("details");
    details.className = "seats__section";
    const summary = document.createElement("summary");
    const count = document.createElement("span");
    count.className = "soft small";
    summary.append(Object.assign(document.createElement("strong"), { textContent: name, dir: "auto" }), " ", count);
    const body = document.createElement("div");
    body.className = "stack stack--small";
    details.append(summary, body);
    const lines = [...this.#plan.lines.keys()].filter((line) => this.#plan.lines[line].section === number);
    const found = { name, details, count, body, numbers: lines, lines: new Map() };
    details.addEventListener("toggle", () => details.open && !found.lines.size && this.#write(found));
    details.open = open;
    return found;
  }

  #write(section) {
    for (const line of section.numbers) {
      const row = document.createElement("div");
      row.className = "seats__row";
      row.setAttribute("role", "group");
      section.lines.set(line, row);
      this.#fill(line, row);
    }
    section.body.replaceChildren(...section.lines.values());
  }

  /** Seats of these lines are others now; without any, all. Gathered, as many come at once in a rush. */
  renew(lines = null) {
    for (const line of lines ?? this.#plan.lines.keys()) this.#stale.add(line);
    this.#timer ||= setTimeout(() => this.#renew(), 50);
  }

  #renew() {
    this.#timer = 0;
    const stale = new Set(this.#stale);
    this.#stale.clear();
    for (const section of this.#sections) {
      if (!section.numbers.some((line) => stale.has(line))) continue;
      section.count.textContent = this.#counted(section.numbers);
      for (const [line, row] of section.lines) if (stale.has(line)) this.#fill(line, row);
    }
  }

  #counted(lines) {
    let free = 0;
    for (const line of lines) for (const seat of this.#seats(line)) free += this.#plan.states[seat] === FREE ? 1 : 0;
    return this.#words.left.replace("{n}", free);
  }

  *#seats(line) {
    const first = this.#plan.firsts[line];
    for (let place = 0; place < this.#plan.lines[line].ids.length; place += 1) yield first + place;
  }

  #fill(line, row) {
    const { name, table } = this.#plan.lines[line];
    const title = (table === null ? this.#words.row : this.#words.table).replace("{name}", name);
    row.setAttribute("aria-label", title);
    const focused = row.contains(document.activeElement) ? document.activeElement.dataset.seat : null;
    const shown = [...this.#seats(line)].filter((seat) => this.#plan.states[seat] === FREE || this.#on.isChosen(seat));
    const head = Object.assign(document.createElement("span"), { className: "seats__name", textContent: title });
    const buttons = shown.map((seat) => this.#button(seat));
    const none = shown.length ? [] : [Object.assign(document.createElement("span"), { className: "soft small", textContent: this.#words.none })];
    row.replaceChildren(head, ...buttons, ...none);
    // Who stood on a seat that is gone stands on the next one.
    if (focused !== null) (row.querySelector(`[data-seat="${focused}"]`) ?? row.querySelector("button"))?.focus();
  }

  #button(seat) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "seats__seat";
    button.dataset.seat = seat;
    button.setAttribute("aria-pressed", this.#on.isChosen(seat));
    button.setAttribute("aria-label", this.#on.label(seat));
    const kind = this.#plan.kinds[seat];
    button.textContent = this.#plan.numbers[seat] + (kind === "w" ? " ♿\uFE0E" : kind === "c" ? " +" : "");
    return button;
  }
}
