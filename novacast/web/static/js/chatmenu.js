// What can be done with a message: by pressing it, or by keys on it. Everybody: react, answer, report. Moderators: pin, hold, delete,
// silence whoever wrote it.
import { element, summary } from "./chatlines.js";
import { Picker } from "./picker.js";

const REACTIONS = ["👍", "❤️", "😂", "👏", "🎉"];
/** Keys on a message; most of them for those who moderate. */
const KEYS = { r: "reply", e: "edit", p: "pin", h: "hold", a: "approve", x: "reject", t: "timeout", b: "ban", Delete: "delete" };
const LATELY_MINUTES = 10;

export class Menu {
  #dialog;
  #part;
  #room;
  #message = null;
  #item = null;
  #emotes;
  #picker;
  #find;

  /** `room`: ask(action), you(), pinned(), reply(message), edit(message), react(message, sign), emotes, words, say(words, time). */
  constructor(dialog, room) {
    this.#dialog = dialog;
    this.#room = room;
    this.#emotes = room.emotes;
    this.#part = (name) => dialog.querySelector(`[data-part=${name}]`);
    this.#find = this.#part("react-find");
    this.#part("reactions").append(...REACTIONS.map((one) => element("button", { type: "button", class: "chat__reaction", "data-react": one }, one)));
    this.#picker = new Picker(this.#find, this.#part("react-grid"), this.#emotes, (name) => this.#react(`:${name}:`));
    this.#find.addEventListener("input", () => this.#look());
    this.#find.addEventListener("keydown", (event) => { if (!this.#picker.key(event) && event.key === "Enter") event.preventDefault(); });
    dialog.addEventListener("click", ({ target }) => this.#chosen(target.closest("button")));
    dialog.addEventListener("toggle", ({ newState }) => { if (newState === "closed" && document.activeElement === document.body) this.#item?.focus({ preventScroll: true }); });
    for (const form of dialog.querySelectorAll("form")) form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(form); });
  }

  /** `item`: the element to come back to. */
  open(message, item, form = "") {
    if (!this.#room.you().id || (message.notice && !this.#may("delete", message))) return;
    this.#message = message;
    this.#item = item;
    for (const button of this.#dialog.querySelectorAll("[data-act]")) button.hidden = !this.#may(button.dataset.act, message);
    this.#part("whom").textContent = summary(message);
    this.#part("emote-choice").hidden = !this.#may("reply", message) || this.#emotes.names.length === 0;
    this.#part("reactions").hidden = !this.#may("reply", message);
    this.#find.value = "";
    this.#look();
    this.#show("choices");
    if (!this.#dialog.matches(":popover-open")) this.#dialog.showPopover();
    if (form) this.#fill(form);
    else this.#dialog.querySelector("[data-part=choices] button:not([hidden])")?.focus();
  }

  /** Whether a key on a message did something. */
  key(event, message, item) {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || !this.#may(act, message)) return false;
    this.#message = message;
    this.#item = item;
    if (act === "timeout" || act === "ban") this.open(message, item, act);
    else this.#do(act);
    return true;
  }

  #may(act, message) {
    const you = this.#room.you();
    const own = message.author.id === you.id;
    const gone = message.state === "deleted";
    if (message.notice && act !== "delete") return false;
    switch (act) {
      case "reply": return you.writes && !gone;
      case "edit": return own && you.writes && !gone && ["message", "action"].includes(message.kind);
      case "delete": return (own || you.moderates) && !gone;
      case "report": return !own && you.writes && !you.moderates && !gone;
      case "pin": return you.moderates && !gone && message.state !== "held";
      case "hold": return you.moderates && !message.state;
      case "approve": case "reject": return you.moderates && message.state === "held";
      case "timeout": case "ban": return you.moderates && !own && Boolean(message.author.id);
      default: return true;
    }
  }

  #show(part) {
    for (const one of ["choices", "report", "silence"]) this.#part(one).hidden = one !== part;
  }

  #fill(act) {
    const form = this.#part(act === "report" ? "report" : "silence");
    form.reset();
    if (act !== "report") form.elements.seconds.value = act === "ban" ? "" : "600";
    this.#show(act === "report" ? "report" : "silence");
    form.querySelector("input, select").focus();
  }

  #chosen(button) {
    if (!button || !this.#message) return;
    const { act, react } = button.dataset;
    if (react) this.#react(react);
    else if (act === "back") this.open(this.#message, this.#item);
    else if (["report", "timeout", "ban"].includes(act)) this.#fill(act);
    else if (act) this.#do(act);
  }

  #do(act) {
    const { id } = this.#message;
    if (this.#dialog.matches(":popover-open")) this.#dialog.hidePopover();
    if (act === "reply" || act === "edit") return this.#room[act](this.#message);
    const message = act === "pin" && this.#room.pinned() === id ? null : id;
    this.#item?.focus({ preventScroll: true });
    this.#send({ type: act, message });
  }

  #submit(form) {
    const { author, id } = this.#message;
    const values = Object.fromEntries(new FormData(form));
    this.#dialog.hidePopover();
    if (form === this.#part("report")) {
      const note = values.note.trim();
      return this.#send({ type: "report", message: id, reason: values.reason, ...(note ? { note } : {}) }, this.#room.words.reported);
    }
    this.#send(silence(author.id, values));
  }

  #react(sign) {
    this.#dialog.hidePopover();
    this.#room.react(this.#message, sign);
  }

  #look() {
    this.#picker.show(this.#emotes.like(this.#find.value.trim().toLowerCase().replaceAll(":", "")));
  }

  #send(action, done = "") {
    const { ask, say, words } = this.#room;
    ask(action).then(() => { if (done) say(done, 6000); }, (error) => say(error.message || words.lost, 6000));
  }
}

/** What a form with `seconds` (empty: for good), `reason`, `removed`, `everywhere` and `lately` says is to be done. */
export function silence(person, { seconds, reason, removed, everywhere, lately }) {
  return {
    type: seconds && !removed ? "timeout" : "ban",
    person,
    ...(seconds ? { seconds: Number(seconds) } : {}),
    ...(reason?.trim() ? { reason: reason.trim() } : {}),
    ...(removed ? { effect: "removed" } : {}),
    ...(everywhere ? { scope: "organization" } : {}),
    ...(lately ? { delete_minutes: LATELY_MINUTES } : {}),
  };
}
