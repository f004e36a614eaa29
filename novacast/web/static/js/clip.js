// <nova-clip endpoint> around the form of templates/live/clip.html: the clip is cut while the programme goes on playing.
// It ends where the viewer is, who may be behind.
const NEAR_SECONDS = 10;

class NovaClip extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => this.#cut(event));
    this.closest("dialog")?.addEventListener("toggle", (event) => event.newState === "open" && this.#begin());
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #begin() {
    this.#say("");
    const video = document.querySelector("nova-player")?.video;
    const ranges = video?.seekable;
    if (!ranges?.length) return;
    const behind = Math.round(ranges.end(ranges.length - 1) - video.currentTime);
    const far = behind > NEAR_SECONDS;
    this.querySelector("[name=before]").value = far ? behind : 0;
    if (far) this.#say(this.dataset.here);
  }

  async #cut(event) {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("button");
    const fields = new FormData(form);
    button.disabled = true;
    try {
      const answer = await fetch(this.getAttribute("endpoint"), {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": crypto.getRandomValues(new Uint32Array(4)).join("-") },
        body: JSON.stringify({
          title: fields.get("title"),
          last_seconds: Number(fields.get("last")),
          before_seconds: Number(fields.get("before")),
        }),
      });
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(told.errors?.[0]?.message || told.detail || told.title || "");
      const link = Object.assign(document.createElement("a"), { href: `/watch/${told.id}`, textContent: told.title, dir: "auto" });
      this.#part("said").replaceChildren(`${this.dataset.ready} `, link);
      form.elements.title.value = "";
      link.focus();
    } catch (error) {
      this.#say((error instanceof TypeError ? "" : error.message) || this.dataset.broken);
    } finally {
      button.disabled = false;
      delete form.dataset.sent;
    }
  }

  #say(words) {
    this.#part("said").textContent = words;
  }
}

customElements.define("nova-clip", NovaClip);
