// How the room is run: slow mode, who writes, links, announcements, polls, words that are not said.
import { element } from "../chatlines.js";
import { badge, button } from "./api.js";

export class Settings {
  #root;
  #page;

  /** `page`: api, ask(action), words, say(words). */
  constructor(root, page) {
    this.#root = root;
    this.#page = page;
    this.#part("slow").addEventListener("change", ({ target }) => this.#ask({ type: "slow", seconds: Number(target.value) }));
    for (const name of ["who", "links"]) this.#part(name).addEventListener("change", ({ target }) => this.#rule(name, target.value));
    for (const name of ["verified_mail", "min_account_minutes"]) this.#part(name).addEventListener("change", ({ target }) => this.#rule(name, target.type === "checkbox" ? target.checked : Number(target.value)));
    this.#form("announce", ({ text }) => ({ type: "announce", text }));
    this.#form("poll", ({ question, options, seconds }) => ({
      type: "ask", question, options: options.split("\n").map((one) => one.trim()).filter(Boolean), ...(seconds ? { seconds: Number(seconds) } : {}),
    }));
    this.#part("close-poll").addEventListener("click", () => this.#ask({ type: "close_poll" }));
    this.#part("unpin").addEventListener("click", () => this.#ask({ type: "pin", message: null }));
    this.#part("word-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const { pattern, action } = Object.fromEntries(new FormData(event.target));
      this.#try(async () => {
        await page.api.send("POST", "/words", { pattern, action });
        event.target.reset();
        await this.#words();
      });
    });
  }

  async refresh() {
    const rules = await this.#page.api.get("/rules");
    for (const name of ["who", "links", "min_account_minutes"]) pick(this.#part(name), rules[name]);
    this.#part("verified_mail").checked = rules.verified_mail;
    await this.#words();
  }

  /** The room as the WebSocket tells of it. */
  set({ slow_seconds: slow, who = "everyone", links = "allowed", pinned, poll }) {
    pick(this.#part("slow"), slow);
    pick(this.#part("who"), who);
    pick(this.#part("links"), links);
    this.#part("unpin").hidden = !pinned;
    this.#part("close-poll").hidden = !poll || Boolean(poll.poll?.closed_at);
  }

  #part(name) {
    return this.#root.querySelector(`[data-part=${name}]`);
  }

  #form(name, action) {
    this.#part(name).addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await this.#ask(action(Object.fromEntries(new FormData(event.target))))) event.target.reset();
    });
  }

  #rule(name, value) {
    return this.#try(() => this.#page.api.send("PATCH", "/rules", { [name]: value }));
  }

  #ask(action) {
    return this.#try(() => this.#page.ask(action));
  }

  async #try(act) {
    const { say, words } = this.#page;
    try {
      await act();
      say(words.done);
      return true;
    } catch (error) {
      say(error.message || words.lost);
      return false;
    }
  }

  async #words() {
    const { api, words } = this.#page;
    const { items } = await api.get("/words?limit=100");
    this.#part("words-list").replaceChildren(...items.map((one) => {
      const item = element("li", {}, element("span", { class: "grow mono", dir: "auto" }, one.pattern), badge(words.word_actions[one.action] ?? one.action));
      if (one.scope === "organization") item.append(element("span", { class: "soft small" }, words.everywhere));
      else item.append(button(words.remove_word, () => this.#try(async () => {
        await api.send("DELETE", `/words/${one.id}`);
        await this.#words();
      }), "quiet"));
      return item;
    }));
  }
}

/** A value that is none of those offered becomes one. */
function pick(select, value) {
  const wanted = String(value);
  if (![...select.options].some((one) => one.value === wanted)) select.append(element("option", { value: wanted }, wanted));
  select.value = wanted;
}
