// <nova-playlist next="…"> on a watch page inside a collection: when the video has ended, the next one begins after a
// countdown that can be cancelled. Whether it does is the viewer's choice, kept in this browser; where motion is to be
// reduced it is off until they choose otherwise.
const SECONDS = 8;
const CHOICE = "novacast.goes-on";
const BEGIN = "novacast.begin";

class NovaPlaylist extends HTMLElement {
  #box = null;
  #video = null;
  #panel = null;
  #timer = 0;

  async connectedCallback() {
    this.#box = this.querySelector("[data-part=goes-on]");
    this.#box.checked = chosen() ?? !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#box.addEventListener("change", () => {
      keep(localStorage, CHOICE, this.#box.checked ? "yes" : "no");
      if (!this.#box.checked) this.#stay();
    });
    this.hidden = false;
    await customElements.whenDefined("nova-player");
    this.#video = document.querySelector("nova-player")?.video;
    this.#video?.addEventListener("ended", () => this.#ended());
    for (const name of ["play", "seeking"]) this.#video?.addEventListener(name, () => this.#stay());
  }

  disconnectedCallback() {
    this.#stay();
  }

  async #ended() {
    if (!this.#box.checked || this.#panel || this.#video.loop) return;
    // The next page has no full screen either, and the question must be seen.
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
    const player = document.querySelector("nova-player");
    const inside = player.contains(document.activeElement);
    this.#panel = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const part = (name) => this.#panel.querySelector(`[data-part=${name}]`);
    part("now").addEventListener("click", () => keep(sessionStorage, BEGIN, path(this.getAttribute("next"))));
    part("stay").addEventListener("click", () => this.#stay());
    this.#panel.addEventListener("keydown", (event) => { if (event.key === "Escape") this.#stay(); });
    player.append(this.#panel);
    part("told").textContent = part("told").dataset.text.replace("{seconds}", SECONDS);
    if (inside || document.activeElement === document.body) part("stay").focus();
    this.#count(SECONDS);
  }

  #count(left) {
    if (left <= 0) {
      keep(sessionStorage, BEGIN, path(this.getAttribute("next")));
      location.assign(this.getAttribute("next"));
      return;
    }
    this.#panel.querySelector("[data-part=count]").textContent = left;
    this.#timer = setTimeout(() => this.#count(left - 1), 1000);
  }

  #stay() {
    clearTimeout(this.#timer);
    const inside = this.#panel?.contains(document.activeElement);
    this.#panel?.remove();
    this.#panel = null;
    if (inside) document.querySelector("nova-player media-play-button")?.focus();
  }
}

function whenLoaded(video, act) {
  if (video.readyState >= 1) act();
  else video.addEventListener("loadedmetadata", act, { once: true });
}

function path(address) {
  return new URL(address, location.href).pathname;
}

// A browser may forbid storage; then the choice holds for this page.
function keep(storage, name, value) {
  try {
    storage.setItem(name, value);
  } catch { /* nothing to do */ }
}

function chosen() {
  try {
    const kept = localStorage.getItem(CHOICE);
    return kept === null ? null : kept === "yes";
  } catch {
    return null;
  }
}

/** The path that is to begin by itself, once. */
function taken() {
  try {
    const kept = sessionStorage.getItem(BEGIN);
    sessionStorage.removeItem(BEGIN);
    return kept;
  } catch {
    return null;
  }
}

customElements.define("nova-playlist", NovaPlaylist);

// The countdown of the video before stands for the press of a button, where the browser takes it as one; the last of a
// collection has no <nova-playlist> itself.
if (taken() === location.pathname) {
  customElements.whenDefined("nova-player").then(() => {
    const video = document.querySelector("nova-player")?.video;
    if (video) whenLoaded(video, () => video.play().catch(() => {}));
  });
}
