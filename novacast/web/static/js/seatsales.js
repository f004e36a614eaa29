// <nova-seatsales performance="ID"> of templates/tickets/seats_sold.html: the map of the hall for those who sell. Who has which
// seat, live, and seats that are kept back.
import { HallCanvas } from "./seatmap/canvas.js";
import { coloursOf, onColours } from "./seatmap/colours.js";
import { follow } from "./seatmap/gestures.js";
import { Live } from "./seatmap/live.js";
import { BLOCKED, FREE, HELD, Plan, RADIUS, SOLD } from "./seatmap/plan.js";
import { View } from "./seatmap/view.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEAR = 0.32;
const SHOWN = 30;
/** Facts come in a rush; names are asked for once behind it. */
const NAMES_MS = 400;

class NovaSeatsales extends HTMLElement {
  #ends = new AbortController();
  #plan = null;
  #live = null;
  #occupants = new Map(); // seat's id -> what the server says
  #timer = 0;
  #ghost = null;

  connectedCallback() {
    if (this.#live) return;
    const { signal } = this.#ends;
    this.words = JSON.parse(this.querySelector("script[data-part=words]").textContent);
    this.path = `/api/v1/performances/${this.getAttribute("performance")}`;
    const canvas = this.#part("map");
    this.view = new View();
    this.map = new HallCanvas(canvas, this.view, coloursOf(this));
    this.map.over = (context) => this.#over(context);
    follow(canvas, this.view, { tap: (x, y, event) => this.#tap(x, y, event), moved: () => this.map.move(), hover: (x, y) => this.#hover(x, y), drag: (x, y, event) => (event.shiftKey ? this.#marking(x, y) : null) }, signal);
    new ResizeObserver(() => this.map.resize()).observe(canvas);
    onColours(() => {
      this.map.colours = coloursOf(this);
      this.map.repaint();
    }, signal);
    canvas.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("click", (event) => this.#pressed(event.target.closest("button")), { signal });
    this.querySelector("#sales-find").addEventListener("input", () => this.#find(), { signal });
    this.#live = new Live(this.getAttribute("performance"), {
      snapshot: (states) => this.#snapshot(states),
      change: (ids, mark) => this.#change(ids, mark),
      lost: (lost) => { this.#part("lost").hidden = !lost; },
    });
  }

  disconnectedCallback() {
    this.#live?.end();
    this.#ends.abort();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  async #snapshot(states) {
    if (this.#plan?.tag !== states.tag) {
      const response = await fetch(`${this.path}/hall`);
      if (!response.ok) return;
      this.#plan = new Plan(await response.json());
      this.map.chosen.clear();
      this.map.resize();
      this.map.plan = this.#plan;
    }
    this.#plan.unpack(states.states);
    this.#renew();
    this.dataset.ready = "";
  }

  #change(ids, mark) {
    for (const id of ids) {
      const seat = this.#plan?.index.get(id);
      if (seat !== undefined) this.#plan.states[seat] = mark;
    }
    this.#renew();
  }

  #renew() {
    this.map.repaint();
    this.#count();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#names(), NAMES_MS);
  }

  #count() {
    const counts = [0, 0, 0, 0];
    for (const state of this.#plan.states) counts[state] += 1;
    this.#part("counts").textContent = this.words.counts.replace("{free}", counts[FREE]).replace("{held}", counts[HELD])
      .replace("{sold}", counts[SOLD]).replace("{blocked}", counts[BLOCKED]);
  }

  async #names() {
    const response = await fetch(`${this.path}/seats/occupants`, { cache: "no-store" }).catch(() => null);
    if (!response?.ok) return;
    this.#occupants = new Map((await response.json()).items.map((one) => [one.seat, one]));
    this.#show();
    this.#find();
  }

  #over(context) {
    context.strokeStyle = this.map.colours.ink;
    if (this.#plan && RADIUS * this.view.scale > 3) {
      // On this map baskets and sales are told apart: what is sold has its ring filled.
      context.fillStyle = this.map.colours.taken;
      context.beginPath();
      for (let seat = 0; seat < this.#plan.count; seat += 1) {
        if (this.#plan.states[seat] !== SOLD || this.map.chosen.has(seat)) continue;
        const [x, y] = this.view.toScreen(this.#plan.x[seat], this.#plan.y[seat]);
        if (x < -9 || y < -9 || x > this.view.width + 9 || y > this.view.height + 9) continue;
        context.moveTo(x, y);
        context.arc(x, y, RADIUS * this.view.scale * 0.42, 0, 2 * Math.PI);
      }
      context.fill();
    }
    if (!this.#ghost) return;
    context.setLineDash([4, 4]);
    context.strokeRect(...this.#ghost);
    context.setLineDash([]);
  }

  #tap(x, y, event) {
    if (!this.#plan) return;
    if (this.view.scale < NEAR * 0.55 && this.#plan.count > 60) {
      this.view.zoom(NEAR / this.view.scale, x, y);
      return this.map.move();
    }
    const seat = this.#plan.at(...this.view.toHall(x, y), Math.max(30, (event.pointerType === "mouse" ? 12 : 22) / this.view.scale));
    if (seat >= 0) this.#toggle(seat);
    return undefined;
  }

  #marking(x, y) {
    this.#ghost = [x, y, 0, 0];
    return (dx, dy) => {
      if (dx !== null) {
        this.#ghost[2] += dx;
        this.#ghost[3] += dy;
        return this.map.move();
      }
      const [left, top] = this.view.toHall(Math.min(x, x + this.#ghost[2]), Math.min(y, y + this.#ghost[3]));
      const [right, bottom] = this.view.toHall(Math.max(x, x + this.#ghost[2]), Math.max(y, y + this.#ghost[3]));
      this.#ghost = null;
      for (const seats of this.#plan.around(left, top, right, bottom))
        for (const seat of seats) if (this.#plan.x[seat] > left && this.#plan.x[seat] < right && this.#plan.y[seat] > top && this.#plan.y[seat] < bottom) this.map.chosen.add(seat);
      this.#show();
      return this.map.repaint();
    };
  }

  #toggle(seat) {
    if (!this.map.chosen.delete(seat)) this.map.chosen.add(seat);
    this.map.repaint();
    this.#show();
  }

  #hover(x, y) {
    if (!this.#plan) return;
    const seat = x === null || this.view.scale < NEAR * 0.55 ? -1 : this.#plan.at(...this.view.toHall(x, y), 30);
    if (seat === this.map.hovered) return;
    this.map.hovered = seat;
    this.map.move();
    const tip = this.#part("tip");
    tip.hidden = seat < 0;
    if (seat < 0) return;
    tip.textContent = `${this.#label(seat)}: ${this.#told(seat)}`;
    const [seatX, seatY] = this.view.toScreen(this.#plan.x[seat], this.#plan.y[seat]);
    const half = tip.offsetWidth / 2;
    const above = seatY - tip.offsetHeight - 18;
    tip.style.transform = `translate(${Math.round(Math.min(Math.max(seatX, half + 4), this.view.width - half - 4) - half)}px, ${Math.round(above < 0 ? seatY + 18 : above)}px)`;
  }

  #key(event) {
    if (!this.#plan || event.altKey || event.ctrlKey || event.metaKey) return;
    const way = ARROWS[event.key];
    if (way) this.map.cursor = this.map.cursor < 0 ? 0 : this.#plan.next(this.map.cursor, ...way);
    else if ((event.key === "Enter" || event.key === " ") && this.map.cursor >= 0) this.#toggle(this.map.cursor);
    else if (event.key === "+" || event.key === "-") this.view.zoom(event.key === "+" ? 1.4 : 1 / 1.4);
    else if (event.key === "0") this.view.whole();
    else return;
    event.preventDefault();
    if (way) {
      if (this.view.scale < NEAR) this.view.zoom(NEAR / this.view.scale);
      this.view.reveal(this.#plan.x[this.map.cursor], this.#plan.y[this.map.cursor]);
      this.#part("chosen").textContent = `${this.#label(this.map.cursor)}: ${this.#told(this.map.cursor)}`;
    }
    this.map.move();
  }

  #label(seat) {
    return this.words.seat.replace("{section}", this.#plan.section(seat)).replace("{row}", this.#plan.row(seat)).replace("{number}", this.#plan.numbers[seat]);
  }

  #told(seat) {
    const one = this.#occupants.get(this.#plan.ids[seat]);
    const state = [this.words.free, this.words.held, this.words.sold, this.words.blocked][this.#plan.states[seat]];
    if (!one) return state;
    const who = one.holder && one.holder !== one.buyer ? `${one.holder} (${one.buyer})` : one.buyer;
    return [this.words[one.state] ?? state, who, one.code, one.note].filter(Boolean).join(" · ");
  }

  #show() {
    const chosen = [...this.map.chosen];
    const words = chosen.length === 1 ? this.words.one : this.words.many.replace("{n}", chosen.length);
    this.#part("chosen").textContent = chosen.length ? words : "";
    this.#part("acts").hidden = !chosen.length;
    this.#part("seats").replaceChildren(...chosen.slice(0, SHOWN).map((seat) => {
      const item = document.createElement("li");
      item.className = "small";
      item.dir = "auto";
      item.textContent = `${this.#label(seat)}: ${this.#told(seat)}`;
      return item;
    }));
  }

  #find() {
    const wanted = this.querySelector("#sales-find").value.trim().toLowerCase();
    const found = [];
    for (const [id, one] of wanted.length > 1 && this.#plan ? this.#occupants : []) {
      const seat = this.#plan.index.get(id);
      if (seat === undefined || found.length >= SHOWN) continue;
      const text = `${this.#label(seat)}: ${this.#told(seat)}`;
      if (text.toLowerCase().includes(wanted)) found.push([seat, text]);
    }
    const none = wanted.length > 1 && !found.length;
    if (none) return this.#part("found").replaceChildren(Object.assign(document.createElement("li"), { className: "small soft", textContent: this.words.none }));
    return this.#part("found").replaceChildren(...found.map(([seat, text]) => {
      const item = document.createElement("li");
      item.className = "editor__item";
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, dir: "auto" });
      button.dataset.seat = seat;
      item.append(button);
      return item;
    }));
  }

