// <nova-seatmap performance="ID"> of templates/tickets/hall.html, inside the form of what is bought: the hall as a map and as a
// list. What is chosen on either goes with the form. Colours are live: see seatmap/live.js.
import { Advice } from "./seatmap/advice.js";
import { HallCanvas } from "./seatmap/canvas.js";
import { Choice } from "./seatmap/choice.js";
import { coloursOf, onColours } from "./seatmap/colours.js";
import { follow } from "./seatmap/gestures.js";
import { Legend } from "./seatmap/legend.js";
import { SeatList } from "./seatmap/list.js";
import { Live } from "./seatmap/live.js";
import { FREE, Plan } from "./seatmap/plan.js";
import { View } from "./seatmap/view.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** Pixels around a finger in which a seat is meant; from farther away a tap comes nearer. */
const FINGER = 22;
const READABLE = 0.32;

class NovaSeatmap extends HTMLElement {
  #ends = new AbortController();
  #words = {};
  #plan = null;
  #states = null;
  #live = null;
  #sending = false;

  async connectedCallback() {
    if (this.#live) return;
    const { signal } = this.#ends;
    this.#words = JSON.parse(this.querySelector("script[data-part=words]").textContent);
    this.performance_ = this.getAttribute("performance");
    this.#build(signal);
    this.#live = new Live(this.performance_, {
      snapshot: (states) => this.#snapshot(states),
      change: (ids, mark) => this.#change(ids, mark),
      lost: (lost) => { this.#part("lost").hidden = !lost || !this.#plan; },
    }, this.getAttribute("code") ?? "", this.hasAttribute("counter"));
    this.closest("form")?.addEventListener("submit", () => { this.#sending = true; }, { signal });
    addEventListener("pageshow", () => { this.#sending = false; }, { signal });
  }

  disconnectedCallback() {
    this.#live?.end();
    this.#ends.abort();
  }

  /** For whoever measures: frames drawn so far, and the view. */
  get drawn() {
    return this.map;
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #build(signal) {
    const canvas = this.#part("map");
    this.view = new View();
    this.map = new HallCanvas(canvas, this.view, coloursOf(this));
    const on = { changed: (seat) => this.#shown(seat), label: (seat) => this.#label(seat), plan: () => this.#plan,
      items: () => this.#states?.items ?? [], price: (seat, item) => this.#price(seat, item), money: (amount) => this.#money(amount) };
    this.choice = new Choice(this.#part("bar"), this.#words, on);
    this.advice = new Advice(this.performance_, this.#part("advice"), this.#part("why"), this.#words, (ids) => this.#takeInstead(ids));
    this.list = new SeatList(this.#part("list"), this.#words, { toggle: (seat) => this.toggle(seat),
      label: (seat) => this.#label(seat, true), isChosen: (seat) => this.choice.has(seat) });
    this.legend = new Legend(this.#part("legend"), this.#words, (category) => {
      this.map.only = category;
      this.map.repaint();
    });
    this.map.chosen = this.choice.seats;
    follow(canvas, this.view, { tap: (x, y, event) => this.#tap(x, y, event), hover: (x, y) => this.#hover(x, y), moved: () => this.#moved() }, signal);
    new ResizeObserver(() => this.map.resize()).observe(canvas);
    onColours(() => {
      this.map.colours = coloursOf(this);
      this.map.repaint();
    }, signal);
    canvas.addEventListener("keydown", (event) => this.#key(event), { signal });
    canvas.addEventListener("focus", () => this.#focus(), { signal });
    canvas.addEventListener("blur", () => this.#point(-1), { signal });
    this.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-do]")), { signal });
  }

  async #snapshot(states) {
    if (this.#plan?.tag !== states.tag) await this.#draw();
    this.#states = this.hasAttribute("item") ? this.#one(states) : states;
    this.#plan.unpack(states.states);
    this.legend.show(this.#plan, this.#states.items, (amount) => this.#money(amount));
    this.map.repaint();
    this.list.renew();
    if (!this.#restored) this.#restore();
    else this.#lose([...this.choice.seats.keys()].filter((seat) => this.#plan.states[seat] !== FREE));
    this.choice.write();
    this.dataset.seq = states.seq;
  }

  /** For one seat of one kind. */
  #one(states) {
    const kind = this.getAttribute("item");
    return { ...states, most: 1, items: states.items.filter((one) => one.id === kind) };
  }

  async #draw() {
    const response = await fetch(`/api/v1/performances/${this.performance_}/hall`);
    if (!response.ok) return;
    const ids = [...this.choice.seats].map(([seat, item]) => [this.#plan.ids[seat], item]);
    this.#plan = new Plan(await response.json());
    this.hidden = false;
    this.map.resize();
    this.map.plan = this.#plan;
    this.list.plan = this.#plan;
    this.choice.replace(ids.filter(([id]) => this.#plan.index.has(id)).map(([id, item]) => [this.#plan.index.get(id), item]));
    this.dataset.ready = "";
    // The lists of how many are for who can't choose; what they say would be bought as well.
    for (const one of this.closest("form")?.querySelectorAll("[data-seated]") ?? []) {
      const select = one.querySelector("select");
      if (!select) continue;
      select.value = "0";
      for (const price of one.querySelectorAll("[data-part=price]")) price.hidden = true;
      // Savings, fees, taxes and what each seat is worth to the buyer are said there alone.
      const says = one.querySelector("p:not([data-part]), [name=amount]") !== null;
      (says ? select.closest(".field") : one).hidden = true;
      one.querySelector("[data-part=name]").hidden = !says;
    }
  }

  #restored = false;

  /** What was chosen before the form came back with a refusal. */
  #restore() {
    this.#restored = true;
    for (const field of JSON.parse(this.getAttribute("chosen") || "[]")) {
      const [item, ...id] = field.split(" ");
      const seat = this.#plan.index.get(id.join(" "));
      if (seat !== undefined && this.#states.items.some((one) => one.id === item)) this.choice.take(seat, item);
    }
    this.#ask();
  }

  #change(ids, mark) {
    const changed = ids.map((id) => this.#plan?.index.get(id)).filter((seat) => seat !== undefined);
    if (!changed.length) return;
    for (const seat of changed) this.#plan.states[seat] = mark;
    this.map.repaint();
    this.list.renew(new Set(changed.map((seat) => this.#plan.line[seat])));
    this.dispatchEvent(new CustomEvent("seatschanged", { detail: { ids, mark } }));
    if (mark !== FREE) this.#lose(changed.filter((seat) => this.choice.has(seat)));
  }

  /** Somebody else was faster. */
  #lose(seats) {
    if (!seats.length || this.#sending) return;
    this.advice.check([...this.choice.seats.keys()].map((seat) => this.#plan.ids[seat]));
  }

  toggle(seat) {
    if (this.choice.has(seat)) this.choice.drop(seat);
    else if (this.#plan.states[seat] !== FREE) return this.#say(`${this.#label(seat)}: ${this.#words.taken}`);
    else if (this.#states.items.length && this.hasAttribute("item")) this.choice.set([seat], this.#states.items[0].id);
    else if (this.choice.seats.size >= this.#states.most) return this.advice.say(this.#words.most.replace("{n}", this.#states.most));
    else if (!this.#states.items.length) return this.#say(this.#words.closed);
    else this.choice.take(seat, this.#states.items[0].id);
    this.#say(`${this.#label(seat)}: ${this.choice.has(seat) ? this.#words.chosen : this.#words.dropped}`);
    this.#ask();
  }

  #ask() {
    this.advice.check([...this.choice.seats.keys()].map((seat) => this.#plan.ids[seat]));
  }

  #takeInstead(ids) {
    const seats = ids.map((id) => this.#plan.index.get(id)).filter((seat) => seat !== undefined);
    this.choice.set(seats, this.#states.items[0]?.id);
    if (seats.length) this.view.reveal(this.#plan.x[seats[0]], this.#plan.y[seats[0]]);
    this.map.move();
    this.#say(seats.map((seat) => this.#label(seat)).join(", "));
  }

  #shown(seat) {
    this.map.repaint();
    this.list.renew([this.#plan.line[seat]]);
  }

  #tap(x, y, event) {
    if (!this.#plan) return;
    const finger = event.pointerType === "mouse" ? 12 : FINGER;
    const [hallX, hallY] = this.view.toHall(x, y);
    // Seats too small to hit: come nearer first.
    if (this.view.scale < READABLE * 0.55 && this.#plan.count > 60) {
      this.view.zoom(READABLE / this.view.scale, x, y);
      return this.#moved();
    }
    const seat = this.#plan.at(hallX, hallY, Math.max(30, finger / this.view.scale));
    if (seat >= 0) this.toggle(seat);
    else this.#area(hallX, hallY);
  }

  /** Where people stand is bought by number. */
  #area(x, y) {
    const area = this.#plan.hall.areas.find((one) => Math.abs(x - one.x) < one.width / 2 && Math.abs(y - one.y) < one.depth / 2);
    const field = area && [...this.closest("form").querySelectorAll("[data-item]")].find((one) => one.dataset.item === area.name);
    field?.querySelector("select")?.focus();
  }

  #hover(x, y) {
    if (!this.#plan) return;
    const seat = x === null || this.view.scale < READABLE * 0.55 ? -1 : this.#plan.at(...this.view.toHall(x, y), 30);
    if (seat === this.map.hovered) return;
    this.map.hovered = seat;
    this.map.move();
    this.#tip(seat);
  }

  #tip(seat) {
    const tip = this.#part("tip");
    tip.hidden = seat < 0;
    if (seat < 0) return;
    const taken = this.#plan.states[seat] === FREE ? "" : ` · ${this.#words.taken}`;
    tip.textContent = this.#label(seat, true) + taken;
    const [x, y] = this.view.toScreen(this.#plan.x[seat], this.#plan.y[seat]);
    const half = tip.offsetWidth / 2 + 4;
    const above = y - tip.offsetHeight - 18;
    const left = Math.min(Math.max(x, half), this.view.width - half) - half + 4;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above < 0 ? y + 18 : above)}px)`;
  }

  #moved() {
    this.map.move();
    this.#tip(-1);
    this.#part("map").classList.toggle("hall__map--near", !this.view.isWhole);
  }

  #focus() {
    if (!this.#plan || this.map.cursor >= 0 || !this.#part("map").matches(":focus-visible")) return;
    const [first] = this.choice.seats.keys();
    this.#point(first ?? Math.max(0, this.#plan.states.indexOf(FREE)));
  }

  #point(seat) {
    this.map.cursor = seat;
    this.map.move();
    this.#tip(seat);
    if (seat < 0) return;
    if (this.view.scale < READABLE) this.view.zoom(READABLE / this.view.scale);
    this.view.reveal(this.#plan.x[seat], this.#plan.y[seat]);
    this.#moved();
    this.#tip(seat);
    const state = this.choice.has(seat) ? this.#words.chosen : this.#plan.states[seat] === FREE ? this.#words.free : this.#words.taken;
    this.#say(`${this.#label(seat, true)}, ${state}`);
  }

  #key(event) {
    if (!this.#plan || event.altKey || event.ctrlKey || event.metaKey) return;
    const [first = Math.max(0, this.#plan.states.indexOf(FREE))] = this.choice.seats.keys();
    const seat = this.map.cursor >= 0 ? this.map.cursor : first;
    const way = ARROWS[event.key];
    if (way) this.#point(this.map.cursor < 0 ? seat : this.#plan.next(seat, ...way));
    else if (event.key === "Enter" || event.key === " ") this.toggle(seat);
    else if (event.key === "+" || event.key === "=") this.view.zoom(1.4, ...this.view.toScreen(this.#plan.x[seat], this.#plan.y[seat]));
    else if (event.key === "-") this.view.zoom(1 / 1.4);
    else if (event.key === "0") this.view.whole();
    else return;
    event.preventDefault();
    if (!way) this.#moved();
  }

  #pressed(button) {
    switch (button?.dataset.do) {
      case "nearer": this.view.zoom(1.5); break;
      case "farther": this.view.zoom(1 / 1.5); break;
      case "whole": this.view.whole(); break;
      case "best": {
        const category = this.#part("category").value;
        this.advice.best(Number(this.#part("count").value), category === "*" ? null : category);
        return;
      }
      case "as-map": case "as-list": this.#as(button.dataset.do === "as-list"); return;
      default: return;
    }
    this.#moved();
  }

  #as(list) {
    this.#part("picture").hidden = list;
    this.#part("list").hidden = !list;
    for (const one of this.querySelectorAll("[data-do=as-map], [data-do=as-list]"))
      one.setAttribute("aria-pressed", (one.dataset.do === "as-list") === list);
    if (!list) this.map.resize();
  }

  #label(seat, whole = false) {
    const plan = this.#plan;
    const table = plan.lines[plan.line[seat]].table !== null;
    const name = (table ? this.#words.at_table : this.#words.seat).replace("{section}", plan.section(seat))
      .replace("{row}", plan.row(seat)).replace("{number}", plan.numbers[seat]);
    if (!whole) return name;
    const item = this.#states.items[0];
    const price = item ? this.#money(this.#price(seat, item.id)) : "";
    return [name, plan.name(seat), price, this.#words[plan.kind(seat)]].filter(Boolean).join(" · ");
  }

  #price(seat, item) {
    return this.#states.items.find((one) => one.id === item)?.prices[this.#plan.name(seat)] ?? 0;
  }

  #money(amount) {
    const format = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: this.#states.currency });
    return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  }

  #say(text) {
    this.#part("spoken").textContent = text;
  }
}

customElements.define("nova-seatmap", NovaSeatmap);
