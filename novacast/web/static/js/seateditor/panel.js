// Beside the canvas: a list of everything that is drawn, and the fields of what is chosen. All that the pointer does on the
// canvas can be done here by keyboard.
import { swatch } from "../seatmap/legend.js";
import { keys, listed, parse, rename, thing } from "./document.js";
import { FIELDS, value, write } from "./fields.js";

const HUES = 8;

export class Panel {
  #root;
  #words;
  #on;
  #seats = new Set();
  #shown = "";

  /** `on.doc()`, `on.plan()`, `on.selection`, `on.change(kind)`: after the document was changed. */
  constructor(root, words, on) {
    this.#root = root;
    this.#words = words;
    this.#on = on;
    this.#part("outline").addEventListener("click", (event) => this.#choose(event));
    this.#part("fields").addEventListener("change", (event) => this.#write(event.target));
    this.#part("seats").addEventListener("click", (event) => this.#chooseSeat(event));
    this.#part("seat").addEventListener("change", (event) => this.#writeSeats(event.target));
    this.#part("seat").addEventListener("click", (event) => event.target.closest("[data-do=drop-seats]") && this.#dropSeats());
    this.#part("categories").addEventListener("change", (event) => this.#writeCategory(event.target));
    this.#part("categories").addEventListener("click", (event) => this.#pressCategory(event.target.closest("button")));
  }