  async #pressed(button) {
    if (button?.dataset.seat) return this.#go(Number(button.dataset.seat));
    switch (button?.dataset.do) {
      case "nearer": this.view.zoom(1.5); break;
      case "farther": this.view.zoom(1 / 1.5); break;
      case "whole": this.view.whole(); break;
      case "none": this.#none(); break;
      case "block": case "unblock": return this.#block(button.dataset.do === "block");
      default: return undefined;
    }
    return this.map.move();
  }

  #go(seat) {
    this.map.cursor = seat;
    if (this.view.scale < NEAR) this.view.zoom(NEAR / this.view.scale);
    this.view.center(this.#plan.x[seat], this.#plan.y[seat]);
    this.map.move();
  }

  #none() {
    this.map.chosen.clear();
    this.map.repaint();
    this.#show();
  }

  async #block(blocked) {
    const seats = [...this.map.chosen].map((seat) => this.#plan.ids[seat]);
    const body = JSON.stringify({ seats, blocked, note: blocked ? this.querySelector("#sales-note").value : "" });
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    const response = await fetch(`${this.path}/seats/blocked`, { method: "PUT", headers, body }).catch(() => null);
    this.#part("problem").textContent = response?.ok ? "" : ((await response?.json().catch(() => null))?.detail ?? this.words.failed);
    if (!response?.ok) return;
    this.#change(seats, blocked ? BLOCKED : FREE);
    this.#none();
  }
}

customElements.define("nova-seatsales", NovaSeatsales);
