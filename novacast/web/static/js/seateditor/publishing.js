// Publishing: first what the new version would do to each performance, then to which it goes. One that would lose a seat that
// somebody has can't be chosen; the server refuses it as well.
import { ask } from "./saving.js";

export class Publishing {
  #dialog;
  #map;
  #words;
  #on;
  #key = "";

  /** `on.state()`: {name, base, document}; `on.published(version)`. */
  constructor(dialog, map, words, on) {
    this.#dialog = dialog;
    this.#map = map;
    this.#words = words;
    this.#on = on;
    dialog.querySelector("[data-do=publish-now]").addEventListener("click", () => this.#publish());
    dialog.querySelector("[data-do=cancel]").addEventListener("click", () => dialog.hidePopover());
  }

  #part(name) {
    return this.#dialog.querySelector(`[data-part=${name}]`);
  }

  get #path() {
    return `/api/v1/seat-maps/${this.#map}/publication`;
  }

  #body(more) {
    const { document: drawn, ...rest } = this.#on.state();
    return { ...drawn, ...rest, ...more };
  }

  async open() {
    const { ok, found } = await ask("POST", this.#path, this.#body({ only_look: true }));
    this.#key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.#part("refusal").textContent = ok ? "" : (found?.detail ?? this.#words.failed);
    this.#part("effects").replaceChildren(...(ok ? found.effects.map((one) => this.#effect(one)) : []));
    this.#part("unused").hidden = !ok || found.effects.length > 0;
    this.#dialog.querySelector("[data-do=publish-now]").disabled = !ok;
    this.#dialog.showPopover();
  }

  #effect({ performance, event, starts_at, difference }) {
    const item = document.createElement("li");
    item.className = "stack stack--small";
    const label = document.createElement("label");
    label.className = "choice";
    const lost = difference.lost.length > 0;
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: performance, checked: !lost, disabled: lost });
    const when = new Date(starts_at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    label.append(box, Object.assign(document.createElement("span"), { textContent: `${event} · ${when}`, dir: "auto" }));
    item.append(label);
    const lines = ["added", "removed", "changed", "touched", "lost"].filter((one) => difference[one].length)
      .map((one) => this.#line(one, difference[one]));
    item.append(...(lines.length ? lines : [Object.assign(document.createElement("p"), { className: "small soft", textContent: this.#words.same })]));
    return item;
  }

  #line(kind, ids) {
    const some = ids.slice(0, 12).join(", ") + (ids.length > 12 ? " …" : "");
    const line = Object.assign(document.createElement("p"), { className: kind === "lost" ? "field__error" : "small" });
    line.textContent = `${this.#words[kind === "changed" ? "different" : kind].replace("{n}", ids.length)} ${some}`;
    return line;
  }

  async #publish() {
    const performances = [...this.#part("effects").querySelectorAll("input:checked")].map((one) => one.value);
    const button = this.#dialog.querySelector("[data-do=publish-now]");
    button.disabled = true;
    const { ok, found } = await ask("POST", this.#path, this.#body({ performances }), this.#key);
    button.disabled = false;
    if (!ok) {
      this.#part("refusal").textContent = found?.detail ?? this.#words.failed;
      return;
    }
    this.#dialog.hidePopover();
    this.#on.published(found.version);
  }
}
