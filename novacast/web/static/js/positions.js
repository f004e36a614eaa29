// Tells the server how far a person has watched: every ten seconds of playing, at a pause, and when the page goes away.
const EVERY_SECONDS = 10;

export class Positions {
  #address;
  #video;
  #told = null;
  #listening = new AbortController();

  constructor(videoId, video) {
    this.#address = `/api/v1/videos/${encodeURIComponent(videoId)}/position`;
    this.#video = video;
    const { signal } = this.#listening;
    video.addEventListener("timeupdate", () => this.#tick(), { signal });
    for (const name of ["pause", "seeked", "ended"]) video.addEventListener(name, () => this.#tell(), { signal });
    // Phones often end a page without more than this.
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.#tell(); }, { signal });
    addEventListener("pagehide", () => this.#tell(), { signal });
  }

  end() {
    this.#tell();
    this.#listening.abort();
  }

  #tick() {
    if (Math.abs(this.#video.currentTime - (this.#told ?? 0)) >= EVERY_SECONDS) this.#tell();
  }

  #tell() {
    const seconds = Math.round(this.#video.currentTime * 10) / 10;
    // Before anything was watched there is nothing to tell: it would overwrite a better position.
    if (seconds === this.#told || (this.#told === null && seconds === 0) || this.#video.played.length === 0) return;
    this.#told = seconds;
    fetch(this.#address, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ seconds }),
      keepalive: true,
    }).catch(() => { this.#told = null; });
  }
}
