// What moderators ask of the server, and parts of their page.
import { element } from "../chatlines.js";

export class Api {
  #address;

  constructor(room) {
    this.#address = `/api/v1/rooms/${encodeURIComponent(room)}`;
  }

  /** What is answered, nothing for 204. Rejects with an Error whose message is for people. */
  async send(method, path, body) {
    const headers = { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) };
    if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    const response = await fetch(`${this.#address}${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.errors?.[0]?.message || answer.detail || answer.title || String(response.status));
    return answer;
  }

  get(path) {
    return this.send("GET", path);
  }
}

/** Without what is null, as messages of the WebSocket are. */
export function lean(message) {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null));
}

export function button(words, act, kind = "", key = "") {
  const made = element("button", { type: "button", class: `button button--small${kind ? ` button--${kind}` : ""}` }, element("span", {}, words));
  if (key) {
    made.append(element("kbd", { "aria-hidden": "true" }, key));
    made.setAttribute("aria-keyshortcuts", key);
  }
  made.addEventListener("click", act);
  return made;
}

export function hour(instant) {
  const at = new Date(instant);
  const day = at.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
  return element("time", { class: "soft small nowrap", datetime: instant }, at.toLocaleString(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit" }));
}

export function badge(words, kind = "") {
  return element("span", { class: `badge${kind ? ` badge--${kind}` : ""}` }, words);
}
