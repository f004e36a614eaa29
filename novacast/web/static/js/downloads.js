// <nova-downloads endpoint> around the list that templates/vods/download_list.html writes: a file that is not made yet is
// asked for without leaving the page, and its link appears when it is there.
const EVERY = 2000;

class NovaDownloads extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    this.addEventListener("submit", (event) => this.#prepare(event));
    if ([...this.querySelectorAll("[data-name]")].some((row) => !row.querySelector("form") && this.#link(row).hidden)) this.#wait();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #link(row) {
    return row.querySelector("[data-part=take]");
  }

  async #prepare(event) {
    const row = event.target.closest("[data-name]");
    if (!row) return;
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(this.getAttribute("endpoint"), {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ name: row.dataset.name }),
      });
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(told.detail || told.title || "");
      event.target.remove();
      this.#show(row, told, true);
      if (told.state === "wanted") this.#wait();
    } catch (error) {
      button.disabled = false;
      this.#say(row, (error instanceof TypeError ? "" : error.message) || this.dataset.broken);
    }
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), EVERY);
  }

  async #look() {
    const answer = await fetch(this.getAttribute("endpoint"), { headers: { Accept: "application/json" } }).catch(() => null);
    if (!this.isConnected) return;
    const { items = [] } = answer?.ok ? await answer.json() : {};
    for (const item of items) {
      const row = [...this.querySelectorAll("[data-name]")].find((one) => one.dataset.name === item.name);
      if (row && !row.querySelector("form")) this.#show(row, item);
    }
    if (!answer?.ok || items.some((item) => item.state === "wanted")) this.#wait();
  }

  #show(row, item, focus = false) {
    const link = this.#link(row);
    if (item.state === "wanted") this.#say(row, this.dataset.waiting);
    else if (item.reason) this.#say(row, item.reason);
    else if (item.state === "ready" && link.hidden) {
      link.hidden = false;
      row.querySelector("[data-part=said]").textContent = "";
      this.querySelector("[data-part=live]").textContent = `${this.dataset.ready} ${row.querySelector("[data-part=title]").textContent}`;
      if (focus) link.focus();
    }
  }

  #say(row, text) {
    row.querySelector("[data-part=said]").textContent = text;
    this.querySelector("[data-part=live]").textContent = `${row.querySelector("[data-part=title]").textContent}: ${text}`;
  }
}

customElements.define("nova-downloads", NovaDownloads);
