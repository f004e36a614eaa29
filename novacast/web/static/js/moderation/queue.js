// What waits for a moderator: messages that are held, and messages that people reported. Arrow keys walk, letters decide.
import { element, line } from "../chatlines.js";
import { badge, button, hour, lean } from "./api.js";

export class Queue {
  #lists;
  #page;
  #items = new Map(); // element -> { keys }

  /** `page`: api, ask(action), words, say(words), card(person id, kind), counted(held, reports). */
  constructor(root, page) {
    this.#page = page;
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    this.#lists = { held: part("held"), reports: part("reports"), empty: part("queue-empty"), held_head: part("held-head"), reports_head: part("reports-head"), resting: part("resting") };
    root.addEventListener("keydown", (event) => this.#key(event));
  }

  async refresh() {
    const { api, counted } = this.#page;
    const [counts, held, reports] = await Promise.all([api.get("/queues"), api.get("/held"), api.get("/reports?state=open")]);
    const here = this.#place();
    this.#items.clear();
    this.#fill("held", held.items, (one) => this.#hold(one));
    this.#fill("reports", reports.items.filter(({ message }) => message), (one) => this.#case(one));
    this.#lists.empty.hidden = held.items.length + reports.items.length > 0;
    this.#lists.resting.hidden = !counts.automatic?.resting;
    counted(counts.held, counts.reports);
    if (here >= 0) this.#focus(here);
  }

  #fill(name, items, make) {
    this.#lists[name].replaceChildren(...items.map(make));
    this.#lists[`${name}_head`].hidden = items.length === 0;
  }

  #hold({ message, reason, detail, held_at: at }) {
    const { words } = this.#page;
    const why = [badge(words.reasons[reason] ?? reason, "busy"), detail ? element("span", { class: "small", dir: "auto" }, detail) : "", hour(at)];
    return this.#one(message, why, [
      ["A", words.show, () => this.#decide("approve", message), "primary"],
      ["X", words.reject, () => this.#decide("reject", message), "danger"],
    ]);
  }

  #case({ message, count, reasons, notes, opened_at: at }) {
    const { words } = this.#page;
    const why = Object.entries(reasons).map(([reason, times]) => badge(`${words.reports[reason] ?? reason}${times > 1 ? ` × ${times}` : ""}`, "bad"));
    const said = notes.map((note) => element("span", { class: "small", dir: "auto" }, `“${note}”`));
    if (count > 1) why.push(element("span", { class: "small soft" }, words.times.replace("{n}", count)));
    return this.#one(message, [...why, hour(at), ...said], [
      ["A", words.fine, () => this.#decide("resolve", message)],
      ["X", words.remove, () => this.#decide("delete", message, true), "danger"],
    ]);
  }

  #one(message, why, acts) {
    const { words, card } = this.#page;
    const { author } = message;
    if (author.id) acts.push(["T", words.timeout, () => card(author.id, "timeout")], ["B", words.ban, () => card(author.id, "ban")]);
    const item = element("li", { class: "modcase", tabindex: -1 },
      element("div", { class: "row small" }, ...why),
      element("ul", { class: "modcase__said" }, line(lean(message), words, null, null)),
      element("div", { class: "row" }, ...acts.map(([key, text, act, kind]) => button(text, act, kind, key))));
    this.#items.set(item, Object.fromEntries(acts.map(([key, , act]) => [key.toLowerCase(), act])));
    return item;
  }

  /** The next one is under the fingers before the answer comes. */
  async #decide(type, message, resolve = false) {
    const { ask, say, words } = this.#page;
    try {
      await ask({ type, message: message.id });
      if (resolve) await ask({ type: "resolve", message: message.id });
    } catch (error) {
      say(error.message || words.lost);
    }
    await this.refresh().catch((error) => say(error.message));
  }

  #place() {
    return [...this.#items.keys()].findIndex((item) => item.contains(document.activeElement));
  }

  #focus(index) {
    const items = [...this.#items.keys()];
    (items[Math.min(index, items.length - 1)] ?? this.#lists.empty).focus();
  }

  #key(event) {
    const now = this.#place();
    const steps = { ArrowDown: now + 1, ArrowUp: now - 1 };
    const act = now >= 0 && !event.ctrlKey && !event.metaKey && !event.altKey && [...this.#items.values()][now][event.key.toLowerCase()];
    if (event.key in steps && this.#items.size) this.#focus(Math.max(0, steps[event.key]));
    else if (act) act();
    else return;
    event.preventDefault();
  }
}
