// Playing what is on air: close behind the stage, without stalling for it, and back to whatever has been.
//
// hls.js by itself does not come nearer once it is late. This does: by the playing rate, from how far behind it is and from
// what is buffered; and where it is much too late, as after a slow beginning, by a jump over what is buffered. Who goes back,
// or pauses, is left there until they press "live". At the end the playlist is one of a whole video, and goes on being played
// as such.
import { LiveBar } from "./livebar.js";

const TICK_MS = 100;
/** Seconds that are buffered at least before it may play faster, and below which it plays slower. */
const ENOUGH = 0.3;
const STARVED = 0.12;
const FASTEST = 1.1;
const SLOWER = 0.95;
/** Of the way to the target in a second. */
const EAGER = 0.4;
/** It begins to hurry when it is NEAR late or later, and ends when it is THERE; so much too near it goes slower. */
const NEAR = 0.05;
const THERE = 0.01;
const TOO_NEAR = 0.1;
/** Below this a change of the rate is not worth it. */
const LEAST = 0.02;
/** Looks at the live edge, of which the one that saw it furthest counts: a playlist that came late seems nearer to it. */
const LOOKS = 20;
/** Later than this it jumps over what is buffered; later than FAR it jumps to what is not. Whole segments are come by less often. */
const LATE = 0.8;
const LATE_SEGMENTS = 4;
const FAR = 6;
/** A jump is seen and heard, so there is none for so long after one. */
const SETTLES_MS = 5000;
/**
 * It ran dry, and so much is there again: it goes on. A browser would wait for more each time. Chromium wants twice as
 * much sound as before, up to three seconds, and forgets that with a seek, be it to where it is.
 */
const AGAIN = 0.5;
const DRY_MS = 1000;
/** HTMLMediaElement.HAVE_FUTURE_DATA: it can play. */
const PLAYS = 3;
/** How far behind the live edge a seek may lead and still mean "live". */
const AT_LIVE = 2.5;
/** What one stall adds to the distance, at most how much, and how much of it a second without one takes away. */
const PENALTY = 0.2;
const MOST_PENALTY = 2;
const FORGIVEN = 0.01;
/** What "steady" is further behind. */
const STEADY = 2;
/** Bits a second that are taken for granted until some were measured: the lowest rung first would be seen for seconds. */
const ASSUMED = 3_000_000;
/** A server that is restarted, or a network that is away, is asked again this often. */
const AGAIN_MS = 1500;
const TRIES = 200;
const TRIES_AFTER = 5;
/** From one look for new pictures of the seek bar to the next. */
const PICTURES_MS = 30_000;
const FACTS = ["programme.interrupted", "programme.resumed"];

export class Live {
  #Hls;
  #stream;
  #player;
  #video;
  #bar;
  #hls = null;
  #timer = 0;
  #pictures = 0;
  #again = 0;
  #tries = 0;
  #following = true;
  #ended = false;
  #penalty = 0;
  #hurrying = false;
  #edges = [];
  #jumping = false;
  #calm = -Infinity;
  #began = Infinity;
  #interrupted = false;
  #ends = [];
  #listening = new AbortController();

