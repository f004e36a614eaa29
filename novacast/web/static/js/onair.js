import { listen } from "./realtime.js";

/**
 * <nova-onair programme="ID" state="on_air" one="{n} watches" many="{n} watch">…</nova-onair> shows how many watch, as it
 * is told. It asks now and then while somebody looks, and passes on where the programme is another than it was: `programmestate` of
 * the document, with {id, state}. So a page whose facts are lost, or that gets none, is right again after a while.
 */
const EVERY_MS = 60_000;
const FIRST_MS = 2500;

class NovaOnAir extends HTMLElement {
  #timer = 0;
  #state = "";
  #end = null;

  connectedCallback() {
    this.#state = this.getAttribute("state");
    this.#wait(FIRST_MS * (1 + Math.random()));
    this.#end = listen("programme.viewers", ({ payload }) => this.#show(payload.viewers), this.getAttribute("programme"));
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#end?.();
  }

  #wait(time) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), time);
  }

  async #ask() {
    const id = this.getAttribute("programme");
    try {
      if (!document.hidden) {
        const response = await fetch(`/api/v1/programmes/${encodeURIComponent(id)}/now`, { headers: { Accept: "application/json" } });
        if (response.ok) this.#take(id, await response.json());
        else if (response.status === 404) this.#take(id, { state: "ended", viewers: null });
      }
    } catch { /* the network is away: what is shown stays */ }
    if (this.isConnected && this.#state !== "ended") this.#wait(EVERY_MS * (0.8 + 0.4 * Math.random()));
  }

  #show(viewers) {
    const words = !viewers ? "" : this.getAttribute(viewers === 1 ? "one" : "many").replace("{n}", viewers.toLocaleString(document.documentElement.lang));
    if (this.textContent !== words) this.textContent = words;
  }

  #take(id, { state, viewers }) {
    this.#show(viewers);
    if (state === this.#state) return;
    this.#state = state;
    document.dispatchEvent(new CustomEvent("programmestate", { detail: { id, state } }));
  }
}

customElements.define("nova-onair", NovaOnAir);
