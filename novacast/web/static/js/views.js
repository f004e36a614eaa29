// Tells the server that a video was really watched: once 10 seconds of it, or half of a shorter one, were played. Whether
// that is a view is the server's to say.
const SECONDS = 10;
const TRIES = 5;
const LONGEST_STEP = 4; // seconds between two looks at the time; a longer one is a seek

class Views {
  #player;
  #played = 0;
  #at = null;
  #left = TRIES;
  #wanted = SECONDS;

  constructor(player) {
    this.#player = player;
    const { video } = player;
    video.addEventListener("timeupdate", () => this.#look(video));
    video.addEventListener("seeking", () => { this.#at = null; });
    // Whoever watches it again may be a view again; the server knows when.
    video.addEventListener("ended", () => { this.#played = 0; this.#left = TRIES; this.#wanted = SECONDS; });
  }

  #look(video) {
    const step = this.#at === null ? 0 : video.currentTime - this.#at;
    this.#at = video.seeking ? null : video.currentTime;
    if (step > 0 && step < LONGEST_STEP) this.#played += step;
    const half = Number.isFinite(video.duration) && this.#left === TRIES ? video.duration / 2 : SECONDS;
    if (this.#left > 0 && this.#played >= Math.min(this.#wanted, half)) this.#tell();
  }

  async #tell() {
    const { session } = this.#player;
    if (!session) return;
    this.#left -= 1;
    this.#wanted = this.#played + SECONDS;
    const answer = await fetch(`/api/v1/videos/${encodeURIComponent(this.#player.getAttribute("video-id"))}/views`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ session }),
      keepalive: true,
    }).catch(() => null);
    // 409: too early, as after a restart of the server. 404: the session was renewed meanwhile.
    if (answer && answer.status < 500 && ![404, 409, 429].includes(answer.status)) this.#left = 0;
  }
}

customElements.whenDefined("nova-player").then(() => {
  for (const player of document.querySelectorAll("nova-player")) new Views(player);
});
