// <nova-player video-id="ID" resume="12.5" reports> around a <template data-part="controls"> and one data-part="state";
// templates/player.html writes it. Plays /api/v1/streams/ID by hls.js under media-chrome's controls.
//
// The first frame waits for neither: the stream is asked for while hls.js is on its way, and the controls, half a hundred
// small files, come when the video may already be shown.
import { Growth } from "./growth.js";
import { Live } from "./live.js";
import { Positions } from "./positions.js";
import { Renditions } from "./renditions.js";

const engine = import("../vendor/hls.js/hls.js");
const controls = import("./controls.js");
// Who needs them awaits them and handles their failure; until then it is nobody's.
for (const promise of [engine, controls]) promise.catch(() => {});

const OVER = new Set([401, 403, 410]);
// What hls.js calls errors and is of our own doing: a change of the source begins with a segment that is there already,
// and asking anew breaks off what is under way.
const OURS = new Set(["bufferAppendNoProgress", "aborted"]);
const MANY = 3;
const MANY_SECONDS = 60;
const NATIVE_TYPE = "application/vnd.apple.mpegurl";
// The viewing session of a video in this tab: a page that is loaded anew goes on in it, and is no further device.
const kept = (id) => `novacast-session-${id}`;

// A browser that keeps nothing for us forgets.
function recalled(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch { /* see above */ }
}

class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? "");
    this.status = status;
    this.code = problem.code ?? "";
  }
}

class NovaPlayer extends HTMLElement {
  #video = null;
  #controls = null;
  #state = null;
  #note = null;
  #sound = null;
  #hls = null;
  #growth = null;
  #words = {};
  #bar = {};
  #renewals = [];
  #repairs = [];
  #renewing = false;
  #renditions = new Renditions((index) => { if (this.#hls) this.#hls.nextLevel = index; });
  #positions = null;
  #session = "";

