// <nova-chapters> around the list of chapters that templates/vods/chapter_list.html writes: a click plays from there in the
// <nova-player> of the page, and the chapter that is on is marked.
class NovaChapters extends HTMLElement {
  #links = [];
  #player = null;
  #ends = null;

  connectedCallback() {
    this.#player = document.querySelector("nova-player");
    this.#links = [...this.querySelectorAll("a[data-seconds]")];
    if (!this.#player) return;
    this.#ends = new AbortController();
    const { signal } = this.#ends;
    this.addEventListener("click", (event) => this.#go(event), { signal });
    // Events of the video do not bubble, but they can be caught on their way down.
    for (const name of ["timeupdate", "seeking"]) {
      this.#player.addEventListener(name, () => this.#mark(), { signal, capture: true });
    }
    this.#mark();
  }

  disconnectedCallback() {
    this.#ends?.abort();
  }

  #go(event) {
    const link = event.target.closest("a[data-seconds]");
    const video = this.#player.video;
    if (!link || !video || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    video.currentTime = Number(link.dataset.seconds);
    video.play().catch(() => {});
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#player.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  #mark() {
    const at = this.#player.video?.currentTime ?? 0;
    // A seek may land a little before the picture that was asked for.
    const on = this.#links.findLast((link) => Number(link.dataset.seconds) <= at + 0.05);
    for (const link of this.#links) {
      if (link !== on) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) link.setAttribute("aria-current", "true");
    }
  }
}

customElements.define("nova-chapters", NovaChapters);
