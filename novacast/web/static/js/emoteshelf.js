// <nova-emote-shelf endpoint max-bytes> around what templates/chat/emotes.html writes: files that are dropped or chosen get a row
// with their look on both grounds and a name; one press sends them, one after the other. What is refused stays, with the reason.
class NovaEmoteShelf extends HTMLElement {
  #files = new Map(); // row -> file

  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    const zone = this.querySelector(".drop");
    input.addEventListener("change", () => { this.#add(input.files); input.value = ""; });
    const mark = (on) => (event) => { event.preventDefault(); zone.classList.toggle("drop--over", on); };
    for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, mark(true));
    zone.addEventListener("dragleave", mark(false));
    zone.addEventListener("drop", (event) => { mark(false)(event); this.#add(event.dataTransfer.files); });
    const form = this.#part("wanted");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    form.addEventListener("reset", () => { for (const row of [...this.#files.keys()]) this.#leave(row); });
  }

  #part(name, within = this) {
    return within.querySelector(`[data-part=${name}]`);
  }

  #add(files) {
    for (const file of files) {
      const row = this.#part("row").content.firstElementChild.cloneNode(true);
      const look = URL.createObjectURL(file);
      for (const image of row.querySelectorAll("img")) image.src = look;
      row.querySelector("[name=name]").value = named(file.name);
      row.querySelector("[data-act=leave]").addEventListener("click", () => this.#leave(row));
      this.#files.set(row, file);
      this.#part("rows").append(row);
      if (file.size > Number(this.getAttribute("max-bytes"))) this.#say(row, this.dataset.large, true);
    }
    this.#part("wanted").hidden = this.#files.size === 0;
    this.#part("rows").querySelector("[name=name]")?.focus();
  }

  #leave(row) {
    URL.revokeObjectURL(row.querySelector("img").src);
    this.#files.delete(row);
    row.remove();
    if (this.#files.size) return;
    this.#part("wanted").hidden = true;
    this.querySelector("input[type=file]").focus();
  }

  async #send() {
    const button = this.querySelector("button[type=submit]");
    button.disabled = true;
    let added = 0;
    for (const [row, file] of [...this.#files]) {
      if (file.size > Number(this.getAttribute("max-bytes"))) continue;
      this.#say(row, this.dataset.sending);
      const refused = await this.#bring(row.querySelector("[name=name]").value, file);
      if (refused) this.#say(row, refused, true);
      else {
        this.#leave(row);
        added += 1;
      }
    }
    if (!this.#files.size) return location.reload();
    button.disabled = false;
    if (added) await this.#again();
    this.#part("status").textContent = added ? this.dataset.some : "";
    this.#part("rows").querySelector("[aria-invalid=true]")?.focus();
  }

  /** Those that are there now, without what is still to be brought. */
  async #again() {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("[aria-labelledby=there]").replaceWith(page.querySelector("[aria-labelledby=there]"));
  }

  /** Why not; nothing where it was added. */
  async #bring(name, file) {
    try {
      const query = new URLSearchParams({ name });
      const answer = await fetch(`${this.getAttribute("endpoint")}?${query}`, { method: "POST", headers: { Accept: "application/json" }, body: file });
      if (answer.ok) return "";
      const problem = await answer.json().catch(() => ({}));
      return problem.errors?.[0]?.message || problem.detail || problem.title || String(answer.status);
    } catch {
      return this.dataset.broken;
    }
  }

  #say(row, words, bad = false) {
    const said = this.#part("said", row);
    said.textContent = words;
    said.classList.toggle("field__error", bad);
    row.querySelector("[name=name]").setAttribute("aria-invalid", String(bad));
  }
}

/** A file's name as the name of an emote. */
function named(file) {
  const plain = file.replace(/\.[^.]*$/, "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9_]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 32);
}

customElements.define("nova-emote-shelf", NovaEmoteShelf);
