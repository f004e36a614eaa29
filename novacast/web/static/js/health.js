// Tells the server how playing goes here: how long it took to begin, interruptions, time in each quality, dropped pictures,
// errors. Every half minute, and when the page goes; never who watches what.
const EVERY = 30_000;
const SHORTEST_STALL = 0.1;
const LONGEST = 600;

const seconds = () => performance.now() / 1000;
const rounded = (value) => Math.round(Math.min(value, LONGEST) * 1000) / 1000;

class Health {
  #player;
  #video;
  #wished = null; // when playing was asked for
  #began = false;
  #stalled = null; // since when
  #at = null;
  #frames = { total: 0, dropped: 0 };
  #told = this.#nothing();

  constructor(player) {
    this.#player = player;
    this.#video = player.video;
    const on = (name, act) => this.#video.addEventListener(name, act);
    on("play", () => { if (!this.#began) this.#wished ??= seconds(); });
    on("playing", () => this.#playing());
    on("waiting", () => this.#waiting());
    on("timeupdate", () => this.#look());
    // Whoever seeks out of an interruption, viewer or player, ends it.
    on("seeking", () => { this.#resume(); this.#at = null; });
    on("pause", () => this.#resume());
    on("ended", () => { this.#stalled = null; });
    on("resize", () => { if (this.#began) this.#told.switches += 1; });
    on("error", () => this.#failed("native", true));
    player.addEventListener("streamerror", ({ detail }) => this.#failed(detail.details, detail.fatal));
    setInterval(() => this.#send(), EVERY);
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.#send(); });
    addEventListener("pagehide", () => this.#send());
  }

  #nothing() {
    return { startup: null, stalls: [], played: new Map(), switches: 0, errors: [] };
  }

  #playing() {
    if (!this.#began) {
      this.#began = true;
      if (this.#wished !== null) this.#told.startup = rounded(seconds() - this.#wished);
    }
    this.#resume();
  }

  /** Nothing is left to play. After a seek that is the viewer's doing, before the beginning it is start-up time. */
  #waiting() {
    if (this.#began && !this.#video.seeking && !this.#video.ended) this.#stalled ??= seconds();
  }

  #resume() {
    if (this.#stalled === null) return;
    const lasted = seconds() - this.#stalled;
    this.#stalled = null;
    if (lasted >= SHORTEST_STALL && this.#told.stalls.length < 50) this.#told.stalls.push(rounded(lasted));
  }

  #look() {
    const { currentTime, videoWidth, videoHeight, seeking } = this.#video;
    const step = this.#at === null ? 0 : currentTime - this.#at;
    this.#at = seeking ? null : currentTime;
    const height = Math.min(videoWidth, videoHeight);
    if (step > 0 && step < 4 && height > 0) this.#told.played.set(height, (this.#told.played.get(height) ?? 0) + step);
  }

  #failed(name, fatal) {
    if (this.#told.errors.length < 20) this.#told.errors.push({ name: String(name), fatal: Boolean(fatal) });
  }

  #quality() {
    const now = this.#video.getVideoPlaybackQuality?.();
    if (!now) return { frames: 0, dropped: 0 };
    const { total, dropped } = this.#frames;
    this.#frames = { total: now.totalVideoFrames, dropped: now.droppedVideoFrames };
    // A new source counts from zero.
    const fresh = now.totalVideoFrames < total;
    return { frames: now.totalVideoFrames - (fresh ? 0 : total), dropped: now.droppedVideoFrames - (fresh ? 0 : dropped) };
  }

  #send() {
    const { session } = this.#player;
    const { startup, stalls, played, switches, errors } = this.#told;
    if (!session || (startup === null && !stalls.length && !played.size && !errors.length)) return;
    this.#told = this.#nothing();
    const report = {
      session,
      startup,
      stalls,
      played: [...played].slice(0, 16).map(([height, time]) => ({ height, seconds: rounded(time) })),
      switches: Math.min(switches, 1000),
      errors,
      ...this.#quality(),
    };
    const path = `/api/v1/videos/${encodeURIComponent(this.#player.getAttribute("video-id"))}/health`;
    navigator.sendBeacon(path, new Blob([JSON.stringify(report)], { type: "application/json" }));
  }
}

customElements.whenDefined("nova-player").then(() => {
  for (const player of document.querySelectorAll("nova-player")) new Health(player);
});
