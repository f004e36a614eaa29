// Who did what, latest first, and the way back.
import { element } from "../chatlines.js";
import { button, hour } from "./api.js";

export class Log {
  #page;
  #list;
  #more;
  #next = null;

  /** `page`: api, words, say(words). */
  constructor(root, page) {
    this.#page = page;
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    [this.#list, this.#more] = [part("log-list"), part("log-more")];
    this.#more.addEventListener("click", () => this.#load(this.#next).catch((error) => page.say(error.message)));
  }

  async refresh() {
    await this.#load(null);
  }

  async #load(cursor) {
    const query = new URLSearchParams({ limit: 50, ...(cursor ? { cursor } : {}) });
    const { items, next } = await this.#page.api.get(`/log?${query}`);
    const rows = items.map((one) => this.#row(one));
    if (cursor) this.#list.append(...rows);
    else this.#list.replaceChildren(...rows);
    this.#next = next;
    this.#more.hidden = !next;
  }

  #row(one) {
    const { words } = this.#page;
    const said = told(one.detail);
    const what = element("span", { class: "grow" }, element("bdi", {}, one.actor_name ?? words.nobody), ": ", words.actions[one.action] ?? one.action,
      ...(one.person_name ? [" · ", element("bdi", {}, one.person_name)] : []),
      ...(said ? [element("br"), element("span", { class: "soft small", dir: "auto" }, said.slice(0, 160))] : []));
    const item = element("li", {}, hour(one.at), what);
    if (one.undone_by) item.append(element("span", { class: "soft small" }, words.undone));
    else if (one.can_undo) item.append(button(words.undo, () => this.#undo(one)));
    return item;
  }

  async #undo(one) {
    const { api, say } = this.#page;
    try {
      await api.send("PUT", `/log/${one.id}/undone`);
      await this.refresh();
    } catch (error) {
      say(error.message);
    }
  }
}

/** What an entry was about, as far as there are words for it: a text, a listed word, or what was set. */
function told({ text, before, after, reason, slow_seconds: slow }) {
  const words = [text, before, reason, after?.pattern, before?.pattern].find((one) => one && typeof one === "string");
  if (words) return words;
  if (slow !== undefined) return `${slow} s`;
  return Object.entries(after ?? {}).map(([name, value]) => `${name}: ${value ?? "–"}`).join(", ");
}
