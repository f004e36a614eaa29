// Codes before the camera: by the browser's BarcodeDetector where it knows QR codes, else by a script.
const EVERY_MS = 90;
/** Pixels of a picture's longer side that are looked at by the script: enough for a code, and quick on an old phone. */
const SIDE = 800;

export class Camera {
  #video;
  #read;
  #stream = null;
  #detector = null;
  #timer = 0;

  /** `read(text)` is called with what is seen, also again and again. */
  constructor(video, read) {
    this.#video = video;
    this.#read = read;
  }

  get on() {
    return this.#stream !== null;
  }

  /** Raises what getUserMedia does: NotAllowedError, NotFoundError … */
  async start() {
    if (this.on) return;
    this.#detector ??= await detector();
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    this.#stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    for (const track of this.#stream.getTracks()) track.addEventListener("ended", () => this.stop());
    this.#video.srcObject = this.#stream;
    await this.#video.play();
    this.#look();
  }

  stop() {
    clearTimeout(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** A lamp, where the camera has one: halls are dark. False: it has none. */
  async light(on) {
    const [track] = this.#stream?.getVideoTracks() ?? [];
    if (!track?.getCapabilities?.().torch) return false;
    await track.applyConstraints({ advanced: [{ torch: on }] });
    return true;
  }

  async #look() {
    if (!this.on) return;
    try {
      if (this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !document.hidden) {
        const text = await this.#detector(this.#video);
        if (text && this.on) this.#read(text);
      }
    } catch { /* a frame that can't be read; there is another */ }
    this.#timer = setTimeout(() => this.#look(), EVERY_MS);
  }
}

async function detector() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => []);
  if (formats?.includes("qr_code")) {
    const own = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await own.detect(video))[0]?.rawValue;
  }
  const { decodeQR } = await import("../../vendor/qr/decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  };
}
