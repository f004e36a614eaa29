// What a chosen file will need, told before it is sent. nova-upload asks where it has forecast="/api/…/forecast".
const PATIENCE = 4000;
const ANSWER = 8000;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export class Forecasts {
  constructor(address, words, language) {
    Object.assign(this, { address, words, language });
  }

  /** `{ text, refusal }`, or null where nobody could be asked: then the server says while it is sent. */
  async of(file) {
    const { seconds, height } = await measured(file);
    const query = new URLSearchParams({ bytes: file.size });
    if (seconds) query.set("seconds", seconds);
    if (seconds) query.set("height", height);
    try {
      const answer = await fetch(`${this.address}?${query}`, { signal: AbortSignal.timeout(ANSWER) });
      return answer.ok ? this.#told(await answer.json()) : null;
    } catch {
      return null;
    }
  }

  #told(forecast) {
    const { words } = this;
    const said = [
      words.needs.replace("{size}", this.#size(forecast.original)).replace("{made}", this.#size(forecast.renditions)),
      forecast.seconds === null ? words.timeless : words.takes.replace("{time}", this.#time(forecast.seconds)),
    ];
    if (forecast.guessed) said.push(words.guessed);
    const { refusal } = forecast;
    if (refusal && !refusal.certain) said.push(words.doubtful, refusal.detail);
    return { text: said.join(" "), refusal: refusal?.certain ? refusal.detail : "" };
  }

  #size(bytes) {
    const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
    const value = bytes / 1000 ** power;
    return this.#number(value, UNITS[power], value < 10 && power ? 1 : 0, "short");
  }

  #time(seconds) {
    if (seconds < 90) return this.#number(Math.max(1, Math.ceil(seconds / 10)) * 10, "second", 0, "long");
    if (seconds < 5400) return this.#number(seconds / 60, "minute", 0, "long");
    return this.#number(seconds / 3600, "hour", 1, "long");
  }

  #number(value, unit, digits, unitDisplay) {
    return new Intl.NumberFormat(this.language, { style: "unit", unit, unitDisplay, maximumFractionDigits: digits })
      .format(value);
  }
}

/** Seconds and the shorter side of the picture, as far as this browser can read the file; of it only the beginning or
 *  the end is read. */
function measured(file) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({}), PATIENCE);
    const done = () => {
      clearTimeout(timer);
      const known = Number.isFinite(video.duration) && video.duration > 0;
      resolve(known ? { seconds: video.duration, height: Math.min(video.videoWidth, video.videoHeight) } : {});
    };
    video.addEventListener("loadedmetadata", done);
    video.addEventListener("error", done);
    video.preload = "metadata";
    video.muted = true;
    video.src = address;
  }).finally(() => {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  });
}
