// <nova-seateditor map="ID"> of templates/tickets/seat_map.html: draws a seat map. The document is changed here, the server draws
// it; what is dragged is shown moved at once and drawn properly when it is let go.
import { HallCanvas } from "./seatmap/canvas.js";
import { coloursOf, onColours } from "./seatmap/colours.js";
import { follow } from "./seatmap/gestures.js";
import { FREE, Plan } from "./seatmap/plan.js";
import { View } from "./seatmap/view.js";
import { duplicate, move, parse, remove, thing, turn } from "./seateditor/document.js";
import { History } from "./seateditor/history.js";
import { Panel } from "./seateditor/panel.js";
import { Pointer } from "./seateditor/pointer.js";
import { Publishing } from "./seateditor/publishing.js";
import { Saving, ask, download } from "./seateditor/saving.js";
import { Selection } from "./seateditor/selection.js";
import { TOOLS } from "./seateditor/tools.js";

const SKETCH_MS = 60;
const STEP = 10;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class NovaSeateditor extends HTMLElement {
  #ends = new AbortController();
  #doc = null;
  #name = "";
  #base = 1;
  #plan = null;
  #history = null;
  #timer = 0;
  #turn = 0; // counts sketches: one that was overtaken is thrown away
  #first = true;

  connectedCallback() {
    if (this.#doc) return;
    const read = (part) => JSON.parse(this.querySelector(`script[data-part=${part}]`).textContent);
    this.words = read("words");
    const { name, base, document: drawn } = read("opened");
    this.#open({ name, base, document: drawn });
    this.#build(this.#ends.signal);
    const kept = this.saving.found();
    if (kept && JSON.stringify(kept.document) !== JSON.stringify(drawn)) this.#offer(kept);
    this.#sketch();
  }

  disconnectedCallback() {
    this.#ends.abort();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #open({ name, base, document: drawn }) {
    this.#doc = { sections: [], areas: [], signs: [], categories: [], stage: null, ...structuredClone(drawn), format: 2 };
    this.#name = name;
    this.#base = base;
    this.#part("name").value = name;
  }

  #build(signal) {
    const canvas = this.#part("map");
    this.view = new View();
    this.map = new HallCanvas(canvas, this.view, coloursOf(this));
    this.selection = new Selection(() => this.#chosen());
    this.saving = new Saving(this.getAttribute("map"), this.words, (text) => { this.#part("saved").textContent = text; });
    this.panel = new Panel(this.#part("panel"), this.words, { doc: () => this.#doc, plan: () => this.#plan, selection: this.selection, change: (kind) => this.#changed(kind) });
    this.publishing = new Publishing(this.#part("publishing"), this.getAttribute("map"), this.words, { state: () => this.#state(), published: (version) => this.#published(version) });
    this.map.over = (context) => this.#over(context);
    this.pointer = new Pointer(this.map, this.view, this.selection, { doc: () => this.#doc, plan: () => this.#plan, snaps: () => this.#part("snap").checked,
      make: (from, to) => this.#make(from, to), moved: (dx, dy) => this.#moved(dx, dy) });
    follow(canvas, this.view, { tap: (x, y, event) => this.pointer.tap(x, y, event), moved: () => this.map.move(), drag: (x, y, event) => this.pointer.drag(x, y, event) }, signal);
    new ResizeObserver(() => this.map.resize()).observe(canvas);
    onColours(() => {
      this.map.colours = coloursOf(this);
      this.map.repaint();
    }, signal);
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-do], [data-tool]")), { signal });
    this.#part("name").addEventListener("change", (event) => {
      this.#name = event.target.value.trim() || this.#name;
      this.#changed("rename");
    }, { signal });
    this.#part("file").addEventListener("change", (event) => this.#import(event.target), { signal });
  }

  #state() {
    return { name: this.#name, base: this.#base, document: this.#doc };
  }

  /** Work that was not saved when this page was left. */
  #offer(kept) {
    const box = this.#part("kept");
    box.hidden = false;
    box.querySelector("[data-do=take-kept]").onclick = () => {
      box.hidden = true;
      this.#open(kept);
      this.#changed();
    };
    box.querySelector("[data-do=drop-kept]").onclick = () => {
      box.hidden = true;
      this.saving.forget();
    };
  }

  #changed(kind = "") {
    this.#history?.add(JSON.stringify(this.#doc), kind);
    this.saving.keep(this.#state());
    this.panel.show();
    this.#buttons();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sketch(), SKETCH_MS);
  }

  #buttons() {
    this.querySelector("[data-do=undo]").disabled = !this.#history?.canUndo;
    this.querySelector("[data-do=redo]").disabled = !this.#history?.canRedo;
  }

  async #sketch() {
    const mine = ++this.#turn;
    const { ok, found } = await ask("POST", "/api/v1/seat-map-sketches", { document: this.#doc }).catch(() => ({}));
    if (mine !== this.#turn) return;
    const problem = this.#part("problem");
    problem.hidden = Boolean(ok);
    if (!ok) {
      problem.textContent = found?.detail ?? this.words.failed;
      return;
    }
    if (this.#first) {
      // With places for what had none, so that moving one thing moves no other.
      this.#doc = { ...this.#doc, ...found.document, stage: found.document.stage ?? null };
      this.#history = new History(JSON.stringify(this.#doc));
      this.#buttons();
    }
    this.selection.read(this.#doc);
    const { x, y, scale } = this.view;
    const old = this.#plan;
    this.#plan = new Plan(found.hall);
    this.#plan.states.fill(FREE);
    this.map.resize();
    this.map.plan = this.#plan;
    // A hall that grew is looked at as before.
    if (!this.#first && old) {
      this.view.zoom(scale / this.view.scale, 0, 0);
      this.view.pan(x - this.view.x, y - this.view.y);
    }
    this.#first = false;
    this.map.repaint();
    this.panel.show();
    this.#part("count").textContent = this.words.count.replace("{n}", this.#plan.count);
    this.dataset.drawn = mine;
  }

  #chosen() {
    this.map.move();
    this.panel.show();
  }

  #over(context) {
    if (!this.#plan) return;
    this.selection.draw(context, this.#plan, this.view, this.map.colours.focus);
    this.pointer.draw(context);
  }

  #make(from, to) {
    const [first] = this.selection.chosen;
    const section = first && ["section", "row", "table"].includes(parse(first).kind) ? parse(first).at[0] : -1;
    const key = TOOLS[this.pointer.tool](this.#doc, from, to, section);
    this.#use("select");
    this.#changed();
    this.selection.read(this.#doc);
    this.selection.set([key]);
  }

  #moved(dx, dy) {
    move(this.#doc, this.selection.chosen, dx, dy);
    this.#changed();
  }

  #key(event) {
    const writing = event.target.matches("input, select, textarea");
    const command = event.ctrlKey || event.metaKey;
    if (command && !writing && this.#command(event.key.toLowerCase(), event.shiftKey)) return event.preventDefault();
    if (writing || command || event.altKey || event.target !== this.#part("map")) return undefined;
    const way = ARROWS[event.key];
    const { chosen } = this.selection;
    if (way && chosen.size) {
      const step = event.shiftKey ? 100 : this.#part("snap").checked ? STEP : 1;
      move(this.#doc, chosen, way[0] * step, way[1] * step);
      this.#changed("move");
    } else if (way) {
      this.view.pan(-way[0] * 60, -way[1] * 60);
      this.map.move();
    } else if (event.key === "[" || event.key === "]") this.#turned(event.key === "]" ? 5 : -5);
    else if (event.key === "Delete" || event.key === "Backspace") this.#remove();
    else if (event.key === "Escape") {
      this.#use("select");
      this.selection.set([]);
    } else if (event.key === "+" || event.key === "-") {
      this.view.zoom(event.key === "+" ? 1.4 : 1 / 1.4);
      this.map.move();
    } else if (event.key === "0") {
      this.view.whole();
      this.map.move();
    } else return undefined;
    return event.preventDefault();
  }

  #command(key, shift) {
    switch (key) {
      case "z": this.#go(shift ? this.#history.redo() : this.#history.undo()); return true;
      case "y": this.#go(this.#history.redo()); return true;
      case "a": this.selection.set(this.selection.lines); return true;
      case "d": this.#duplicate(); return true;
      default: return false;
    }
  }

  #go(state) {
    if (state === null) return;
    this.#doc = JSON.parse(state);
    this.selection.chosen = new Set([...this.selection.chosen].filter((key) => thing(this.#doc, key)));
    this.#changed();
  }

  #turned(degrees) {
    turn(this.#doc, this.selection.chosen, degrees);
    this.#changed("turn");
  }

  #remove() {
    if (!this.selection.chosen.size) return;
    remove(this.#doc, this.selection.chosen);
    this.selection.chosen = new Set();
    this.#changed();
  }

  #duplicate() {
    const made = duplicate(this.#doc, this.selection.chosen);
    if (!made.size) return;
    this.#changed();
    this.selection.read(this.#doc);
    this.selection.set(made);
  }

  #use(tool) {
    this.pointer.tool = tool;
    for (const one of this.querySelectorAll("[data-tool]")) one.setAttribute("aria-pressed", one.dataset.tool === tool);
    this.#part("map").classList.toggle("editor__map--draws", tool !== "select");
    this.#part("map").classList.toggle("hall__map--near", true);
  }

  #pressed(button) {
    if (!button) return;
    if (button.dataset.tool) return this.#pick(button.dataset.tool);
    const acts = {
      undo: () => this.#go(this.#history.undo()), redo: () => this.#go(this.#history.redo()),
      nearer: () => this.view.zoom(1.5), farther: () => this.view.zoom(1 / 1.5), whole: () => this.view.whole(),
      left: () => this.#turned(-5), right: () => this.#turned(5), copy: () => this.#duplicate(), remove: () => this.#remove(),
      category: () => this.#addCategory(), export: () => download(`${this.#name}.json`, "application/json", JSON.stringify({ name: this.#name, ...this.#doc }, null, 1)),
      publish: () => this.#publish(), discard: () => this.#discard(),
    };
    acts[button.dataset.do]?.();
    this.map.move();
  }

  /** By keyboard, pressed twice: it is put into the middle of what is seen. */
  #pick(tool) {
    if (tool !== "select" && this.pointer.tool === tool) {
      const at = this.pointer.point(this.view.width / 2, this.view.height / 2);
      return this.#make(at, at);
    }
    return this.#use(tool);
  }

  #addCategory() {
    const used = this.#doc.categories.map((one) => one.name);
    let number = used.length + 1;
    while (used.includes(`${this.words.category} ${number}`)) number += 1;
    this.#doc.categories.push({ name: `${this.words.category} ${number}`, hue: used.length % 8 });
    this.#changed();
  }

  async #publish() {
    await this.saving.flush();
    await this.publishing.open();
  }

  #published(version) {
    this.saving.forget();
    this.#base = version;
    this.#part("version").textContent = this.words.version.replace("{n}", version);
    this.#part("saved").textContent = this.words.published;
  }

  async #discard() {
    this.saving.forget();
    await fetch(`/api/v1/seat-maps/${this.getAttribute("map")}/draft`, { method: "DELETE" });
    location.reload();
  }

  /** JSON as it is exported here, or a table of seats. */
  async #import(input) {
    const [file] = input.files;
    if (!file) return;
    const text = await file.text();
    input.value = "";
    let body = { csv: text };
    try {
      const { name: _name, map: _map, base: _base, ...drawn } = JSON.parse(text);
      body = { document: drawn };
    } catch { /* a table, then */ }
    const { ok, found } = await ask("POST", "/api/v1/seat-map-sketches", body).catch(() => ({}));
    this.#part("problem").hidden = Boolean(ok);
    if (!ok) {
      this.#part("problem").textContent = found?.errors?.[0]?.message ?? found?.detail ?? this.words.failed;
      return;
    }
    this.#open({ ...this.#state(), document: found.document });
    this.selection.set([]);
    this.#changed();
  }
}

customElements.define("nova-seateditor", NovaSeateditor);
