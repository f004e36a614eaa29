// <nova-cues video-id track-id duration text-length>: the entries of a track as a list that is edited and saved as a whole.
// Each save names the version it began from, so that nobody overwrites what another has saved meanwhile.
import { ask } from "./captions.js";

const SHOWN = 100;
const UNDO = 100;
const GAP = 0.001;
const NEW_SECONDS = 2;

class Cues extends HTMLElement {
  #cues = [];
  #revision = 0;
  #first = 0;
  #before = [];
  #dirty = false;
  #words = {};
  #told = "";

  connectedCallback() {
    this.#words = JSON.parse(this.#part("words").textContent);
    this.base = `/api/v1/videos/${encodeURIComponent(this.getAttribute("video-id"))}/captions/${encodeURIComponent(this.getAttribute("track-id"))}`;
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button && this.contains(button)) this.#do(button.dataset.do, button.closest(".cue"));
    });
    this.#part("list").addEventListener("change", (event) => this.#changed(event.target));
    this.#part("list").addEventListener("input", () => this.#mark(true));
    this.#part("search").addEventListener("input", () => { this.#first = 0; this.#show(); });
    this.#part("file").addEventListener("change", (event) => this.#replace(event.target));
    addEventListener("beforeunload", (event) => { if (this.#dirty) event.preventDefault(); });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      document.activeElement?.blur();
      this.#save();
    });
    this.#load();
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  get #video() {
    return document.querySelector("nova-player")?.video ?? null;
  }

  async #load() {
    try {
      const script = await ask("GET", `${this.base}/cues`);
      this.#cues = script.cues;
      this.#revision = script.revision;
      this.#before = [];
      this.#part("tools").hidden = false;
      this.#part("more").hidden = false;
      this.#told = sessionStorage.getItem(`captions-${this.getAttribute("track-id")}`) ?? "";
      sessionStorage.removeItem(`captions-${this.getAttribute("track-id")}`);
      this.#problem("");
      this.#show();
      this.#mark(false);
    } catch (error) {
      this.#problem(error.status ? error.message : this.#words.network);
    }
  }

  // ---- showing

  /** Indices of what is searched for, of everything without a search. */
  get #found() {
    const wanted = this.#part("search").value.trim().toLocaleLowerCase();
    const all = this.#cues.map((_, index) => index);
    return wanted ? all.filter((index) => plain(this.#cues[index].text).toLocaleLowerCase().includes(wanted)) : all;
  }

  #show(focus = null) {
    const found = this.#found;
    if (focus !== null) this.#first = Math.max(0, Math.floor(found.indexOf(focus) / SHOWN) * SHOWN);
    this.#first = Math.min(this.#first, Math.max(0, Math.floor((found.length - 1) / SHOWN) * SHOWN));
    const rows = found.slice(this.#first, this.#first + SHOWN).map((index) => this.#row(index));
    const list = this.#part("list");
    list.replaceChildren(...rows);
    list.start = (found[this.#first] ?? 0) + 1;
    this.#part("pages").hidden = found.length <= SHOWN;
    this.querySelector("[data-do=earlier]").disabled = this.#first === 0;
    this.querySelector("[data-do=later]").disabled = this.#first + SHOWN >= found.length;
    this.#tell(found.length);
    if (focus !== null) list.querySelector(`[data-index="${focus}"] [data-part=text]`)?.focus();
  }

  #row(index) {
    const cue = this.#cues[index];
    const row = this.#part("row").content.firstElementChild.cloneNode(true);
    row.dataset.index = index;
    row.value = index + 1;
    const entry = this.#words.entry.replace("{n}", index + 1);
    for (const [name, value] of [["start", clock(cue.start)], ["end", clock(cue.end)], ["text", cue.text]]) {
      const field = row.querySelector(`[data-part=${name}]`);
      field.value = value;
      field.setAttribute("aria-label", this.#words[name].replace("{n}", index + 1));
      if (name === "text") field.maxLength = Number(this.getAttribute("text-length"));
    }
    for (const button of row.querySelectorAll("[data-do]")) {
      button.setAttribute("aria-label", `${button.textContent.trim()}: ${entry}`);
      if (button.dataset.do === "merge") button.disabled = index + 1 >= this.#cues.length;
    }
    return row;
  }

  #tell(found) {
    const searching = this.#part("search").value.trim();
    const count = this.#cues.length ? (searching ? this.#words.found : this.#words.count).replace("{n}", found) : this.#words.none;
    this.#part("status").textContent = [count, this.#dirty ? this.#words.unsaved : "", this.#told].filter(Boolean).join(" · ");
  }

  #mark(dirty) {
    this.#dirty = dirty;
    if (dirty) this.#told = "";
    this.querySelector("[data-do=save]").disabled = !dirty;
    this.querySelector("[data-do=undo]").disabled = !this.#before.length;
    this.#tell(this.#found.length);
  }

  #problem(words, { conflict = false } = {}) {
    this.#part("problem").hidden = !words;
    this.#part("message").textContent = words;
    this.#part("conflict").hidden = !conflict;
  }

  // ---- changing

  /** Every change goes through here, so that it can be undone. `work` gives the index that gets the focus, or null. */
  #change(work) {
    const before = JSON.stringify(this.#cues);
    const focus = work() ?? null;
    if (JSON.stringify(this.#cues) === before) return;
    this.#before.push(before);
    if (this.#before.length > UNDO) this.#before.shift();
    this.#show(focus);
    this.#mark(true);
  }

  #changed(field) {
    const index = Number(field.closest(".cue")?.dataset.index);
    if (!Number.isInteger(index)) return;
    const name = field.dataset.part;
    const value = name === "text" ? field.value : seconds(field.value);
    field.setAttribute("aria-invalid", value === null ? "true" : "false");
    if (value === null) return this.#problem(this.#words.time.replace("{n}", index + 1));
    const before = JSON.stringify(this.#cues);
    this.#cues[index][name] = value;
    if (JSON.stringify(this.#cues) === before) return;
    this.#before.push(before);
    if (this.#before.length > UNDO) this.#before.shift();
    if (name !== "text") field.value = clock(value);
    this.#problem("");
    this.#mark(true);
  }

  #do(what, row) {
    const index = row ? Number(row.dataset.index) : -1;
    const work = {
      add: () => this.#change(() => this.#add()),
      insert: () => this.#change(() => this.#insert(index)),
      split: () => this.#change(() => this.#split(index, row.querySelector("[data-part=text]"))),
      merge: () => this.#change(() => this.#merge(index)),
      remove: () => this.#change(() => this.#remove(index)),
      shift: () => this.#change(() => this.#shift(Number(this.#part("shift").value) || 0)),
      undo: () => this.#undo(),
      save: () => this.#save(),
      play: () => this.#play(this.#cues[index]),
      keep: () => this.#keep(),
      reload: () => this.#load(),
      earlier: () => this.#turn(-SHOWN),
      later: () => this.#turn(SHOWN),
    }[what];
    work?.();
  }

  #turn(by) {
    this.#first = Math.max(0, this.#first + by);
    this.#show();
    this.#part("list").querySelector("input")?.focus();
  }

  /** Where the player is, or behind the last. */
  #add() {
    const last = this.#cues.at(-1);
    const at = this.#video?.currentTime || (last ? last.end + GAP : 0);
    this.#part("search").value = "";
    return this.#put({ start: round(at), end: round(at + NEW_SECONDS), text: "", settings: "" });
  }

  #insert(index) {
    const { end } = this.#cues[index];
    const following = this.#cues[index + 1]?.start ?? Infinity;
    const until = following > end + 0.2 ? Math.min(end + NEW_SECONDS, following) : end + NEW_SECONDS;
    this.#part("search").value = "";
    return this.#put({ start: end, end: round(until), text: "", settings: "" }, index + 1);
  }

  #put(cue, at = this.#cues.findIndex((one) => one.start > cue.start)) {
    const index = at < 0 ? this.#cues.length : at;
    this.#cues.splice(index, 0, cue);
    return index;
  }

  /** In two at the cursor, else at the space in the middle; time by the length of their words. */
  #split(index, field) {
    const cue = this.#cues[index];
    const inside = field.selectionStart > 0 && field.selectionStart < cue.text.length;
    const middle = cue.text.length / 2;
    const spaces = [...cue.text.matchAll(/\s+/g)].map((found) => found.index);
    const at = inside ? field.selectionStart : spaces.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
    if (!at) return null;
    const [first, second] = [cue.text.slice(0, at).trim(), cue.text.slice(at).trim()];
    if (!first || !second) return null;
    const cut = round(cue.start + ((cue.end - cue.start) * first.length) / (first.length + second.length));
    this.#cues.splice(index, 1, { ...cue, end: cut, text: first }, { ...cue, start: cut, text: second });
    return index + 1;
  }

  #merge(index) {
    const [one, other] = this.#cues.slice(index, index + 2);
    if (!other) return null;
    const text = [one.text, other.text].filter(Boolean).join("\n");
    this.#cues.splice(index, 2, { ...one, end: Math.max(one.end, other.end), text });
    return index;
  }

  #remove(index) {
    this.#cues.splice(index, 1);
    return this.#cues.length ? Math.min(index, this.#cues.length - 1) : null;
  }

  #shift(by) {
    this.#cues = this.#cues
      .map((cue) => ({ ...cue, start: round(Math.max(0, cue.start + by)), end: round(cue.end + by) }))
      .filter((cue) => cue.end > cue.start);
    return null;
  }

  #undo() {
    const before = this.#before.pop();
    if (!before) return;
    this.#cues = JSON.parse(before);
    this.#show();
    this.#mark(true);
  }

  #play(cue) {
    const video = this.#video;
    if (!video) return;
    video.currentTime = cue.start;
    video.play().catch(() => {});
  }

  // ---- saving

  /** The first entry that the server would refuse, in words. */
  #fault() {
    for (const field of this.#part("list").querySelectorAll("[aria-invalid=true]")) {
      return this.#words.time.replace("{n}", Number(field.closest(".cue").dataset.index) + 1);
    }
    for (const [index, cue] of this.#cues.entries()) {
      if (!cue.text.trim()) return this.#words.empty.replace("{n}", index + 1);
      if (!(cue.end > cue.start)) return this.#words.time.replace("{n}", index + 1);
    }
    return "";
  }

  async #save() {
    if (!this.#dirty) return;
    const fault = this.#fault();
    if (fault) return this.#problem(fault);
    this.#told = this.#words.saving;
    this.#tell(this.#found.length);
    try {
      const body = JSON.stringify({ based_on: this.#revision, cues: this.#cues });
      const track = await ask("PUT", `${this.base}/cues`, body, "application/json");
      await this.#saved(track);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** What the server made of it counts: in order, and without what is not let through. */
  async #saved(track, warnings = []) {
    const script = await ask("GET", `${this.base}/cues`);
    this.#cues = script.cues;
    this.#revision = track.revision;
    this.#before = [];
    this.#problem("");
    this.#show();
    this.#mark(false);
    this.#told = [this.#words.saved, ...warnings].join(" ");
    this.#tell(this.#found.length);
  }

  async #replace(input) {
    const [file] = input.files;
    if (!file) return;
    try {
      const saved = await ask("PUT", `${this.base}/file?based_on=${this.#revision}`, file, "application/octet-stream");
      await this.#saved(saved, saved.warnings);
    } catch (error) {
      this.#refused(error);
    }
    input.value = "";
  }

  #refused(error) {
    this.#told = "";
    this.#tell(this.#found.length);
    this.#problem(error.status ? error.message : this.#words.network, { conflict: error.status === 412 });
  }

  /** One's own entries as a file, so that nothing is lost by looking at the others'. */
  #keep() {
    const cues = this.#cues.map((cue) => `${clock(cue.start, true)} --> ${clock(cue.end, true)} ${cue.settings}\n${cue.text}\n`);
    const url = URL.createObjectURL(new Blob([["WEBVTT\n", ...cues].join("\n")], { type: "text/vtt" }));
    Object.assign(document.createElement("a"), { href: url, download: "captions.vtt" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}

/** 1:02:03.500; with `whole` as WebVTT has it, 01:02:03.500. */
function clock(at, whole = false) {
  const thousandths = Math.round(at * 1000);
  const pad = (number, digits = 2) => String(number).padStart(digits, "0");
  const [hours, minutes] = [Math.floor(thousandths / 3_600_000), Math.floor(thousandths / 60_000) % 60];
  const rest = `${pad(Math.floor(thousandths / 1000) % 60)}.${pad(thousandths % 1000, 3)}`;
  if (whole) return `${pad(hours)}:${pad(minutes)}:${rest}`;
  return hours ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Seconds of 1:02:03.5, 2:03 or 3.5, with a point or a comma; null for anything else. */
function seconds(text) {
  const found = /^\s*(?:(?:(\d{1,4}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (!found) return null;
  const [, hours = 0, minutes = 0, whole, fraction = "0"] = found;
  return round(Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + Number(`0.${fraction}`));
}

function round(at) {
  return Math.round(at * 1000) / 1000;
}

function plain(text) {
  return text.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

customElements.define("nova-cues", Cues);
