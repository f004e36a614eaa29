// Publishing by WHIP (RFC 9725): one offer with every address in it, one answer, DELETE at the end. A connection that
// breaks is made anew, later and later, for as long as the programme waits for its encoder.
const GATHER_MS = 3000;
const CONNECT_MS = 15_000;
/** Browsers call a connection "disconnected" that often mends itself. */
const MENDING_MS = 3000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const SDP = "application/sdp";

/**
 * `words`: the server's own; empty when it could not be reached. `media`: it answered, and no way for pictures was found.
 * `final`: trying again would not help.
 */
export class Refused extends Error {
  constructor(status, words = "", media = false) {
    super(words);
    this.media = media;
    this.final = status >= 400 && status < 500 && status !== 429;
  }
}

export class Whip extends EventTarget {
  #endpoint;
  #key;
  #patience;
  #tracks;
  #bitrate;
  #peer = null;
  #session = "";
  #over = new AbortController();
  #recovering = false;

  /** `patience`: seconds for which a broken connection is made anew. Events: connected, interrupted, ended (detail: words, or null). */
  constructor({ endpoint, key, patience, tracks, bitrate }) {
    super();
    this.#endpoint = endpoint;
    this.#key = key;
    this.#patience = patience;
    this.#tracks = tracks;
    this.#bitrate = bitrate;
  }

  static get able() {
    return Boolean(globalThis.RTCPeerConnection) && h264().length > 0;
  }

  /** Rejects with Refused: the first time it is not tried again. */
  async start() {
    await this.#connect();
    this.#tell("connected");
  }

  /** Sends another picture or sound in place of the one there was, without a new connection. */
  async replace(track) {
    this.#tracks = [...this.#tracks.filter((one) => one.kind !== track.kind), track];
    const sender = this.#peer?.getSenders().find((one) => one.track?.kind === track.kind || (!one.track && track.kind === "video"));
    await sender?.replaceTrack(track);
  }

  get stats() {
    return this.#peer?.getStats() ?? Promise.resolve(new Map());
  }

  /** Resolves when the server has heard it; it does even if the page is being left. */
  stop() {
    this.#over.abort();
    return this.#hangUp();
  }

  async #connect() {
    this.#hangUp();
    const peer = (this.#peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" }));
    for (const track of this.#tracks) this.#add(peer, track);
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const answer = await this.#offer(peer.localDescription.sdp);
    if (this.#over.signal.aborted) {
      await this.#hangUp();
      peer.close();
      throw new Refused(0);
    }
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    await connected(peer, this.#over.signal);
    peer.addEventListener("connectionstatechange", () => this.#changed(peer));
    this.#changed(peer);
  }

  #add(peer, track) {
    const stream = new MediaStream([track]);
    if (track.kind === "audio") return peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    const sendEncodings = [{ maxBitrate: this.#bitrate }];
    const transceiver = peer.addTransceiver(track, { direction: "sendonly", streams: [stream], sendEncodings });
    transceiver.setCodecPreferences?.(h264());
    // Each change of size is a cut for those who watch; fewer pictures are not.
    const parameters = { ...transceiver.sender.getParameters(), degradationPreference: "maintain-resolution" };
    return transceiver.sender.setParameters(parameters).catch(() => {});
  }

  async #offer(body) {
    const headers = { "Content-Type": SDP, Authorization: `Bearer ${this.#key}` };
    let answer;
    try {
      answer = await fetch(this.#endpoint, { method: "POST", headers, body, credentials: "omit" });
    } catch {
      throw new Refused(0);
    }
    if (answer.status !== 201) throw new Refused(answer.status, await problemOf(answer));
    this.#session = new URL(answer.headers.get("Location"), answer.url).href;
    return answer.text();
  }

  #changed(peer) {
    if (peer !== this.#peer || this.#over.signal.aborted) return;
    const { connectionState } = peer;
    if (connectionState === "failed" || connectionState === "closed") this.#recover();
    if (connectionState === "disconnected") setTimeout(() => { if (peer.connectionState !== "connected" && peer === this.#peer) this.#recover(); }, MENDING_MS);
  }

  async #recover() {
    if (this.#recovering || this.#over.signal.aborted) return;
    this.#recovering = true;
    this.#tell("interrupted");
    const until = performance.now() + this.#patience * 1000;
    for (let wait = FIRST_WAIT_MS; performance.now() < until; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      await pause(wait, this.#over.signal);
      if (this.#over.signal.aborted) return;
      try {
        await this.#connect();
        this.#recovering = false;
        return this.#tell("connected");
      } catch (error) {
        if (error.final) return this.#end(error.message);
      }
    }
    this.#end(null);
  }

  #end(words) {
    this.stop();
    this.#tell("ended", words);
  }

  /** The session first: with its connection closed, the server would end it by itself and call it unknown. */
  async #hangUp() {
    const [peer, session] = [this.#peer, this.#session];
    this.#peer = null;
    this.#session = "";
    if (session) await fetch(session, { method: "DELETE", keepalive: true, credentials: "omit" }).catch(() => {});
    peer?.close();
  }

  #tell(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** What a refusal says in the reader's language. */
export async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || problem.title || String(answer.status);
}

/** H.264 is the one picture that the server takes; its retransmissions come along. */
function h264() {
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.("video")?.codecs ?? [];
  const own = codecs.filter((one) => one.mimeType === "video/H264");
  const whole = own.filter((one) => one.sdpFmtpLine?.includes("packetization-mode=1"));
  if (!own.length) return [];
  return [...(whole.length ? whole : own), ...codecs.filter((one) => one.mimeType === "video/rtx")];
}

/** Resolves when every address is in the description, or when waiting longer would help nobody. */
function gathered(peer) {
  return new Promise((resolve) => {
    const look = () => { if (peer.iceGatheringState === "complete") resolve(); };
    peer.addEventListener("icegatheringstatechange", look);
    setTimeout(resolve, GATHER_MS);
    look();
  });
}

function connected(peer, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Refused(0, "", true)), CONNECT_MS);
    const look = () => {
      if (peer.connectionState === "connected") resolve();
      else if (["failed", "closed"].includes(peer.connectionState)) reject(new Refused(0, "", true));
      else return;
      clearTimeout(timer);
    };
    peer.addEventListener("connectionstatechange", look);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(new Refused(0, "", true)); });
    look();
  });
}

/** Shorter when the network comes back meanwhile. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => { clearTimeout(timer); removeEventListener("online", end); resolve(); };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