  #part(name) {
    return this.#root.querySelector(`[data-part=${name}]`);
  }

  show() {
    this.#outline();
    this.#fields();
    this.#categories();
  }

  get #chosen() {
    return [...this.#on.selection.chosen].filter((key) => thing(this.#on.doc(), key));
  }

  #outline() {
    const doc = this.#on.doc();
    const { chosen } = this.#on.selection;
    const list = this.#part("outline");
    const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
    list.replaceChildren(...[...keys(doc)].map((key) => {
      const one = thing(doc, key);
      const { kind } = parse(key);
      const item = document.createElement("li");
      item.className = `editor__item editor__item--${kind}`;
      const name = one.name ?? one.text ?? "";
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: `${this.#words.kinds[kind]} ${name}`.trim(), dir: "auto" });
      button.dataset.key = key;
      button.setAttribute("aria-pressed", chosen.has(key));
      item.append(button);
      return item;
    }));
    if (focused) list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #choose(event) {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) this.#on.selection.toggle(key);
    else this.#on.selection.set([key]);
  }

  /** Fields that all that is chosen has; where they differ, empty. */
  #fields() {
    const chosen = this.#chosen;
    const kinds = new Set(chosen.map((key) => parse(key).kind));
    const box = this.#part("fields");
    const shown = JSON.stringify([chosen, chosen.length < 40 ? chosen.map((key) => ({ ...thing(this.#on.doc(), key), rows: 0, tables: 0, seats: thing(this.#on.doc(), key).seats?.length })) : 0, this.#on.doc().categories]);
    this.#part("nothing").hidden = chosen.length > 0;
    this.#part("actions").hidden = !chosen.length;
    if (shown !== this.#shown || kinds.size !== 1) {
      this.#shown = shown;
      this.#seats.clear();
      const [kind] = kinds;
      const paths = kinds.size === 1 ? FIELDS[kind].filter(([path]) => this.#fits(chosen, path)) : [];
      const focused = document.activeElement?.closest?.("[data-path]")?.dataset.path;
      box.replaceChildren(...paths.map(([path, sort]) => this.#field(chosen, kind, path, sort)));
      if (focused) box.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
    }
    this.#showSeats(chosen);
  }

  #fits(chosen, path) {
    if (["name", "text", "x", "y"].includes(path)) return chosen.length === 1;
    const byCount = ["count", "aisles"].includes(path) || path.startsWith("numbering.");
    return !byCount || chosen.every((key) => !thing(this.#on.doc(), key).seats?.length);
  }

  #field(chosen, kind, path, sort) {
    const values = new Set(chosen.map((key) => String(value(thing(this.#on.doc(), key), kind, path))));
    const label = document.createElement("label");
    label.className = sort === "flag" ? "editor__field editor__field--flag" : "editor__field";
    const input = this.#input(path, sort, values.size === 1 ? [...values][0] : "");
    input.dataset.path = path;
    input.dataset.sort = sort;
    label.append(Object.assign(document.createElement("span"), { textContent: this.#words.fields[path] }), input);
    return label;
  }

  #input(path, sort, text) {
    const choices = { shape: ["rectangle", "round"], scheme: ["numbers", "letters", "split"], step: ["1", "2"] }[sort];
    if (choices || sort === "category") {
      const select = Object.assign(document.createElement("select"), { className: "input" });
      const options = choices ? choices.map((one) => [one, this.#words.choices[`${sort}_${one}`]]) : this.#categoryOptions();
      select.append(...options.map(([one, words]) => new Option(words, one, false, one === text)));
      if (!options.some(([one]) => one === text)) select.value = "";
      return select;
    }
    if (sort === "flag") return Object.assign(document.createElement("input"), { type: "checkbox", checked: text === "true" });
    const input = Object.assign(document.createElement("input"), { className: "input", value: text, type: sort === "number" ? "number" : "text" });
    if (sort === "number") input.step = 1;
    else input.maxLength = 60;
    return input;
  }

  #categoryOptions() {
    return [["", this.#words.inherited], ...(this.#on.doc().categories ?? []).map((one) => [one.name, one.name])];
  }

  #write(input) {
    const { path, sort } = input.dataset;
    const text = sort === "flag" ? input.checked : input.value;
    for (const key of this.#chosen) {
      const one = thing(this.#on.doc(), key);
      const { kind } = parse(key);
      if (path === "name" && ["section", "row", "table"].includes(kind)) rename(one, String(text).slice(0, 60));
      else write(one, kind, path, text, sort);
    }
    this.#on.change(`field ${path}`);
  }

  /** Seats one by one, of a row or table that is chosen alone. */
  #showSeats(chosen) {
    const key = chosen.length === 1 && ["row", "table"].includes(parse(chosen[0]).kind) ? chosen[0] : null;
    const line = key && this.#on.plan()?.lines[this.#on.selection.line(key)];
    this.#part("seats-box").hidden = !line?.ids.length;
    if (!line) return;
    const shown = line.numbers.map((number, place) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "seats__seat" });
      button.dataset.place = place;
      button.textContent = number + ({ w: " ♿\uFE0E", c: " +" }[line.kinds[place]] ?? "");
      button.setAttribute("aria-pressed", this.#seats.has(place));
      return button;
    });
    const focused = document.activeElement?.dataset?.place;
    this.#part("seats").replaceChildren(...shown);
    if (focused !== undefined) this.#part("seats").querySelector(`[data-place="${focused}"]`)?.focus();
    this.#part("seat").hidden = !this.#seats.size;
    const places = [...this.#seats];
    const own = thing(this.#on.doc(), key).seats ?? [];
    const same = (of) => (new Set(places.map(of)).size === 1 ? of(places[0]) : "");
    const fields = this.#part("seat");
    fields.querySelector("[data-seat=number]").value = places.length === 1 ? line.numbers[places[0]] : "";
    fields.querySelector("[data-seat=number]").disabled = places.length !== 1;
    fields.querySelector("[data-seat=kind]").value = same((place) => ({ n: "normal", w: "wheelchair", c: "companion" })[line.kinds[place]]);
    const category = fields.querySelector("[data-seat=category]");
    category.replaceChildren(...this.#categoryOptions().map(([one, words]) => new Option(words, one)));
    category.value = same((place) => own[place]?.category ?? "");
    fields.querySelector("[data-seat=aisle]").checked = places.every((place) => own[place]?.aisle ?? (place > 0 && line.places[place] > line.places[place - 1] + 1));
  }

  #chooseSeat(event) {
    const place = Number(event.target.closest("[data-place]")?.dataset.place ?? -1);
    if (place < 0) return;
    if (!this.#seats.delete(place)) this.#seats.add(place);
    this.#showSeats(this.#chosen);
  }

  #each(act) {
    const [key] = this.#chosen;
    const line = this.#on.plan().lines[this.#on.selection.line(key)];
    const seats = listed(thing(this.#on.doc(), key), line);
    for (const place of this.#seats) if (seats[place]) act(seats[place], line.ids[place]);
    const kept = new Set(this.#seats);
    this.#on.change("seat");
    this.#seats = kept;
    this.#showSeats(this.#chosen);
  }

  #writeSeats(input) {
    const text = input.value;
    this.#each((seat, id) => {
      switch (input.dataset.seat) {
        case "number":
          // The seat stays the one it is, whatever its number.
          seat.id ??= id;
          seat.number = text.trim().slice(0, 10) || seat.number;
          break;
        case "kind": seat.kind = text; break;
        case "category": if (text) seat.category = text; else delete seat.category; break;
        default: seat.aisle = input.checked;
      }
    });
  }

  #dropSeats() {
    const [key] = this.#chosen;
    const one = thing(this.#on.doc(), key);
    const seats = listed(one, this.#on.plan().lines[this.#on.selection.line(key)]);
    one.seats = seats.filter((_, place) => !this.#seats.has(place));
    this.#seats.clear();
    this.#on.change();
  }

  #categories() {
    const categories = this.#on.doc().categories ?? [];
    const box = this.#part("categories");
    const shown = JSON.stringify(categories);
    if (box.dataset.shown === shown) return;
    box.dataset.shown = shown;
    box.replaceChildren(...categories.map(({ name, hue }, number) => {
      const item = document.createElement("li");
      item.className = "editor__category";
      const text = Object.assign(document.createElement("input"), { className: "input", value: name, maxLength: 60 });
      text.setAttribute("aria-label", this.#words.category);
      text.dataset.category = number;
      const next = Object.assign(document.createElement("button"), { type: "button", className: "button button--icon button--quiet" });
      next.append(swatch(hue ?? 0));
      next.setAttribute("aria-label", this.#words.colour.replace("{name}", name));
      next.dataset.hue = number;
      const off = Object.assign(document.createElement("button"), { type: "button", className: "hall__off", textContent: "×" });
      off.setAttribute("aria-label", this.#words.remove.replace("{name}", name));
      off.dataset.off = number;
      item.append(next, text, off);
      return item;
    }));
  }

  #writeCategory(input) {
    const doc = this.#on.doc();
    const one = doc.categories[Number(input.dataset.category)];
    const name = input.value.trim();
    if (!one || !name || doc.categories.some((other) => other !== one && other.name === name)) return this.show();
    const before = one.name;
    one.name = name;
    for (const each of everything(doc)) if (each.category === before) each.category = name;
    this.#on.change();
  }

  #pressCategory(button) {
    const { categories } = this.#on.doc();
    if (button?.dataset.hue !== undefined) {
      const one = categories[Number(button.dataset.hue)];
      one.hue = ((one.hue ?? 0) + 1) % HUES;
      this.#on.change("hue");
      this.#part("categories").querySelector(`[data-hue="${button.dataset.hue}"]`)?.focus();
    } else if (button?.dataset.off !== undefined) {
      const [gone] = categories.splice(Number(button.dataset.off), 1);
      for (const each of everything(this.#on.doc())) if (each.category === gone.name) delete each.category;
      this.#on.change();
    }
  }
}

/** All that can be of a category. */
function* everything(doc) {
  for (const key of keys(doc)) {
    const one = thing(doc, key);
    yield one;
    yield* one.seats ?? [];
  }
}
