// <nova-golive> as templates/live/go_live.html writes it: shows the camera or the screen, and puts it on air by WHIP with a stream
// key of its own that lives in memory only and is revoked at the end.
import { Capture } from "./capture.js";
import { Levels } from "./levels.js";
import { problemOf, Refused, Whip } from "./whip.js";

const LOOK_MS = 1000;
/** Bits a second at the most, by the least height and for 30 pictures a second. */
const BITRATES = [[1080, 6_000_000], [720, 3_500_000], [480, 1_800_000], [0, 1_000_000]];
const LOOKS = { ready: "", connecting: "busy", connected: "busy", live: "bad", interrupted: "busy" };

class NovaGoLive extends HTMLElement {
  #capture = new Capture((screen) => this.#lost(screen));
  #levels = null;
  #sound = null;
  #whip = null;
  #key = null;
  #state = "off";
  #timer = 0;
  #since = null;
  #last = null;
  #facing = "";
  #opening = Promise.resolve();
  #attempt = 0;
  #wake = null;
  #words;
  #listening = new AbortController();

  connectedCallback() {
    this.#words = JSON.parse(this.#part("words").textContent);
    this.hidden = false;
    const { signal } = this.#listening;
    this.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-does]")?.dataset.does), { signal });
    this.addEventListener("change", (event) => { if (event.target.closest("[data-part=choices]")) this.#chosen(); }, { signal });
    this.addEventListener("submit", (event) => this.#ask(event), { signal });
    addEventListener("pagehide", () => this.#stop(true), { signal });
    addEventListener("beforeunload", (event) => { if (this.#whip) event.preventDefault(); }, { signal });
    document.addEventListener("visibilitychange", () => this.#stayAwake(), { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#list(), { signal });
    new MutationObserver(() => this.#follow()).observe(this.#part("programme"), { childList: true, subtree: true });
    for (const one of this.querySelectorAll("[data-needs=screen]")) one.hidden = !Capture.shares;
    if (!navigator.mediaDevices) this.#show("off", this.#words.insecure);
    else if (!Whip.able) this.#show("off", this.#words.unable);
    else this.#show("off");
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#stop(true);
    this.#capture.close();
    this.#levels?.close();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #pressed(what) {
    if (what === "open") this.#open();
    else if (what === "start") this.#start();
    else if (what === "stop") this.#stopped();
    else if (what === "mute") this.#mute();
    else if (what === "turn") this.#turn();
  }

  get #wanted() {
    const value = (name) => this.querySelector(`[name=${name}]`)?.value ?? "";
    const screen = this.querySelector("[name=source]:checked")?.value === "screen";
    return {
      screen,
      camera: value("camera"),
      microphone: value("microphone"),
      facing: this.#facing,
      height: Number(value("height")),
      rate: Number(value("rate")),
      plain: this.querySelector("[name=plain]").checked,
    };
  }

  /** One after the other: a camera that is opened twice at once is held by nobody who would let it go. */
  #open() {
    this.#opening = this.#opening.then(() => this.#opened());
    return this.#opening;
  }

  async #opened() {
    // Both only after a press; the browser asks for leave now.
    this.#levels ??= new Levels(this.#part("level"), (kind) => this.#loudness(kind));
    const before = this.#state;
    try {
      await this.#capture.open(this.#wanted);
    } catch (error) {
      const words = this.#words.devices[error.name] ?? this.#words.devices.other;
      if (!this.#capture.picture && this.#whip) this.#stopped(words);
      else this.#show(this.#capture.picture ? before : "off", words);
      return;
    }
    this.#sound = this.#levels.take(this.#capture.sounds);
    this.#part("preview").srcObject = new MediaStream([this.#capture.picture]);
    await this.#list();
    if (!this.#whip) return this.#show("ready");
    for (const track of this.#tracks) await this.#whip.replace(track);
  }

  get #tracks() {
    return [this.#capture.picture, this.#sound].filter(Boolean);
  }

  #chosen() {
    if (this.#state !== "off" && this.#state !== "connecting") this.#open();
  }

  #turn() {
    this.#facing = this.#facing === "environment" ? "user" : "environment";
    this.querySelector("[name=camera]").value = "";
    this.#open();
  }

  #mute() {
    const button = this.querySelector("[data-does=mute]");
    const muted = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", `${muted}`);
    this.#capture.mute(muted);
  }

  /** The browser's own bar ended the sharing, or a cable was pulled. */
  #lost(screen) {
    if (!screen) return this.#whip ? this.#stopped(this.#words.gone) : this.#show("off", this.#words.gone);
    this.querySelector("[name=source][value=camera]").checked = true;
    this.#open();
  }

  async #list() {
    const [cameras, microphones] = await Capture.devices();
    const fill = (name, devices) => {
      const select = this.querySelector(`[name=${name}]`);
      const chosen = select.value;
      select.replaceChildren(select.options[0], ...devices.map((one) => new Option(one.label || one.deviceId, one.deviceId)));
      select.value = devices.some((one) => one.deviceId === chosen) ? chosen : "";
    };
    fill("camera", cameras);
    fill("microphone", microphones);
    this.querySelector("[data-does=turn]").hidden = cameras.length < 2 || !matchMedia("(pointer: coarse)").matches;
  }

  async #start() {
    const attempt = ++this.#attempt;
    this.#show("connecting");
    try {
      const key = await this.#made();
      if (attempt !== this.#attempt) return revoke(key);
      this.#key = key;
      this.#whip = new Whip({
        endpoint: this.getAttribute("whip"),
        key: this.#key.secret,
        patience: Number(this.getAttribute("patience")),
        tracks: this.#tracks,
        bitrate: bitrate(this.#wanted),
      });
      this.#whip.addEventListener("connected", () => this.#show("connected"));
      this.#whip.addEventListener("interrupted", () => this.#show("interrupted"));
      this.#whip.addEventListener("ended", ({ detail }) => this.#stopped(detail ?? this.#words.late));
      await this.#whip.start();
      this.#timer = setInterval(() => this.#measure(), LOOK_MS);
      this.#stayAwake();
      this.#follow();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const refused = error instanceof Refused ? error : null;
      this.#stopped(refused?.message || (refused?.media ? this.#words.blocked : this.#words.unreachable));
    }
  }

  async #made() {
    const body = JSON.stringify({ name: this.#words.key, expires_in: Number(this.getAttribute("lasts")) });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(this.getAttribute("keys"), { method: "POST", headers, body });
    if (!answer.ok) throw new Refused(answer.status, await problemOf(answer));
    const { id, secret } = await answer.json();
    return { id, secret };
  }

  #stopped(words = "") {
    this.#stop();
    this.#show(this.#capture.picture ? "ready" : "off", words);
  }

  /** Repeatable. A page that is `leaving` does nothing later: then both requests go at once. */
  #stop(leaving = false) {
    this.#attempt += 1;
    const ended = this.#whip?.stop();
    this.#whip = null;
    const key = this.#key;
    if (key && (leaving || !ended)) revoke(key);
    else if (key) ended.then(() => revoke(key));
    this.#key = this.#since = this.#last = null;
    clearInterval(this.#timer);
    this.#wake?.release().catch(() => {});
    this.#wake = null;
    if (this.#state !== "off") this.#state = "ready";
  }

  /** The server says when the first picture is shown, and when the programme is over. */
  #follow() {
    const told = this.#part("programme").querySelector("[data-state]")?.dataset.state ?? "";
    if (this.#state === "connected" && told === "on_air") {
      this.#since ??= Date.now();
      this.#show("live");
    } else if (this.#state === "live" && told !== "on_air" && told !== "interrupted") this.#stopped(this.#words.over);
  }

  #show(state, words = "") {
    this.#state = state;
    this.dataset.state = state;
    for (const one of this.querySelectorAll("[data-when]")) one.hidden = !one.dataset.when.split(" ").includes(state);
    const badge = this.#part("badge");
    badge.textContent = this.#words.states[state];
    badge.className = `badge${LOOKS[state] ? ` badge--${LOOKS[state]}` : ""}`;
    const said = this.#part("said");
    said.textContent = words || this.#words.told[state] || "";
    said.hidden = !said.textContent;
    if (!this.#whip) this.#part("clock").textContent = "";
  }

  #loudness(kind) {
    const note = this.#part("loudness");
    const words = kind ? this.#words.levels[kind] : "";
    if (note.textContent !== words) note.textContent = words;
  }

  async #measure() {
    if (this.#since) this.#part("clock").textContent = clock((Date.now() - this.#since) / 1000);
    const found = [...(await this.#whip?.stats ?? new Map()).values()];
    const sent = found.find((one) => one.type === "outbound-rtp" && one.kind === "video");
    if (!sent || !this.#whip) return;
    const source = found.find((one) => one.id === sent.mediaSourceId);
    const far = found.find((one) => one.type === "remote-inbound-rtp" && one.kind === "video");
    const bytes = found.filter((one) => one.type === "outbound-rtp").reduce((sum, one) => sum + one.bytesSent, 0);
    const before = this.#last;
    this.#last = { bytes, at: sent.timestamp, id: sent.id };
    const number = (value, digits = 0) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
    const say = (name, words) => { this.#part(name).textContent = words || "–"; };
    const grown = before && sent.timestamp > before.at ? bytes - before.bytes : -1;
    say("bitrate", grown >= 0 ? `${number((grown * 8) / (sent.timestamp - before.at) / 1000, 1)} Mbit/s` : "");
    say("picture", sent.frameWidth ? `${sent.frameWidth} × ${sent.frameHeight}, ${number(sent.framesPerSecond ?? 0)}/s` : "");
    say("dropped", source?.frames ? number(Math.max(0, source.frames - sent.framesEncoded)) : "");
    say("lost", far ? number(Math.max(0, far.packetsLost)) : "");
    say("limit", this.#words.limits[sent.qualityLimitationReason] ?? "");
  }

  /** A phone that sleeps sends nothing. */
  async #stayAwake() {
    if (!this.#whip || document.hidden || !navigator.wakeLock) return;
    this.#wake = await navigator.wakeLock.request("screen").catch(() => null);
  }

  /** Cuts, markers and the end go over the API: this page must not be left while it is on air. */
  async #ask(event) {
    const form = event.target;
    if (!form.dataset.api) return;
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
    const body = JSON.stringify({ ...JSON.parse(form.dataset.body ?? "{}"), ...fields });
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    const answer = await fetch(form.dataset.api, options).catch(() => null);
    form.closest("dialog")?.close();
    const note = this.#part("asked");
    note.textContent = answer?.ok ? form.dataset.done : answer ? await problemOf(answer) : this.#words.unreachable;
    if (answer?.ok) form.reset();
  }
}

function bitrate({ height, rate }) {
  const base = BITRATES.find(([least]) => height >= least)[1];
  return Math.round(rate > 30 ? base * 1.5 : base);
}

/** Outlives the page. */
function revoke({ id }) {
  fetch(`/api/v1/keys/${id}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** 1:02:03 */
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

customElements.define("nova-golive", NovaGoLive);
