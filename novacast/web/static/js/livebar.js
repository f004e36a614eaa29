// What the control bar has for a programme on air: back to live, from the start, how far behind, steadier or closer.
import { clock } from "./clock.js";

const CHOICE = "novacast-live-steady";

export class LiveBar {
  /** Whether a distance can be chosen at all. */
  lowLatency = false;
  #parts;
  #steady = false;

  /** `parts`: elements by their names, live, start, steady, latency and time, of which any may be missing. */
  constructor(parts, root, { goLive, goBack }, signal) {
    this.#parts = parts;
    try {
      this.#steady = localStorage.getItem(CHOICE) === "yes";
    } catch { /* it is not kept then */ }
    const press = (name, act) => parts[name]?.addEventListener("click", act, { signal });
    press("live", goLive);
    press("start", goBack);
    press("steady", () => this.#choose(!this.#steady));
    // The range has these keys itself, and means the same.
    root.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("[role=menu], media-time-range")) return;
      if (event.key === "End") goLive();
      else if (event.key === "Home") goBack();
      else return;
      event.preventDefault();
    }, { signal });
  }

  get steady() {
    return this.#steady;
  }

  show({ following, ended, behind }) {
    const { live, start, steady, latency, time } = this.#parts;
    if (live) {
      live.hidden = ended;
      live.dataset.at = following ? "yes" : "no";
      live.setAttribute("aria-pressed", `${following}`);
    }
    if (start) start.hidden = ended;
    if (steady) {
      steady.hidden = ended || !this.lowLatency;
      steady.setAttribute("aria-pressed", `${this.#steady}`);
    }
    if (time) time.hidden = !ended;
    if (latency) {
      const words = ended || !behind ? "" : distance(behind);
      if (latency.textContent !== words) latency.textContent = words;
    }
  }

  #choose(steady) {
    this.#steady = steady;
    try {
      localStorage.setItem(CHOICE, steady ? "yes" : "no");
    } catch { /* for this page, then */ }
  }
}

/** 0.9 s, 42 s, 3:07, 1:02:03. */
function distance(seconds) {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `−${clock(Math.round(seconds))}`;
}