  /**
   * `player` has root (what takes its keys), video, subject, interrupted (as the page was made), make(options), say(key), pictures(address), and bar: the
   * elements of the control bar by their parts.
   */
  constructor(Hls, stream, player) {
    this.#Hls = Hls;
    this.#stream = stream;
    this.#player = player;
    this.#video = player.video;
    this.#interrupted = player.interrupted;
    const { signal } = this.#listening;
    const on = (name, act) => this.#video.addEventListener(name, act, { signal });
    on("seeking", () => this.#sought());
    on("waiting", () => this.#stalled());
    on("playing", () => { this.#began = Math.min(this.#began, performance.now()); });
    on("pause", () => { if (!this.#video.ended) this.#following = false; });
    on("play", () => { if (this.#behind() < this.#target + AT_LIVE) this.#following = true; });
    // Facts are not told to everyone at all times; the page asks now and then, and passes it on.
    document.addEventListener("programmestate", ({ detail }) => {
      if (detail.id === player.subject) this.#told(detail.state === "interrupted");
    }, { signal });
    this.#bar = new LiveBar(player.bar, player.root, { goLive: () => this.goLive(), goBack: () => this.goBack() }, signal);
    this.#bar.lowLatency = stream.part !== null;
    this.#show();
  }

  static options(stream) {
    return {
      lowLatencyMode: stream.part !== null,
      // -1 is the live edge.
      startPosition: -1,
      ...(stream.part === null ? {} : { liveSyncDuration: stream.latency }),
      liveDurationInfinity: true,
      liveSyncOnStallIncrease: 0.3,
      maxLiveSyncPlaybackRate: 1,
      abrEwmaDefaultEstimate: ASSUMED,
    };
  }

  begin(hls) {
    const { Events } = this.#Hls;
    this.#hls = hls;
    hls.on(Events.LEVEL_UPDATED, (_, { details }) => { if (!details.live) this.#whole(); });
    hls.on(Events.FRAG_BUFFERED, () => this.#found());
    hls.loadSource(this.#stream.url);
    hls.attachMedia(this.#video);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#pictures = setInterval(() => this.#draw(), PICTURES_MS);
    this.#hear();
    this.#say();
  }

  end() {
    clearInterval(this.#timer);
    clearInterval(this.#pictures);
    clearTimeout(this.#again);
    this.#listening.abort();
    for (const end of this.#ends.splice(0)) end();
    this.#video.playbackRate = 1;
  }

  goLive() {
    const at = this.#hls?.liveSyncPosition;
    if (this.#ended || !Number.isFinite(at)) return;
    this.#jump(at);
    this.#following = true;
    this.#video.play().catch(() => {});
  }

  /** To the beginning of what can be gone back to. */
  goBack() {
    const { seekable } = this.#video;
    if (!seekable.length) return;
    this.#video.currentTime = seekable.start(0);
    this.#video.play().catch(() => {});
  }

  /** Whether a fatal error is nothing but something to be waited for. */
  failed(data, types) {
    if (data.type !== types.NETWORK_ERROR || this.#tries >= (this.#ended ? TRIES_AFTER : TRIES)) return false;
    this.#tries += 1;
    this.#say();
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      if (this.#hls.levels.length) this.#hls.startLoad();
      else this.#hls.loadSource(this.#stream.url);
    }, AGAIN_MS);
    return true;
  }

  #found() {
    if (!this.#tries) return;
    this.#tries = 0;
    this.#say();
  }

  /** Seconds between what is shown and what there is, which grows between two playlists too. */
  #behind() {
    const details = this.#hls?.latestLevelDetails;
    if (!details?.live) return 0;
    const now = performance.now() / 1000;
    const edge = Math.max(details.edge + details.age - now, ...this.#edges);
    return Math.max(0, edge + now - this.#video.currentTime);
  }

  #look() {
    const details = this.#hls.latestLevelDetails;
    if (!details?.live) return;
    this.#edges.push(details.edge + details.age - performance.now() / 1000);
    if (this.#edges.length > LOOKS) this.#edges.shift();
  }

  get #target() {
    const aim = this.#hls?.targetLatency ?? this.#stream.latency ?? 0;
    const base = this.#stream.part === null ? aim : this.#stream.latency;
    return base + (this.#bar.steady ? STEADY : 0) + this.#penalty;
  }

  #jump(at, settles = SETTLES_MS) {
    this.#jumping = true;
    this.#calm = performance.now() + settles;
    this.#video.currentTime = at;
  }

  /** The last jump is over, and its wait. */
  get #settled() {
    return performance.now() > this.#calm && !this.#video.seeking;
  }

  #sought() {
    if (this.#jumping) {
      this.#jumping = false;
      return;
    }
    if (!this.#ended) this.#following = this.#behind() < this.#target + AT_LIVE;
  }

  /** What makes it wait at the beginning, or behind a jump, is no reason to keep further away. */
  #stalled() {
    const begun = performance.now() - this.#began > SETTLES_MS;
    if (this.#following && begun && this.#settled) this.#penalty = Math.min(this.#penalty + PENALTY, MOST_PENALTY);
  }

  #tick() {
    if (!this.#hls || this.#ended) return;
    this.#penalty = Math.max(0, this.#penalty - (FORGIVEN * TICK_MS) / 1000);
    this.#look();
    if (!this.#video.paused && this.#following) this.#follow();
    else if (this.#video.playbackRate !== 1) this.#video.playbackRate = 1;
    this.#show();
  }

  #follow() {
    const late = this.#behind() - this.#target;
    const ahead = this.#ahead();
    const may = this.#settled;
    if (may && late > (this.#stream.part === null ? LATE_SEGMENTS : LATE) && ahead > late + ENOUGH) {
      return this.#jump(this.#video.currentTime + late);
    }
    const dry = this.#video.readyState < PLAYS && this.#began < Infinity;
    if (may && dry && ahead > AGAIN) return this.#jump(this.#video.currentTime, DRY_MS);
    if (may && late > FAR && ahead < late) return this.goLive();
    this.#hurrying = late > (this.#hurrying ? THERE : NEAR) && ahead > ENOUGH;
    let rate = 1;
    if (this.#hurrying) rate = Math.min(FASTEST, 1 + Math.max(LEAST, late * EAGER));
    else if (ahead < STARVED && late < FAR) rate = SLOWER;
    else if (late < -TOO_NEAR) rate = Math.max(SLOWER, 1 + late * EAGER);
    if (rate === 1 || Math.abs(this.#video.playbackRate - rate) >= LEAST) this.#video.playbackRate = rate;
  }

  #ahead() {
    const { buffered, currentTime } = this.#video;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= currentTime + 0.05 && buffered.end(i) > currentTime) return buffered.end(i) - currentTime;
    }
    return 0;
  }

  /** The programme is over: what is played is all of it from now on. */
  #whole() {
    if (this.#ended) return;
    this.#ended = true;
    this.#video.playbackRate = 1;
    clearInterval(this.#timer);
    clearInterval(this.#pictures);
    for (const end of this.#ends.splice(0)) end();
    this.#say();
    this.#show();
  }

  #show() {
    const following = this.#following && !this.#ended && !this.#video.paused;
    this.#bar.show({ following, ended: this.#ended, behind: this.#behind() });
  }

  /** There is more to go back to than there was. */
  #draw() {
    if (document.hidden || !this.#stream.storyboard) return;
    this.#player.pictures(`${this.#stream.storyboard}?at=${Math.round(performance.now() / 1000)}`);
  }

  #say() {
    if (this.#tries) this.#player.say("lost");
    else this.#player.say(this.#interrupted && !this.#ended ? "interrupted" : "");
  }

  #told(interrupted) {
    this.#interrupted = interrupted;
    this.#say();
  }

  /** That nothing comes is told at once; the slate says it without words. */
  async #hear() {
    const { listen } = await import("./realtime.js");
    if (this.#listening.signal.aborted || this.#ended) return;
    for (const topic of FACTS) {
      this.#ends.push(listen(topic, () => this.#told(topic === "programme.interrupted"), this.#player.subject));
    }
  }
}
