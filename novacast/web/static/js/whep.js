// Watching by WHEP (draft-ietf-wish-whep): one offer without addresses, which the server learns when it is asked from them, one
// answer, DELETE at the end. What breaks is made anew until `stop`, or until the server says that it would not help.
import { problemOf } from "./whip.js";

const CONNECT_MS = 15_000;
/** Browsers call a connection "disconnected" that often mends itself. */
const MENDING_MS = 2000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const LOOK_MS = 2000;
/** A connection that stands and brings no picture for so long is none. */
const STILL_MS = 10_000;
const SDP = "application/sdp";
/** Refusals that another try may get past. */
const PASSING = [409, 429];

export class Whep extends EventTarget {
  #endpoint;
  #peer = null;
  #session = "";
  #left = "";
  #over = null;
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #moved = { frames: 0, at: 0 };

  /** Events: connecting, playing (detail: MediaStream), waiting ({words, code} of the refusal), lost, refused ({words, status, code}). */
  constructor(endpoint) {
    super();
    this.#endpoint = endpoint;
  }

  static get able() {
    return Boolean(globalThis.RTCPeerConnection);
  }

  /** Firefox fetches H.264 for it some minutes after its first start. */
  static get decodes() {
    const { codecs = null } = globalThis.RTCRtpReceiver?.getCapabilities?.("video") ?? {};
    return !codecs || codecs.some(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
  }

  /** `takeOver`: from another device of the same person. Repeatable. */
  start(takeOver = false) {
    if (this.#over) return;
    this.#over = new AbortController();
    this.#wait = FIRST_WAIT_MS;
    this.#run(this.#over.signal, takeOver);
  }

  /** Resolves when the server has heard it; it does even if the page is being left. */
  stop() {
    this.#over?.abort();
    this.#over = null;
    return this.#hangUp();
  }

  /** What waits for another try, waits no longer. */
  hurry() {
    this.dispatchEvent(new Event("hurry"));
  }

  get stats() {
    return this.#peer?.getStats() ?? Promise.resolve(new Map());
  }

  async #run(signal, takeOver) {
    while (!signal.aborted) {
      this.#tell("connecting");
      let wait = 0;
      try {
        const peer = await this.#connect(signal, takeOver);
        takeOver = false;
        await broken(peer, signal, (end) => this.#watch(peer, end));
        if (!signal.aborted) this.#tell("lost");
      } catch (error) {
        if (signal.aborted) break;
        if (error.final) return this.#refused(error);
        wait = error.after * 1000;
        this.#tell(error.words ? "waiting" : "lost", { words: error.words, code: error.code });
      }
      clearInterval(this.#timer);
      await this.#hangUp();
      await this.#pause(wait || this.#wait, signal);
      this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT_MS);
    }
  }

  async #connect(signal, takeOver) {
    // What could not be ended while the network was away would take a place, and be one device more.
    if (this.#left) await this.#leave(this.#left);
    const peer = (this.#peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
    const stream = new MediaStream();
    peer.addEventListener("track", ({ track, receiver }) => {
      // As near to the stage as it goes: the encoder here keeps its pace, and a stage has no use for what is late.
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      stream.addTrack(track);
    });
    for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
    await peer.setLocalDescription(await peer.createOffer());
    const answer = await this.#offer(peer.localDescription.sdp, signal, takeOver);
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    await connected(peer, signal);
    this.#wait = FIRST_WAIT_MS;
    this.#tell("playing", stream);
    return peer;
  }

  async #offer(body, signal, takeOver) {
    let answer;
    try {
      const address = takeOver ? `${this.#endpoint}?take_over=true` : this.#endpoint;
      answer = await fetch(address, { method: "POST", headers: { "Content-Type": SDP }, body, signal });
    } catch {
      throw new Failed();
    }
    if (answer.status !== 201) throw await Failed.of(answer);
    this.#session = new URL(answer.headers.get("Location"), answer.url).href;
    return answer.text();
  }

  #watch(peer, end) {
    this.#moved = { frames: 0, at: performance.now() };
    this.#timer = setInterval(async () => {
      if (document.hidden) return void (this.#moved.at = performance.now());
      const found = [...(await peer.getStats()).values()].find((one) => one.type === "inbound-rtp" && one.kind === "video");
      const frames = found?.framesDecoded ?? 0;
      if (frames !== this.#moved.frames) this.#moved = { frames, at: performance.now() };
      else if (performance.now() - this.#moved.at > STILL_MS) end();
    }, LOOK_MS);
  }

  #refused(error) {
    this.stop();
    this.#tell("refused", { words: error.words, status: error.status, code: error.code });
  }

  async #hangUp() {
    clearInterval(this.#timer);
    const [peer, session] = [this.#peer, this.#session];
    this.#peer = null;
    this.#session = "";
    // The session first: with its connection closed, the server would end it by itself and call it unknown.
    if (session) await this.#leave(session);
    peer?.close();
  }

  async #leave(session) {
    this.#left = session;
    try {
      await fetch(session, { method: "DELETE", keepalive: true });
      this.#left = "";
    } catch {
      // The next connection tries again.
    }
  }

  /** Shorter when the network comes back meanwhile, or somebody hurries. */
  #pause(ms, signal) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        removeEventListener("online", end);
        this.removeEventListener("hurry", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      addEventListener("online", end);
      this.addEventListener("hurry", end);
      signal.addEventListener("abort", end);
    });
  }

  #tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Without a status the server, or its way for media, could not be reached. `after`: seconds that it asks to wait. */
class Failed extends Error {
  words = "";
  status = 0;
  code = "";
  after = 0;
  final = false;

  static async of(answer) {
    const failed = new Failed();
    const problem = await answer.clone().json().catch(() => ({}));
    failed.words = await problemOf(answer);
    failed.status = answer.status;
    failed.code = problem.code ?? "";
    failed.after = Number(answer.headers.get("Retry-After") ?? 0);
    const passing = PASSING.includes(answer.status) && failed.after > 0;
    failed.final = answer.status >= 400 && answer.status < 500 && !passing;
    return failed;
  }
}

function connected(peer, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failed()), CONNECT_MS);
    const look = () => {
      if (peer.connectionState === "connected") resolve();
      else if (["failed", "closed"].includes(peer.connectionState)) reject(new Failed());
      else return;
      clearTimeout(timer);
    };
    peer.addEventListener("connectionstatechange", look);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(new Failed()); });
    look();
  });
}

/** Resolves when the connection is of no use any more; `watch` may say so too. */
function broken(peer, signal, watch) {
  return new Promise((resolve) => {
    const look = () => {
      const { connectionState } = peer;
      if (connectionState === "failed" || connectionState === "closed") resolve();
      if (connectionState === "disconnected") setTimeout(() => { if (peer.connectionState !== "connected") resolve(); }, MENDING_MS);
    };
    peer.addEventListener("connectionstatechange", look);
    // The server's end of a session closes its transport first.
    for (const { receiver } of peer.getTransceivers()) receiver.transport?.addEventListener("statechange", () => { if (receiver.transport.state === "closed") resolve(); });
    signal.addEventListener("abort", resolve);
    watch(resolve);
    look();
  });
}
