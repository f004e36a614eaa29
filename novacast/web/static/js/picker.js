// A field and a list of emotes that it chooses from, by keyboard, finger and screen reader: the focus stays in the field, which says
// what is chosen (aria-activedescendant).
import { element } from "./chatlines.js";

let count = 0;

export class Picker {
  #field;
  #list;
  #emotes;
  #pick;
  #now = -1;

  /** `list`: an empty element; `pick(name)` is called with what was chosen. */
  constructor(field, list, emotes, pick) {
    this.#field = field;
    this.#list = list;
    this.#emotes = emotes;
    this.#pick = pick;
    list.role = "listbox";
    list.id ||= `emotes-${(count += 1)}`;
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-autocomplete", "list");
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus, and a phone its keyboard
    list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.#take(option);
    });
  }

  get open() {
    return !this.#list.hidden;
  }

  /** Shows these names; none: nothing. `first`: whether the first is chosen already. */
  show(names, first = false) {
    const options = names.map((name) => {
      const image = this.#emotes.draw(name);
      if (image) image.alt = ""; // the words beside it say it
      const option = element("li", { role: "option", id: `${this.#list.id}-${name}`, "aria-selected": "false", "aria-label": `:${name}:` }, image ?? "", element("span", {}, `:${name}:`));
      option.dataset.name = name;
      return option;
    });
    this.#list.replaceChildren(...options);
    this.#list.hidden = names.length === 0;
    this.#choose(first && names.length ? 0 : -1);
  }

  hide() {
    this.show([]);
  }

  /** Whether the key was for the list. */
  key(event) {
    const { children } = this.#list;
    if (!this.open || event.isComposing) return false;
    const across = this.#across();
    const steps = { ArrowDown: across, ArrowUp: -across, ...(across > 1 && this.#now >= 0 ? { ArrowRight: 1, ArrowLeft: -1 } : {}) };
    if (event.key in steps) {
      const to = this.#now < 0 ? (steps[event.key] > 0 ? 0 : children.length - 1) : this.#now + steps[event.key];
      if (to >= 0 && to < children.length) this.#choose(to);
      else if (across === 1) this.#choose((to + children.length) % children.length);
    } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && this.#now >= 0) this.#take(children[this.#now]);
    else return false;
    event.preventDefault();
    return true;
  }

  /** How many are beside each other. */
  #across() {
    const [first, ...others] = this.#list.children;
    const beside = others.findIndex((one) => one.offsetTop > first.offsetTop);
    return beside < 0 ? (others.length && others[0].offsetTop === first.offsetTop ? others.length + 1 : 1) : beside + 1;
  }

  #choose(index) {
    this.#list.children[this.#now]?.setAttribute("aria-selected", "false");
    this.#now = index;
    const option = this.#list.children[index];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#field.setAttribute("aria-activedescendant", option.id);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #take(option) {
    this.#pick(option.dataset.name);
  }
}