  connectedCallback() {
    if (this.#video) return;
    this.#words = JSON.parse(this.querySelector("[data-part=words]").textContent);
    const part = (name) => this.querySelector(`template[data-part=${name}]`).content;
    this.#state = part("state").firstElementChild;
    this.#video = part("controls").querySelector("video");
    this.#note = part("controls").querySelector("[data-part=note]");
    for (const name of ["live", "start", "steady", "latency", "time"]) this.#bar[name] = part("controls").querySelector(`[data-part=${name}]`);
    this.#video.videoRenditions = this.#renditions;
    this.append(this.#video);
    this.querySelector("[data-part=before]")?.remove();
    this.#video.addEventListener("error", () => this.#nativeFailed());
    this.#hush(part("controls").querySelector("[data-part=unmute]"));
    this.#state.querySelector("[data-part=retry]").addEventListener("click", (event) => this.#retry(event));
    if (this.hasAttribute("reports") && !this.hasAttribute("on-air")) this.#positions = new Positions(this.getAttribute("video-id"), this.#video);
    this.#start(Number(this.getAttribute("resume")) || 0, { play: this.hasAttribute("on-air"), takeOver: this.hasAttribute("takes-over") });
    this.#dress(part("controls"));
  }

  disconnectedCallback() {
    this.#positions?.end();
    this.#growth?.end();
    this.#hls?.destroy();
    this.#hls = null;
  }

  get video() {
    return this.#video;
  }

  /** Id of the viewing session, for what is told of it; empty before there is one. */
  get session() {
    return this.#session;
  }

  /** Put the controls around the video, which goes on meanwhile; without them, the browser's own. */
  async #dress(content) {
    try {
      (await controls).translate(document.documentElement.lang, this.#words.controls);
    } catch {
      this.#video.controls = true;
      return;
    }
    if (!this.isConnected) return;
    this.#controls = content.querySelector("media-controller");
    this.#controls.inert = this.#state.isConnected;
    this.prepend(content);
    // Only now, and in one step: a video that is out of the document for longer is paused.
    this.#controls.prepend(this.#video);
  }

  /** Ask for the stream and play from `at` seconds. */
  async #start(at, { play = false, takeOver = false } = {}) {
    this.#hide();
    try {
      const [stream, { default: Hls }] = await Promise.all([this.#ask(takeOver), engine]);
      if (!this.isConnected) return;
      this.#session = stream.session ?? "";
      keep(kept(this.getAttribute("video-id")), this.#session);
      this.#prepareTracks(stream);
      if (Hls.isSupported()) this.#attach(Hls, stream, at);
      else if (this.#video.canPlayType(NATIVE_TYPE)) this.#attachNative(stream, at);
      else return this.#show("unsupported", { final: true });
      if (play) this.#play();
    } catch (error) {
      this.#explain(error);
    }
  }

  /** A browser may refuse to play without a press; what is on air begins without sound then, and the sound is a press away. */
  #play() {
    this.#video.play().catch((error) => {
      if (error.name !== "NotAllowedError" || this.#video.muted || !this.hasAttribute("on-air")) return;
      this.#video.muted = true;
      if (this.#sound) this.#sound.hidden = false;
      this.#video.play().catch(() => {});
    });
  }

  #hush(button) {
    if (!button) return;
    this.#sound = button;
    button.addEventListener("click", () => {
      this.#video.muted = false;
      this.#video.play().catch(() => {});
    });
    this.#video.addEventListener("volumechange", () => {
      if (this.#video.muted) return;
      const wasInside = button === document.activeElement;
      button.hidden = true;
      if (wasInside) this.querySelector("media-play-button")?.focus();
    });
  }

  async #ask(takeOver) {
    const id = this.getAttribute("video-id");
    const query = new URLSearchParams(takeOver ? { take_over: "true" } : {});
    const session = recalled(kept(id));
    if (session) query.set("session", session);
    const address = `/api/v1/streams/${encodeURIComponent(id)}${`${query}` && `?${query}`}`;
    const response = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (response.ok) return response.json();
    throw new Refused(response.status, await response.json().catch(() => ({})));
  }

  #prepareTracks(stream) {
    if (stream.poster && !this.#video.poster) this.#video.poster = stream.poster;
    if (stream.storyboard) this.#pictures(stream.storyboard);
  }

  /** Of the seek bar; those before are shown until the new ones are there. */
  #pictures(address) {
    const old = [...this.#video.querySelectorAll("track[label=thumbnails]")];
    if (old.some(({ src }) => src === new URL(address, location).href)) return;
    const track = Object.assign(document.createElement("track"), { kind: "metadata", label: "thumbnails", default: true });
    track.addEventListener("load", () => { for (const one of old) one.remove(); });
    track.addEventListener("error", () => track.remove());
    track.src = address;
    this.#video.append(track);
    track.track.mode = "hidden";
  }

  #attach(Hls, stream, at) {
    this.#growth?.end();
    this.#hls?.destroy();
    const shared = {
      root: this,
      video: this.#video,
      subject: this.getAttribute("video-id"),
      told: this.hasAttribute("reports"),
      make: (options) => this.#make(Hls, options),
    };
    const live = stream.kind === "live";
    if (live) {
      this.#growth = new Live(Hls, stream, {
        ...shared,
        bar: this.#bar,
        interrupted: this.hasAttribute("interrupted"),
        say: (key) => this.#say(this.#words[key] ?? ""),
        pictures: (address) => this.#pictures(address),
      });
    } else {
      this.#growth = new Growth(Hls, stream, {
        ...shared,
        level: (hls) => this.#levelOf(hls),
        use: (hls) => this.#use(hls),
        waits: (yes) => this.#say(yes ? this.#words.waits : ""),
      });
    }
    this.toggleAttribute("on-air", live);
    this.#hls = this.#make(Hls, live ? Live.options(stream) : { startPosition: at });
    this.#growth.begin(this.#hls);
  }

  #make(Hls, options) {
    // CMAF needs no transmuxing, so there is nothing for a worker to do. A player no taller than 360 px loads no 1080p.
    const hls = new Hls({ enableWorker: false, capLevelToPlayerSize: true, backBufferLength: 60, ...options });
    hls.on(Hls.Events.MANIFEST_PARSED, () => { if (hls === this.#hls) this.#renditions.fill(hls.levels); });
    hls.on(Hls.Events.ERROR, (_, data) => this.#failed(hls, data, Hls.ErrorTypes));
    return hls;
  }

  /** Go on with another hls.js, which has taken the video over. */
  #use(hls) {
    this.#hls = hls;
    this.#renditions.fill(hls.levels);
  }

  /** With which level a new source begins: the chosen height, else the best that line and size take. In the same codecs. */
  #levelOf(hls) {
    const { codecSet } = this.#hls.levels[this.#hls.loadLevel] ?? {};
    const find = (test) => hls.levels.findIndex((level) => level.codecSet === codecSet && test(level));
    const chosen = find((level) => level.height === this.#renditions.height);
    if (chosen >= 0) return chosen;
    const tall = this.#video.clientHeight * devicePixelRatio;
    const enough = find((level) => Math.min(level.width, level.height) >= tall);
    const most = enough < 0 ? Infinity : enough;
    const fits = (level, at) => at <= most && level.codecSet === codecSet && level.bitrate < hls.bandwidthEstimate * 0.7;
    return Math.max(0, find(() => true), hls.levels.findLastIndex(fits));
  }

  /** In a corner of the picture, which goes on being shown. */
  #say(words) {
    if (this.#note.textContent !== words) this.#note.textContent = words;
  }

  #attachNative(stream, at) {
    this.#video.addEventListener("loadedmetadata", () => { if (at) this.#video.currentTime = at; }, { once: true });
    this.#video.src = stream.url;
  }

  #failed(hls, data, types) {
    if (hls !== this.#hls || (OURS.has(data.details) && !data.fatal)) return;
    this.dispatchEvent(new CustomEvent("streamerror", { detail: { details: data.details, fatal: data.fatal } }));
    if (OVER.has(data.response?.code)) return this.#renew();
    if (!data.fatal || this.#growth?.failed?.(data, types)) return;
    if (data.type === types.MEDIA_ERROR && this.#may(this.#repairs)) return hls.recoverMediaError();
    if (data.response?.code === 409) return this.#renew();
    this.#show(data.type === types.NETWORK_ERROR ? "network" : "media");
  }

  #nativeFailed() {
    if (this.#hls || !this.#video.error) return;
    if (this.#may(this.#renewals)) this.#again();
    else this.#show("media");
  }

  /** The viewing session is over: ask for another, which also says plainly why there may be none. */
  #renew() {
    if (this.#renewing) return;
    if (this.#may(this.#renewals)) this.#again();
    else this.#show("network");
  }

  async #again(options = {}) {
    this.#renewing = true;
    const play = options.play ?? !this.#video.paused;
    this.#hls?.stopLoad();
    const at = this.#video.currentTime || Number(this.getAttribute("resume")) || 0;
    await this.#start(at, { ...options, play });
    this.#renewing = false;
  }

  /** At most MANY in MANY_SECONDS, so that a server that says no forever is not asked forever. */
  #may(times) {
    const now = performance.now() / 1000;
    while (times.length && now - times[0] > MANY_SECONDS) times.shift();
    if (times.length >= MANY) return false;
    times.push(now);
    return true;
  }

  #retry(event) {
    this.#renewals = [];
    this.#repairs = [];
    this.#again({ play: true, takeOver: event.currentTarget.dataset.takeOver === "yes" });
  }

  #explain(error) {
    if (!(error instanceof Refused)) return this.#show("network");
    if (error.status === 401) return this.#show("login", { detail: error.message, final: true, login: true });
    if (error.status === 409) return this.#show("devices", { detail: error.message, takeOver: true });
    if (error.status === 404) return this.#show(this.hasAttribute("on-air") ? "over" : "gone", { final: true });
    if (error.status === 429 || error.status >= 500) return this.#show("busy", { detail: error.message });
    this.#show("refused", { detail: error.message });
  }

  #show(kind, { detail = "", final = false, takeOver = false, login = false } = {}) {
    const wasInside = this.contains(document.activeElement);
    this.#growth?.end();
    this.#hls?.stopLoad();
    this.#video.pause();
    this.#state.dataset.kind = kind;
    const find = (name) => this.#state.querySelector(`[data-part=${name}]`);
    find("message").textContent = this.#words.states[kind];
    find("detail").textContent = detail;
    find("login").hidden = !login;
    const retry = find("retry");
    retry.hidden = final;
    retry.dataset.takeOver = takeOver ? "yes" : "";
    retry.querySelector("span").textContent = takeOver ? this.#words.takeOver : this.#words.retry;
    if (this.#controls) this.#controls.inert = true;
    this.append(this.#state);
    if (wasInside && !final) retry.focus();
  }

  #hide() {
    if (!this.#state.isConnected) return;
    const wasInside = this.#state.contains(document.activeElement);
    this.#state.remove();
    if (this.#controls) this.#controls.inert = false;
    if (wasInside) this.querySelector("media-play-button")?.focus();
  }
}

customElements.define("nova-player", NovaPlayer);
