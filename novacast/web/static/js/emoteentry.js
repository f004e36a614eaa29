// Emotes where one writes: a list while `:na` is typed, and a field to find one in behind a button.
import { Picker } from "./picker.js";

const TYPED = /(?:^|[\s(])(:([a-z0-9_]{1,32}))$/i;
const MOST_LISTED = 6;

export class EmoteEntry {
  #text;
  #button;
  #panel;
  #find;
  #none;
  #said;
  #words;
  #emotes;
  #list;
  #grid;

  /** `part(name)` finds the parts that templates/chat/panel.html writes. */
  constructor(part, words, emotes) {
    [this.#text, this.#button, this.#panel, this.#find, this.#none, this.#said] = ["text", "emotes", "picker", "find", "none", "found"].map(part);
    this.#words = words;
    this.#emotes = emotes;
    this.#list = new Picker(this.#text, part("complete"), emotes, (name) => this.#complete(name));
    this.#grid = new Picker(this.#find, part("grid"), emotes, (name) => this.#insert(name));
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("blur", () => this.#list.hide());
    this.#find.addEventListener("input", () => this.#look());
    this.#button.addEventListener("click", () => this.#toggle(this.#panel.hidden));
    this.#panel.addEventListener("keydown", (event) => this.#key(event));
    this.#panel.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.#panel.contains(relatedTarget) && relatedTarget !== this.#button) this.#toggle(false);
    });
  }

  /** There are others now. */
  refresh() {
    this.#button.hidden = this.#emotes.names.length === 0;
    if (!this.#panel.hidden) this.#look();
  }

  /** Whether a key in the text was for the list. */
  key(event) {
    if (event.key === "Escape" && this.#list.open) {
      this.#list.hide();
      return true;
    }
    return this.#list.key(event);
  }

  #typed() {
    const typed = this.#before()?.[2].toLowerCase();
    const found = typed ? this.#emotes.like(typed, MOST_LISTED) : [];
    this.#list.show(found, true);
    this.#said.textContent = found.length ? this.#words.found.replace("{n}", found.length) : "";
  }

  #before() {
    const { selectionStart: at, selectionEnd: end, value } = this.#text;
    return at === end ? TYPED.exec(value.slice(0, at)) : null;
  }

  #complete(name) {
    const typed = this.#before()?.[1] ?? "";
    this.#put(`:${name}: `, this.#text.selectionStart - typed.length);
    this.#list.hide();
  }

  #insert(name) {
    const before = this.#text.value.slice(0, this.#text.selectionStart);
    this.#put(`${before && !/\s$/.test(before) ? " " : ""}:${name}: `, this.#text.selectionStart);
    this.#toggle(false);
  }

  #put(words, from) {
    const after = this.#text.value.length - (this.#text.selectionEnd - from) + words.length;
    if (after > this.#text.maxLength) return;
    this.#text.focus();
    this.#text.setRangeText(words, from, this.#text.selectionEnd, "end");
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #toggle(open) {
    this.#panel.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
    if (!open) return this.#grid.hide();
    this.#find.value = "";
    this.#look();
    this.#find.focus();
  }

  #look() {
    const found = this.#emotes.like(this.#find.value.trim().toLowerCase().replaceAll(":", ""));
    this.#grid.show(found, Boolean(this.#find.value));
    this.#none.hidden = found.length > 0;
  }

  #key(event) {
    if (event.key === "Escape") {
      this.#toggle(false);
      this.#text.focus();
    } else if (event.key === "Enter" && !this.#grid.key(event)) event.preventDefault();
    else if (event.key !== "Enter") this.#grid.key(event);
  }
}
