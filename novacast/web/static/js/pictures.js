// <nova-frame> around a field: it says where the page's <nova-player> stands. <nova-picture endpoint method max-bytes> around a
// file field: sends the chosen file as it is, then shows the page anew.
import { clock } from "./clock.js";

class NovaFrame extends HTMLElement {
  #ends = null;

  connectedCallback() {
    const player = document.querySelector("nova-player");
    const field = this.querySelector("input");
    if (!player || !field) return;
    this.#ends = new AbortController();
    const options = { signal: this.#ends.signal, capture: true };
    const write = () => { if (player.video?.currentTime) field.value = exactly(player.video.currentTime); };
    for (const name of ["seeked", "pause"]) player.addEventListener(name, write, options);
  }

  disconnectedCallback() {
    this.#ends?.abort();
  }
}

/** 1:02:03.5, as the server reads and writes it. */
function exactly(seconds) {
  const part = Math.floor((seconds - Math.floor(seconds)) * 1000);
  return part ? `${clock(seconds)}.${String(part).padStart(3, "0")}` : clock(seconds);
}

class NovaPicture extends HTMLElement {
  connectedCallback() {
    this.querySelector("input[type=file]")?.addEventListener("change", (event) => this.#send(event.target));
  }

  async #send(input) {
    const [file] = input.files;
    if (!file) return;
    if (file.size > Number(this.getAttribute("max-bytes"))) return this.#say(this.dataset.large);
    input.disabled = true;
    this.#say(this.dataset.sending);
    try {
      const answer = await fetch(this.getAttribute("endpoint"), { method: this.getAttribute("method") ?? "POST", body: file });
      if (answer.ok) return location.reload();
      const problem = await answer.json().catch(() => ({}));
      this.#say(problem.detail || problem.title || String(answer.status));
    } catch {
      this.#say(this.dataset.broken);
    }
    input.disabled = false;
    input.value = "";
  }

  #say(text) {
    this.querySelector("[data-part=said]").textContent = text;
  }
}

customElements.define("nova-frame", NovaFrame);
customElements.define("nova-picture", NovaPicture);
