// What the colours and shapes mean, and what seats of each category cost; pressed, one stands out on the map.
import { shapeOf } from "./shapes.js";

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  circle: "M10 1.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17z",
  square: "M2.5 2.5h15v15h-15z",
  diamond: "M10 .8 19.2 10 10 19.2.8 10z",
  hexagon: "M10 1l7.8 4.5v9L10 19l-7.8-4.5v-9z",
};

export class Legend {
  #root;
  #words;
  #on;
  #shown = "";
  #only = -1;

  /** `only(category)`: this one stands out; -1: none does. */
  constructor(root, words, only) {
    this.#root = root;
    this.#words = words;
    this.#on = only;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      this.#only = Number(button.dataset.category) === this.#only ? -1 : Number(button.dataset.category);
      for (const one of root.querySelectorAll("button")) one.setAttribute("aria-pressed", Number(one.dataset.category) === this.#only);
      only(this.#only);
    });
  }

  show(plan, items, money) {
    const used = new Set(plan.category);
    const entries = plan.hall.categories.map((category, number) => ({ category, number, price: this.#price(items, category.name, money) }))
      .filter(({ number }) => used.has(number));
    const text = JSON.stringify(entries);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#root.replaceChildren(...entries.map((one) => this.#entry(one)));
    this.#options(entries);
  }

  #price(items, name, money) {
    const amounts = items.map((item) => item.prices[name]).filter((one) => one !== undefined);
    if (!amounts.length) return "";
    const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
    return least === most ? money(least) : `${money(least)} – ${money(most)}`;
  }

  #entry({ category, number, price }) {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "hall__category" });
    button.dataset.category = number;
    button.setAttribute("aria-pressed", number === this.#only);
    const words = Object.assign(document.createElement("span"), { textContent: category.name || this.#words.seats, dir: "auto" });
    button.append(swatch(category.hue), words, Object.assign(document.createElement("span"), { className: "soft", textContent: price }));
    item.append(button);
    return item;
  }

  #options(entries) {
    const select = this.#root.getRootNode().querySelector("nova-seatmap [data-part=category]");
    if (!select) return;
    const chosen = select.value;
    const options = entries.map(({ category, price }) => new Option(`${category.name || this.#words.seats} ${price}`.trim(), category.name));
    select.replaceChildren(new Option(this.#words.any, "*"), ...options);
    if ([...select.options].some((one) => one.value === chosen)) select.value = chosen;
    select.closest(".field").hidden = entries.length < 2;
  }
}

export function swatch(hue) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 20 20");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", `hall__swatch hall__hue--${hue}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[shapeOf(hue)]);
  picture.append(path);
  return picture;
}
