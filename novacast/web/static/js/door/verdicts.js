// A verdict over the whole stage: a colour, a sign and a word, so that any one of them is enough.
import { filled, hour, part, word } from "./words.js";

const LOOKS = {
  ok: ["good", "check"], exit: ["leave", "up"], used: ["bad", "retry"], void: ["bad", "cross"], forged: ["bad", "warning"],
  wrong_list: ["warn", "door"], too_early: ["warn", "clock"], too_late: ["warn", "clock"], not_inside: ["warn", "info"],
};

/** Shows it, and returns the kind of signal that goes with it. */
export function draw(said, post) {
  const [kind, sign] = LOOKS[said.verdict];
  // Who is let in by force is let in: the colour says what happened, the words why it was not plain.
  document.body.dataset.verdict = said.forced ? "forced" : kind;
  const use = part("sign");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${said.forced ? "check" : sign}`));
  part("word").textContent = word(said.forced ? "ok" : said.verdict);
  part("why").textContent = said.forced ? word("why-forced") : why(said, post.picture);
  const facts = ["name", "item", "seat", "note", "number"].filter((name) => said[name]);
  part("facts").replaceChildren(...facts.flatMap((name) => [tag("dt", word(name)), tag("dd", said[name])]));
  part("own").hidden = !said.offline;
  document.querySelector("[data-does=force]").hidden = said.forced || kind === "good" || kind === "leave" || said.verdict === "forged";
  part("verdict").hidden = false;
  return said.forced ? "warn" : kind;
}

function why({ verdict, before }, { list }) {
  if (verdict === "used" && before) return filled(before.gate ? "why-used" : "why-used-no-gate", { time: hour(Date.parse(before.at)), gate: before.gate });
  if (verdict === "used") return word("why-used-somewhere");
  if (verdict === "too_early") return filled("why-too_early", { time: hour(Date.parse(list.opens_at)) });
  if (verdict === "too_late") return filled("why-too_late", { time: hour(Date.parse(list.closes_at)) });
  return word(`why-${verdict}`);
}

function tag(name, text) {
  return Object.assign(document.createElement(name), { textContent: text, dir: "auto" });
}
