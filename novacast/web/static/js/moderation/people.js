// Who is in the room and who wrote lately, whom somebody silenced, and the card of one of them.
import { element, line } from "../chatlines.js";
import { silence } from "../chatmenu.js";
import { badge, button, hour, lean } from "./api.js";

export class People {
  #page;
  #part;
  #card;
  #person = "";

  /** `page`: api, ask(action), words, say(words). */
  constructor(root, page) {
    this.#page = page;
    this.#part = (name) => root.querySelector(`[data-part=${name}]`);
    this.#card = this.#part("card");
    this.#part("find-person").addEventListener("input", () => this.#sift());
    this.#part("silence-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#silence(event.target);
    });
    this.#part("card-close").addEventListener("click", () => this.#card.close());
  }

  async refresh() {
    const { api } = this.#page;
    const [there, sanctions, said] = await Promise.all([api.get("/people?limit=100"), api.get("/sanctions?active=true&limit=100"), api.get("/messages?limit=100")]);
    const people = new Map(there.items.map((one) => [one.id, { ...one, there: true }]));
    for (const { author } of said.items) if (author.id && !people.has(author.id)) people.set(author.id, { ...author, there: false });
    const sorted = [...people.values()].sort((a, b) => b.there - a.there || a.name.localeCompare(b.name));
    this.#part("people-list").replaceChildren(...sorted.map((one) => this.#row(one)));
    this.#part("people-empty").hidden = sorted.length > 0;
    this.#part("silenced-head").hidden = sanctions.items.length === 0;
    this.#part("silenced").replaceChildren(...sanctions.items.map((one) => this.#sanction(one)));
    this.#sift();
  }

  /** `kind`: what the form is filled with, `timeout` or `ban`; none: the card is looked at. `again`: only if it still is. */
  async show(id, kind = "", again = false) {
    const { api, words } = this.#page;
    const card = await api.get(`/people/${id}`).catch((error) => this.#page.say(error.message));
    if (!card || (again && !this.#card.open)) return;
    this.#person = id;
    this.#part("card-name").textContent = card.name;
    const facts = [words.messages.replace("{n}", card.shown), words.held_count.replace("{n}", card.held), words.deleted_count.replace("{n}", card.deleted)];
    this.#part("card-facts").textContent = [card.role && (words.roles[card.role] ?? card.role), ...facts].filter(Boolean).join(" · ");
    this.#part("card-sanctions").replaceChildren(...card.sanctions.map((one) => this.#sanction(one)));
    this.#part("card-said").replaceChildren(...card.latest.map((one) => line(lean(one), words, null, null)));
    this.#part("card-nothing").hidden = card.latest.length > 0;
    const form = this.#part("silence-form");
    form.reset();
    form.elements.seconds.value = kind === "ban" ? "" : "600";
    if (!this.#card.open) this.#card.showModal();
    if (kind) form.elements.seconds.focus();
  }

  #row(one) {
    const { words } = this.#page;
    const tags = (one.badges ?? []).map(({ kind, label }) => badge(label ?? words.badges[kind] ?? kind));
    if (one.silenced) tags.push(badge(words.silenced_tag, "bad"));
    const name = element("button", { type: "button", class: "modperson" }, element("span", { class: `modperson__dot${one.there ? " modperson__dot--there" : ""}`, title: one.there ? words.there : words.away, role: "img", "aria-label": one.there ? words.there : words.away }), element("span", { class: "grow" }, element("bdi", {}, one.name)), ...tags);
    name.addEventListener("click", () => this.show(one.id));
    return element("li", {}, name);
  }

  #sanction(one) {
    const { words } = this.#page;
    const what = [one.effect === "removed" ? words.removed : one.kind === "ban" ? words.banned : words.timed_out];
    if (one.scope === "organization") what.push(words.everywhere);
    if (one.ends_at) what.push(words.until.replace("{at}", new Date(one.ends_at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" })));
    const who = one.person?.name ?? one.marks?.find(({ range }) => range)?.range ?? "";
    const item = element("li", {}, element("span", { class: "grow" }, element("bdi", {}, who), element("br"), element("span", { class: "soft small" }, what.join(" · ")), one.reason ? element("span", { class: "small", dir: "auto" }, ` ${one.reason}`) : ""), hour(one.begins_at));
    if (!one.lifted_at && !(one.ends_at && Date.parse(one.ends_at) < Date.now())) item.append(button(words.lift, () => this.#lift(one)));
    return item;
  }

  async #lift(one) {
    await this.#do({ type: "lift", sanction: one.id });
    if (this.#card.open) await this.show(this.#person, "", true);
  }

  async #silence(form) {
    const done = await this.#do(silence(this.#person, Object.fromEntries(new FormData(form))));
    if (done) this.#card.close();
  }

  async #do(action) {
    const { ask, say, words } = this.#page;
    try {
      await ask(action);
      say("");
      await this.refresh();
      return true;
    } catch (error) {
      say(error.message || words.lost);
      this.#part("card-said-no").textContent = error.message || words.lost;
      return false;
    }
  }

  #sift() {
    const typed = this.#part("find-person").value.trim().toLocaleLowerCase();
    for (const item of this.#part("people-list").children) item.hidden = !item.textContent.toLocaleLowerCase().includes(typed);
  }
}
