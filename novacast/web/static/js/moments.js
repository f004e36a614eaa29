// Instants in the reader's own zone: those that are shown, those that are counted down to, and those that are typed.
const language = document.documentElement.lang;
/** Where an hour is to be kept, its zone is said: `data-zone`. */
const zoned = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
const shown = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

function localize(root) {
  for (const one of root.querySelectorAll("time[data-local]")) {
    const at = new Date(one.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    one.title = one.textContent;
    one.textContent = ("zone" in one.dataset ? zoned : shown).format(at);
    one.removeAttribute("data-local");
  }
}

localize(document);
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === Node.ELEMENT_NODE) localize(node.parentNode ?? node);
}).observe(document.body, { childList: true, subtree: true });

/** <nova-countdown at="ISO 8601" done="words" short></nova-countdown>; `short`: without hours where there are none. */
class NovaCountdown extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    this.#show();
    this.#timer = setInterval(() => this.#show(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show() {
    const left = Math.ceil((new Date(this.getAttribute("at")) - Date.now()) / 1000);
    if (left <= 0) {
      this.textContent = this.getAttribute("done") ?? "";
      clearInterval(this.#timer);
      return;
    }
    const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
    if (left >= 2 * 86400) this.textContent = words.format(Math.floor(left / 86400), "day");
    else {
      const two = (number) => String(number).padStart(2, "0");
      const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60;
      this.textContent = this.hasAttribute("short") && !hours ? `${minutes}:${two(left % 60)}` : `${hours}:${two(minutes)}:${two(left % 60)}`;
    }
  }
}

customElements.define("nova-countdown", NovaCountdown);

// A field of an hour comes and goes in UTC; between, it is in the reader's zone.
for (const field of document.querySelectorAll("input[type=datetime-local][data-utc]")) {
  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = field.name;
  field.removeAttribute("name");
  field.after(sent);
  if (field.value) field.value = local(new Date(`${field.value}Z`));
  const keep = () => { sent.value = field.value ? new Date(field.value).toISOString() : ""; };
  keep();
  field.addEventListener("input", keep);
  field.addEventListener("change", keep);
  const hint = document.getElementById(`${field.id}-hint`);
  if (hint && field.dataset.utc) hint.textContent = field.dataset.utc;
}

function local(at) {
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
