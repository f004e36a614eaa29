// Where a passkey opens something: the log-in, its second step, and the page that asks once more who is there.
import { conditional, possible, post, use } from "./passkeys.js";

const PATHS = {
  "log-in": "/api/v1/session/passkey",
  "second-step": "/api/v1/session/second-factor/passkey",
  prove: "/api/v1/session/proof/passkey",
};
const RENEW = 240_000;
// Milliseconds; a challenge is good for five minutes, and the page may stand open for hours.
const MOST = 60;

const place = document.querySelector("[data-passkey]");
const { passkey: how, next, pending } = place?.dataset ?? {};
const button = place?.querySelector("[data-passkey-use]");
let waiting = new AbortController();

if (place && possible()) {
  place.hidden = false;
  button.addEventListener("click", () => {
    waiting.abort();
    waiting = new AbortController();
    open({ signal: waiting.signal });
  });
  if (how === "log-in" && (await conditional())) offer();
}

/** Among what the browser fills the form in with; quietly, as nobody has asked for it. */
async function offer() {
  for (let times = 0; times < MOST; times += 1) {
    const mine = (waiting = new AbortController());
    const timer = setTimeout(() => mine.abort("renew"), RENEW);
    const renewed = await open({ mediation: "conditional", signal: mine.signal });
    clearTimeout(timer);
    if (!renewed) return;
  }
}

/** True where it was broken off to be begun anew. */
async function open(more) {
  const asked_for = !more.mediation;
  say("");
  button.disabled = asked_for;
  try {
    const asked = await post(`${PATHS[how]}/begin`, pending && { pending });
    const credential = await use(asked, more);
    await post(PATHS[how], { ticket: asked.ticket, credential, ...(pending && { pending }) });
    location.assign(next);
    return false;
  } catch (error) {
    if (more.signal.aborted) return more.signal.reason === "renew";
    if (error instanceof DOMException) say(asked_for ? place.dataset.cancelled : "");
    else if (asked_for || error.code !== "rate_limited") say(error.message || place.dataset.failed);
    return false;
  } finally {
    button.disabled = false;
  }
}

function say(words) {
  const line = place.querySelector("[data-passkey-words]");
  line.className = words ? "alert alert--bad" : "";
  line.textContent = words;
}
