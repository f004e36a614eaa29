import { listen } from "./realtime.js";

/**
 * <nova-fresh id="ID" subject="ID …" topics="programme.on_air,…" every="2" rest="1" reloads catches-up>…</nova-fresh>
 * Takes its content anew from the page at each fact of `topics` about a `subject` (or whose payload names it), and every
 * so many seconds while somebody looks; with `rest` no sooner than so many seconds after the last time. What is being
 * typed or asked in it is left alone. With `reloads` the whole page is loaded instead: something else stands at its address
 * now. Where that is so without it, the content of a <template data-part="gone"> in it is shown. With `catches-up` it is
 * taken anew once facts are heard, for what happened since the page was made; that is one more page for each who looks.
 */
class NovaFresh extends HTMLElement {
  #ends = [];
  #timer = 0;
  #busy = false;
  #again = false;

  connectedCallback() {
    const subjects = (this.getAttribute("subject") ?? "").split(" ");
    for (const topic of (this.getAttribute("topics") ?? "").split(",").filter(Boolean))
      for (const subject of subjects) this.#ends.push(listen(topic, () => this.#told(), subject));
    // Facts are not told to everyone at all times: <nova-onair> asks now and then.
    const changed = ({ detail }) => subjects.includes(detail.id) && this.#told();
    const missed = () => this.#told();
    const heard = this.hasAttribute("catches-up") ? "factsfollowed" : "factsmissed";
    document.addEventListener("programmestate", changed);
    document.addEventListener(heard, missed);
    this.#ends.push(() => document.removeEventListener("programmestate", changed));
    this.#ends.push(() => document.removeEventListener(heard, missed));
    const every = Number(this.getAttribute("every"));
    if (every) this.#timer = setInterval(() => document.hidden || this.#take(), every * 1000);
  }

  disconnectedCallback() {
    for (const end of this.#ends.splice(0)) end();
    clearInterval(this.#timer);
  }

  #told() {
    if (this.hasAttribute("reloads")) location.reload();
    else this.#take();
  }

  async #take() {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById(this.id);
      if (this.#used()) return;
      // Something else stands at this address now: what the template says is all there is to say here.
      const gone = fresh ?? this.querySelector("template[data-part=gone]")?.content;
      if (gone) this.replaceChildren(...document.importNode(gone, true).childNodes);
    } catch {
      // The network is away: what is shown stays.
    } finally {
      const rest = Number(this.getAttribute("rest")) || 0;
      if (rest) await new Promise((done) => setTimeout(done, rest * 1000));
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        if (this.isConnected) this.#take();
      }
    }
  }

  #used() {
    const active = document.activeElement;
    return (this.contains(active) && active.matches("input, textarea, select")) || this.querySelector("dialog:popover-open, dialog[open]");
  }
}

customElements.define("nova-fresh", NovaFresh);
