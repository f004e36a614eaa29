// <nova-monitor whep="…" subject="…" [auto]> as templates/live/monitors.html writes it: a programme half a second behind the stage, for
// those who work at it. With `auto` it begins by itself, keeps the screen awake, and comes back whatever happens.
import { listen } from "./realtime.js";
import { Whep } from "./whep.js";

const LOOK_MS = 1000;
const LOOKS = { playing: "good", connecting: "busy", waiting: "busy", lost: "bad", refused: "bad" };
const BEGINS = ["programme.on_air", "programme.resumed"];

class NovaMonitor extends HTMLElement {
  #whep = null;
  #video;
  #words;
  #timer = 0;
  #wake = null;
  #ends = [];
  #listening = null;

  connectedCallback() {
    this.#listening = new AbortController();
    this.#words = JSON.parse(this.#part("words").textContent);
    this.#video = this.querySelector("video");
    this.hidden = false;
    const { signal } = this.#listening;
    this.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-does]")?.dataset.does), { signal });
    this.addEventListener("keydown", (event) => this.#typed(event), { signal });
    this.#video.addEventListener("volumechange", () => this.#sounds(), { signal });
    document.addEventListener("fullscreenchange", () => this.#fills(), { signal });
    document.addEventListener("visibilitychange", () => this.#stayAwake(), { signal });
    addEventListener("pagehide", () => this.#whep?.stop(), { signal });
    // A page that comes back from the browser's memory has no connection any more.
    addEventListener("pageshow", (event) => { if (event.persisted && this.#auto) this.#start(); }, { signal });
    const mine = (fact) => { if (fact.subject === this.getAttribute("subject")) this.#whep?.hurry(); };
    for (const topic of BEGINS) this.#ends.push(listen(topic, mine));
    this.querySelector("[data-does=full]").hidden = !document.fullscreenEnabled;
    if (!Whep.able) return this.#show("refused", this.#words.unable);
    if (!Whep.decodes) return this.#show("refused", this.#words.undecoded);
    this.#show("off");
    if (this.#auto) this.#start();
  }

  disconnectedCallback() {
    this.#listening.abort();
    for (const end of this.#ends.splice(0)) end();
    this.#stop();
  }

  get #auto() {
    return this.hasAttribute("auto");
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #pressed(what) {
    if (what === "start") this.#start();
    else if (what === "take") this.#start(true);
    else if (what === "stop") this.#stop();
    else if (what === "sound") this.#video.muted = !this.#video.muted;
    else if (what === "full") this.#full();
  }

  #typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "m") this.#video.muted = !this.#video.muted;
    else if (key === "f") this.#full();
    else if (key === "r") this.#again();
    else return;
    event.preventDefault();
  }

  #start(takeOver = false) {
    this.#whep?.stop();
    const whep = (this.#whep = new Whep(this.getAttribute("whep")));
    const on = (name, act) => whep.addEventListener(name, (event) => { if (whep === this.#whep) act(event.detail); });
    on("connecting", () => { if (this.dataset.state !== "waiting") this.#show("connecting"); });
    on("playing", (stream) => this.#play(stream));
    on("waiting", ({ words, code }) => this.#show("waiting", code === "not_yet" ? this.#words.before : words));
    on("lost", () => this.#show("lost"));
    on("refused", ({ words, status, code }) => this.#refused(words, status, code));
    whep.start(takeOver);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#measure(), LOOK_MS);
    this.#stayAwake();
  }

  #again() {
    if (this.#whep) this.#start();
  }

  #stop(state = "off", words = "") {
    this.#whep?.stop();
    this.#whep = null;
    clearInterval(this.#timer);
    this.#video.srcObject = null;
    this.#wake?.release().catch(() => {});
    this.#wake = null;
    this.#show(state, words);
  }

  #refused(words, status, code) {
    this.#stop("refused", words);
    this.querySelector("[data-does=take]").hidden = code !== "conflict";
    this.#part("login").hidden = status !== 401;
  }

  async #play(stream) {
    this.#video.srcObject = stream;
    this.#show("playing");
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return;
      this.#video.muted = true;
      this.#video.play().catch(() => {});
    }
  }

  #show(state, words = "") {
    this.dataset.state = state;
    for (const one of this.querySelectorAll("[data-when]")) one.hidden = !one.dataset.when.split(" ").includes(state);
    this.querySelector("[data-does=take]").hidden = true;
    this.#part("login").hidden = true;
    const badge = this.#part("badge");
    badge.textContent = this.#words.states[state];
    badge.className = `badge${LOOKS[state] ? ` badge--${LOOKS[state]}` : ""}`;
    const said = this.#part("said");
    said.textContent = words || this.#words.told[state] || "";
    said.hidden = !said.textContent;
    this.#sounds();
    if (state !== "playing") this.#part("numbers").textContent = "";
  }

  #sounds() {
    const button = this.querySelector("[data-does=sound]");
    const { muted } = this.#video;
    button.setAttribute("aria-pressed", `${!muted}`);
    button.querySelector("span").textContent = muted ? this.#words.sound : this.#words.silence;
  }

  #full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.requestFullscreen?.().catch(() => {});
  }

  #fills() {
    const button = this.querySelector("[data-does=full]");
    button.querySelector("span").textContent = document.fullscreenElement ? this.#words.leave : this.#words.full;
  }

  async #measure() {
    const found = [...(await this.#whep?.stats ?? new Map()).values()];
    const video = found.find((one) => one.type === "inbound-rtp" && one.kind === "video");
    if (!video?.frameWidth || this.dataset.state !== "playing") return;
    const rate = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 }).format(video.framesPerSecond ?? 0);
    this.#part("numbers").textContent = `${video.frameWidth} × ${video.frameHeight}, ${rate}/s`;
  }

  /** A screen that sleeps shows nothing. */
  async #stayAwake() {
    if (!this.#auto || !this.#whep || document.hidden || !navigator.wakeLock) return;
    this.#wake = await navigator.wakeLock.request("screen").catch(() => null);
  }
}

customElements.define("nova-monitor", NovaMonitor);
