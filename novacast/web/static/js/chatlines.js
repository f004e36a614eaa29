// Messages as elements. What people wrote becomes text nodes and nothing else; links are those that the server found.
import { clock } from "./clock.js";

const BADGES = ["staff", "organizer", "member", "ticket", "gift"];
/** Names keep a colour over all pages, of those that can be read on both grounds. */
const HUES = 8;

/** One message. `words`: texts of the page, `emote(name)`, which draws one or gives null, and perhaps `mine(id)`: the reactions and the
 * `choice` that this reader set, and `hangs(id)`: whether a poll is shown above as well, with its answers; `me`: id of the reader; `act(name, message, value)` does what is pressed. */
export function line(message, words, me, act) {
  const item = element("li", { class: `chat__line chat__line--${message.kind}`, tabindex: -1 });
  item.dataset.id = message.id;
  fill(item, message, words, me, act);
  return item;
}

/** The same element with what the message is now. */
export function fill(item, message, words, me, act) {
  const { author, state } = message;
  item.classList.toggle("chat__line--own", Boolean(me) && author.id === me);
  item.classList.toggle("chat__line--held", state === "held");
  item.classList.toggle("chat__line--gift", Boolean(author.badges?.some(({ kind }) => kind === "gift")));
  item.classList.toggle("chat__line--notice", Boolean(message.notice));
  item.classList.toggle("chat__line--emotes", Boolean(message.body) && message.body.every((part) => (typeof part === "string" ? !part.trim() : part[0] === "e")));
  const parts = [];
  if (message.kind === "announcement" && !message.notice) parts.push(element("span", { class: "chat__mark" }, words.announcement));
  if (message.replied) parts.push(element("span", { class: "chat__replied", dir: "auto" }, `↳ ${message.replied}`));
  parts.push(time(message, words), ...badges(author, words));
  if (!message.notice) parts.push(name(author));
  parts.push(element("span", { class: "chat__text", dir: "auto" }, ...(state === "deleted" && !message.text ? [words.deleted] : said(message, words, me))));
  if (message.edited_at) parts.push(element("span", { class: "chat__note" }, words.edited));
  if (state === "held") parts.push(element("span", { class: "chat__note" }, words.held));
  if (message.poll) parts.push(poll(message, words, act));
  const reactions = Object.entries(message.reactions ?? {}).filter(([, count]) => count > 0);
  if (reactions.length) parts.push(element("span", { class: "chat__reactions" }, ...reactions.map(([one, count]) => reaction(one, count, message, words, act))));
  keeping(item, () => item.replaceChildren(...parts.flatMap((part) => [part, " "])));
}

/** Whoever is on a part of `place` with the keyboard is on the same part of what `draw` makes of it. */
export function keeping(place, draw) {
  const parts = () => [...place.querySelectorAll("button, summary, a, [tabindex]")];
  const at = parts().indexOf(document.activeElement);
  draw();
  if (at >= 0) parts()[at]?.focus({ preventScroll: true });
}

/** The words alone, in one line. */
export function summary({ author, body, text = "", notice }) {
  return `${notice ? "" : `${author.name}: `}${[...plain(body ?? [text])].slice(0, 80).join("")}`;
}

/** What is hidden until it is pressed is not told here either. */
function plain(parts) {
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const [kind, first, second] = part;
    if (kind === "x") return "…";
    if (kind === "m") return `@${second}`;
    if (kind === "e") return `:${first}:`;
    return Array.isArray(first) ? plain(first) : first;
  }).join("");
}

function time(message, words) {
  const shown = message.at === undefined || !words.replays
    ? new Date(message.sent_at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })
    : clock(message.at);
  return element("time", { class: "chat__time", datetime: message.sent_at }, shown);
}

function badges(author, words) {
  return (author.badges ?? []).map(({ kind, label }) => {
    const known = BADGES.includes(kind) ? kind : "other";
    return element("span", { class: `chat__badge chat__badge--${known}` }, label ?? words.badges[kind] ?? kind);
  });
}

function name(author) {
  let sum = 0;
  for (const letter of author.id ?? author.name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  const shown = element("span", { class: "chat__name" }, element("bdi", {}, author.name));
  shown.dataset.hue = sum % HUES;
  return shown;
}

/** Of a notice in the reader's language, whatever that of the house is. */
function said(message, words, me) {
  if (message.notice) return [words.notices[message.notice] ?? message.text];
  return parts(message.body ?? [message.text ?? ""], words, me);
}

function parts(list, words, me) {
  return list.map((part) => {
    if (typeof part === "string") return part;
    const [kind, first, second] = part;
    if (kind === "a") return link(first);
    if (kind === "c") return element("code", {}, first);
    if (kind === "m") return element("bdi", { class: first === me ? "chat__mention chat__mention--me" : "chat__mention" }, `@${second}`);
    if (kind === "e") return words.emote(first) ?? `:${first}:`;
    const tag = { b: "strong", i: "em", s: "s", x: "span" }[kind];
    if (!tag) return "";
    const made = element(tag, {}, ...parts(first, words, me));
    if (kind === "x") veil(made);
    return made;
  });
}

/** What gives something away is read once it is pressed. */
function veil(made) {
  made.className = "chat__spoiler";
  made.tabIndex = 0;
  made.role = "button";
  const open = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    made.classList.add("chat__spoiler--open");
    made.removeAttribute("role");
  };
  for (const kind of ["click", "keydown"]) made.addEventListener(kind, open);
}

function link(address) {
  if (!/^https?:\/\//i.test(address)) return address;
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow ugc" }, address);
}

function reaction(one, count, message, words, act) {
  const sign = (one.startsWith(":") && words.emote(one.slice(1, -1))) || one;
  const button = element("button", { type: "button", class: "chat__reaction", tabindex: -1 }, sign, ` ${count}`);
  if (words.mine) button.ariaPressed = String(words.mine(message.id).reactions.has(one));
  button.addEventListener("click", () => act("react", message, one));
  return button;
}

/** When a poll takes no more votes, in milliseconds; 0: it is closed, whatever the clock here says; Infinity: nobody knows yet. */
export function closing({ closes_at: planned, closed_at: closed }) {
  return closed ? 0 : Date.parse(planned ?? "") || Infinity;
}

function poll(message, words, act) {
  const { options } = message.poll;
  const end = closing(message.poll);
  const closed = end <= Date.now();
  const mine = words.mine?.(message.id).choice;
  const votes = options.reduce((sum, one) => sum + one.votes, 0);
  const rows = options.map((one, choice) => {
    const share = votes ? one.votes / votes : 0;
    const button = element("button", { type: "button", class: "chat__option" },
      element("span", { dir: "auto" }, one.text), element("progress", { value: share, max: 1, "aria-hidden": "true" }),
      element("span", { class: "chat__share" }, new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share)));
    button.disabled = closed || !act;
    if (act && words.mine) button.ariaPressed = String(choice === mine);
    button.addEventListener("click", () => act("vote", message, choice));
    return button;
  });
  const count = (votes === 1 ? words.vote : words.votes).replace("{n}", votes.toLocaleString(document.documentElement.lang));
  const hour = Number.isFinite(end) ? words.open_until?.replace("{at}", new Date(end).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" })) : "";
  return element("span", { class: "chat__poll", role: "group", "aria-label": message.text }, ...(words.hangs?.(message.id) ? [] : rows), element("span", { class: "chat__note" }, [count, closed ? words.closed : hour].filter(Boolean).join(" · ")));
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
