// How loud it is, and several sounds made one. To be made after a press: browsers keep an AudioContext silent before.
const QUIETEST = -60;
const TOO_LOUD = -1;
/** Milliseconds that "too loud" stays to be read, and after which silence is told. */
const SHOWN_MS = 1500;
const SILENT_MS = 5000;

export class Levels {
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #samples = new Float32Array(this.#analyser.fftSize);
  #sources = [];
  #mixed = null;
  #meter;
  #say;
  #frame = 0;
  #loud = -Infinity;
  #heard = performance.now();

  /** `say` is told "loud", "silent" or "". */
  constructor(meter, say) {
    this.#meter = meter;
    this.#say = say;
    this.#draw();
  }

  /** Listens to these tracks from now on. Returns the one to be sent: the only one, or all mixed; none of none. */
  take(tracks) {
    for (const source of this.#sources.splice(0)) source.disconnect();
    this.#mixed = tracks.length > 1 ? this.#context.createMediaStreamDestination() : null;
    for (const track of tracks) {
      const source = this.#context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.#analyser);
      if (this.#mixed) source.connect(this.#mixed);
      this.#sources.push(source);
    }
    this.#heard = performance.now();
    this.#context.resume();
    return this.#mixed?.stream.getAudioTracks()[0] ?? tracks[0] ?? null;
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#context.close();
    this.#meter.value = 0;
    this.#say("");
  }

  #draw() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let peak = 0;
    for (const sample of this.#samples) peak = Math.max(peak, Math.abs(sample));
    const level = Math.max(QUIETEST, 20 * Math.log10(peak || 1e-9));
    const now = performance.now();
    if (level > QUIETEST) this.#heard = now;
    if (level > TOO_LOUD) this.#loud = now;
    this.#meter.value = 1 - level / QUIETEST;
    const silent = this.#sources.length > 0 && now - this.#heard > SILENT_MS;
    this.#say(now - this.#loud < SHOWN_MS ? "loud" : silent ? "silent" : "");
    this.#frame = requestAnimationFrame(() => this.#draw());
  }
}
