// <nova-captions-file video-id="ID"> around the form that adds a track: with scripts a file can be chosen as well.
// The form goes its own way where none is.

class CaptionsFile extends HTMLElement {
  #form = null;
  #input = null;
  #problem = null;

  connectedCallback() {
    this.#form = this.querySelector("form");
    const choose = this.querySelector("[data-part=choose]");
    this.#input = choose.querySelector("input");
    this.#problem = this.querySelector("[data-part=problem]");
    choose.hidden = false;
    this.#form.addEventListener("submit", (event) => {
      if (!this.#input.files.length) return;
      event.preventDefault();
      this.#send(this.#input.files[0]);
    });
  }

  async #send(file) {
    const button = this.#form.querySelector("button[type=submit], button:not([type])");
    button.disabled = true;
    this.#problem.hidden = true;
    const base = `/api/v1/videos/${encodeURIComponent(this.getAttribute("video-id"))}/captions`;
    let track = null;
    try {
      track = await ask("POST", base, JSON.stringify(this.#wish()), "application/json");
      const saved = await ask("PUT", `${base}/${track.id}/file?based_on=${track.revision}`, file, "application/octet-stream");
      if (saved.warnings.length) sessionStorage.setItem(`captions-${track.id}`, saved.warnings.join(" "));
      location.assign(`${location.pathname}/${track.id}`);
    } catch (error) {
      // A track without its cues is of no use to anybody.
      if (track) await ask("DELETE", `${base}/${track.id}`).catch(() => {});
      this.#problem.textContent = error.message;
      this.#problem.hidden = false;
      button.disabled = false;
      this.#input.focus();
    }
  }

  #wish() {
    const given = new FormData(this.#form);
    return {
      language: given.get("language").trim(),
      label: given.get("label").trim(),
      kind: given.get("kind"),
      default: given.has("default"),
      forced: given.has("forced"),
    };
  }
}

/** The answer's JSON, null for none. Throws an error with the server's own words. */
export async function ask(method, address, body, type) {
  const headers = { Accept: "application/json" };
  if (type) headers["Content-Type"] = type;
  const response = await fetch(address, { method, headers, body });
  if (response.status === 204) return null;
  const told = await response.json().catch(() => ({}));
  if (response.ok) return told;
  const error = new Error(told.errors?.map((one) => one.message).join(" ") || told.detail || response.statusText);
  error.status = response.status;
  throw error;
}

customElements.define("nova-captions-file", CaptionsFile);
