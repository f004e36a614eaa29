// Places of the page by their name, and what its template says in the reader's language.
const words = new Map([...document.getElementById("words").content.querySelectorAll("[data-word]")].map((one) => [one.dataset.word, one.textContent]));

export function part(name) {
  return document.querySelector(`[data-part="${name}"]`);
}

export function word(name) {
  return words.get(name) ?? "";
}

export function filled(name, values) {
  return word(name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Of an instant in milliseconds, by this device's own time zone: it is there. */
export function hour(at) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(at);
}
