// <nova-moderation room> around what templates/chat/moderate.html writes: the room beside what waits for a moderator. The room's own
// connection tells what is new; lists are read again then, at most once in AGAIN_MS.
import { Api } from "./moderation/api.js";
import { Log } from "./moderation/log.js";
import { People } from "./moderation/people.js";
import { Queue } from "./moderation/queue.js";
import { Settings } from "./moderation/settings.js";

const AGAIN_MS = 400;
const SAID_MS = 8000;

class NovaModeration extends HTMLElement {
  #parts = {};
  #shown = "queue";
  #timer = 0;
  #saying = 0;
  #title = document.title;
  #sizes = null;
  #wanted = new Set();

  async connectedCallback() {
    await customElements.whenDefined("nova-chat");
    const chat = this.querySelector("nova-chat");
    const words = { ...JSON.parse(chat.querySelector("[data-part=words]").textContent), ...JSON.parse(this.#part("moderation-words").textContent), emote: (name) => chat.emote(name) };
    const page = {
      api: new Api(this.getAttribute("room")),
      ask: (action) => chat.ask(action),
      say: (text) => this.#say(text),
      card: (id, kind) => this.#parts.people.show(id, kind),
      counted: (held, reports) => this.#count(held, reports),
      words,
    };
    this.#parts = { queue: new Queue(this.#panel("queue"), page), people: new People(this, page), log: new Log(this.#panel("log"), page), room: new Settings(this.#panel("room"), page) };
    chat.addEventListener("welcome", () => this.#soon(["queue", this.#shown]));
    chat.addEventListener("room", () => this.#parts.room.set(chat.room));
    if (chat.room) this.#parts.room.set(chat.room);
    chat.addEventListener("moderation", ({ detail }) => {
      this.#count(detail.held, detail.reports);
      this.#soon(["queue", this.#shown]);
    });
    for (const tab of this.querySelectorAll("[role=tab]")) {
      tab.addEventListener("click", () => this.#show(tab.dataset.shows));
      tab.addEventListener("keydown", (event) => this.#step(event));
    }
    this.#show(this.#shown);
    this.#soon(["queue"]);
    // Where there is room for it the chat is no tab.
    this.#sizes = new ResizeObserver(() => { if (this.#shown === "chat" && !this.querySelector("[data-shows=chat]").offsetParent) this.#show("queue"); });
    this.#sizes.observe(this);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#sizes?.disconnect();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #panel(name) {
    return this.querySelector(`#moderation-${name}`);
  }

  #show(name) {
    this.#shown = name;
    this.dataset.shows = name;
    for (const tab of this.querySelectorAll("[role=tab]")) {
      const on = tab.dataset.shows === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = this.#panel(tab.dataset.shows);
      if (tab.dataset.shows !== "chat") panel.hidden = !on;
      if (on) tab.scrollIntoView({ inline: "nearest", block: "nearest" });
    }
    this.#soon([name]);
  }

  #step(event) {
    const tabs = [...this.querySelectorAll("[role=tab]")].filter((tab) => tab.offsetParent);
    const now = tabs.indexOf(event.target);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    this.#show(tab.dataset.shows);
    tab.focus();
  }

  #soon(names) {
    for (const name of names) if (this.#parts[name]) this.#wanted.add(name);
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      for (const name of this.#wanted) this.#parts[name].refresh().catch((error) => this.#say(error.message));
      this.#wanted.clear();
    }, AGAIN_MS);
  }

  #count(held = 0, reports = 0) {
    const sum = held + reports;
    const shown = this.#part("count");
    shown.textContent = sum ? sum.toLocaleString(document.documentElement.lang) : "";
    document.title = sum ? `(${sum}) ${this.#title}` : this.#title;
  }

  #say(text) {
    clearTimeout(this.#saying);
    const note = this.#part("said");
    note.textContent = text;
    note.hidden = !text;
    if (text) this.#saying = setTimeout(() => this.#say(""), SAID_MS);
  }
}

customElements.define("nova-moderation", NovaModeration);
