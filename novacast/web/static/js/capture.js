// Camera, microphone and screen as one picture and one sound. Whatever is chosen anew takes the place of what there was.
const PLAIN = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 2 };

export class Capture {
  #picture = null;
  #sounds = [];
  #lost;

  /** `lost` is called when a picture ends by itself: the screen is shared no more, the camera was pulled out. */
  constructor(lost) {
    this.#lost = lost;
  }

  get picture() {
    return this.#picture;
  }

  get sounds() {
    return this.#sounds;
  }

  static get shares() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  /**
   * `wanted`: screen, camera and microphone (ids, or empty), facing, height, rate, plain (sound as it is). Phones open one camera at
   * a time: the old one is let go first. Rejects with what the browser says.
   */
  async open(wanted) {
    const muted = this.#sounds.some((one) => !one.enabled);
    const screen = wanted.screen ? await this.#shared(wanted) : null;
    this.close();
    const video = screen ? false : { ...which("deviceId", wanted.camera), ...facing(wanted), ...size(wanted) };
    const audio = { ...which("deviceId", wanted.microphone), ...(wanted.plain ? PLAIN : {}) };
    let taken;
    try {
      taken = await navigator.mediaDevices.getUserMedia({ video, audio });
    } catch (error) {
      for (const track of screen?.getTracks() ?? []) track.stop();
      throw error;
    }
    this.#picture = (screen ?? taken).getVideoTracks()[0] ?? null;
    this.#sounds = [...taken.getAudioTracks(), ...(screen?.getAudioTracks() ?? [])];
    if (this.#picture) {
      this.#picture.contentHint = screen ? "detail" : "motion";
      this.#picture.addEventListener("ended", () => this.#lost(Boolean(screen)));
    }
    if (muted) this.mute(true);
  }

  /** Silences the microphone; the sound of a shared screen goes on. */
  mute(muted) {
    if (this.#sounds.length) this.#sounds[0].enabled = !muted;
  }

  close() {
    for (const track of [this.#picture, ...this.#sounds]) track?.stop();
    this.#picture = null;
    this.#sounds = [];
  }

  /** Names and ids of what there is: [cameras, microphones]. Browsers name them once something was allowed. */
  static async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    return ["videoinput", "audioinput"].map((kind) => all.filter((one) => one.kind === kind && one.deviceId));
  }

  #shared({ height, rate }) {
    return navigator.mediaDevices.getDisplayMedia({ video: { height: { max: height }, frameRate: { ideal: rate } }, audio: true });
  }
}

const which = (name, id) => (id ? { [name]: { exact: id } } : {});
const facing = ({ camera, facing: side }) => (side && !camera ? { facingMode: { ideal: side } } : {});
const size = ({ height, rate }) => ({ width: { ideal: Math.round((height * 16) / 9) }, height: { ideal: height }, frameRate: { ideal: rate } });
