// <nova-upload endpoint="/api/v1/uploads" done-href="/studio/videos/{id}" max-bytes="…" metadata='{"organization": "…"}'>
// around the drop zone and <template data-part="row"> that templates/upload.html writes. tus 1.0.0: an upload goes on
// after a reload or a broken network when the same file is chosen again. With forecast="/api/…/forecast" each file is
// asked about first, and one that will not fit is not sent.
import "../vendor/tus-js-client/tus.js";
import { Forecasts } from "./forecast.js";

const { tus } = window;
const AT_ONCE = 2;
const RETRY_DELAYS = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000];
const TOLD_SHARE = 0.25;

class Row {
  /** `page` is the nova-upload: words, tell(), next(). */
  constructor(page, element, file) {
    Object.assign(this, { page, element, file, state: "waiting", upload: null, told: 0, began: null });
    this.part("name").textContent = file.name;
    this.progress = element.querySelector("progress");
    this.progress.setAttribute("aria-label", file.name);
    this.part("pause").addEventListener("click", () => (this.state === "running" ? this.pause() : this.resume()));
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.part("cancel").setAttribute("aria-label", `${this.part("cancel").textContent.trim()}: ${file.name}`);
    this.show("waiting");
  }

  part(name) {
    return this.element.querySelector(`[data-part=${name}]`);
  }

  show(state, detail = "") {
    this.state = state;
    this.element.dataset.state = state;
    const said = this.page.words[state] ?? "";
    this.part("state").textContent = detail ? `${said} ${detail}` : said;
    const pause = this.part("pause");
    pause.hidden = state === "done" || state === "refused" || state === "checking";
    const label = state === "running" || state === "waiting" ? this.page.words.pause : this.page.words.resume;
    pause.querySelector("span").textContent = label;
    pause.setAttribute("aria-label", `${label}: ${this.file.name}`);
    this.part("cancel").hidden = state === "done";
  }

  /** What it will need; what is on its way already has its room. */
  async check(forecasts) {
    if (this.state !== "checking") return;
    const told = await forecasts.of(this.file);
    if (this.state !== "checking") return;
    if (told) {
      this.part("forecast").textContent = told.text;
      this.part("forecast").hidden = false;
    }
    const refusal = told?.refusal && !(await this.earlier(new tus.Upload(this.file, this.options()))) ? told.refusal : "";
    if (this.state !== "checking") return;
    this.show(refusal ? "refused" : "waiting", refusal);
    if (refusal) this.page.tell("failed", `${this.file.name}. ${refusal}`);
  }

  /** The same file may also be on its way to be something else. */
  async earlier(upload) {
    const found = await upload.findPreviousUploads();
    return found.find((one) => (one.metadata?.replaces ?? "") === (this.page.metadata.replaces ?? ""));
  }

  async start() {
    this.show("running");
    this.began = performance.now();
    if (!this.upload) {
      this.upload = new tus.Upload(this.file, this.options());
      const earlier = await this.earlier(this.upload);
      if (this.state !== "running") return;
      if (earlier) this.upload.resumeFromPreviousUpload(earlier);
    }
    this.page.tell("started", this.file.name);
    this.upload.start();
  }

  options() {
    return {
      endpoint: this.page.getAttribute("endpoint"),
      retryDelays: RETRY_DELAYS,
      removeFingerprintOnSuccess: true,
      metadata: { filename: this.file.name, filetype: this.file.type, ...this.page.metadata },
      onProgress: (sent, total) => this.onProgress(sent, total),
      onError: (error) => this.onError(error),
      onSuccess: () => this.onSuccess(),
    };
  }

  onProgress(sent, total) {
    const share = total ? sent / total : 0;
    this.progress.value = share;
    this.part("share").textContent = this.page.percent.format(share);
    if (share - this.told >= TOLD_SHARE && share < 1) {
      this.told = share;
      this.page.tell("progress", `${this.file.name} ${this.page.percent.format(share)}`);
    }
  }

  onError(error) {
    const problem = problemOf(error);
    this.show(problem ? "refused" : "broken", problem);
    this.page.tell("failed", `${this.file.name}. ${problem}`);
    this.page.next();
  }

  onSuccess() {
    this.progress.value = 1;
    this.part("share").textContent = this.page.percent.format(1);
    this.show("done");
    const id = new URL(this.upload.url, location).pathname.split("/").at(-1);
    const link = this.part("open");
    link.href = this.page.getAttribute("done-href").replace("{id}", encodeURIComponent(id));
    link.hidden = false;
    this.page.tell("done", this.file.name);
    // A page of one file says what becomes of it.
    if (this.page.hasAttribute("one")) location.reload();
    this.page.next();
  }

  async pause() {
    this.show("paused");
    await this.upload?.abort();
    this.page.next();
  }

  resume() {
    this.show("waiting");
    this.page.next();
  }

  /** Takes what was sent off the server too; if that can't be reached, it expires there. */
  async cancel() {
    const inside = this.element.contains(document.activeElement);
    this.state = "cancelled";
    await this.upload?.abort(Boolean(this.upload.url)).catch(() => {});
    this.element.remove();
    this.page.forget(this);
    this.page.tell("cancelled", this.file.name);
    if (inside) this.page.querySelector("input[type=file]").focus();
  }
}

/** The server's own words for a refusal; "" when the network failed and trying again may help. */
function problemOf(error) {
  const response = error.originalResponse;
  if (!response || response.getStatus() === 0 || response.getStatus() >= 500) return "";
  try {
    const problem = JSON.parse(response.getBody());
    return problem.detail || problem.title || String(response.getStatus());
  } catch {
    return String(response.getStatus());
  }
}

class NovaUpload extends HTMLElement {
  #rows = [];
  #checked = Promise.resolve();

  connectedCallback() {
    if (this.words) return;
    this.words = JSON.parse(this.querySelector("[data-part=words]").textContent);
    this.metadata = JSON.parse(this.getAttribute("metadata") ?? "{}");
    this.percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    const address = this.getAttribute("forecast");
    this.forecasts = address ? new Forecasts(address, this.words.forecast, document.documentElement.lang) : null;
    const input = this.querySelector("input[type=file]");
    input.addEventListener("change", () => { this.add(input.files); input.value = ""; });
    this.#acceptDrops(this.querySelector(".drop"));
    addEventListener("beforeunload", (event) => {
      if (this.#rows.some((row) => ["checking", "waiting", "running"].includes(row.state))) event.preventDefault();
    });
    this.#recall();
  }

  add(files) {
    const list = this.querySelector("[data-part=rows]");
    for (const file of this.hasAttribute("one") ? [...files].slice(0, 1) : files) {
      const element = this.querySelector("template[data-part=row]").content.firstElementChild.cloneNode(true);
      list.append(element);
      list.hidden = false;
      const row = new Row(this, element, file);
      this.#rows.push(row);
      const most = Number(this.getAttribute("max-bytes")) || Infinity;
      if (file.size === 0) row.show("refused", this.words.empty);
      else if (file.size > most) row.show("refused", this.words.large);
      if (row.state === "waiting" && this.forecasts) this.#check(row);
      if (row.state === "refused") this.tell("failed", `${file.name}. ${row.part("state").textContent}`);
    }
    this.next();
  }

  /** Start what waits, as long as there is room. */
  next() {
    const running = this.#rows.filter((row) => row.state === "running").length;
    const waiting = this.#rows.filter((row) => row.state === "waiting");
    for (const row of waiting.slice(0, Math.max(0, AT_ONCE - running))) row.start();
  }

  /** One after the other, so that many files at once are not many questions at once. */
  #check(row) {
    row.show("checking");
    this.#checked = this.#checked.then(() => row.check(this.forecasts)).then(() => this.next());
  }

  forget(row) {
    this.#rows = this.#rows.filter((one) => one !== row);
    this.next();
  }

  tell(kind, text) {
    this.querySelector("[data-part=live]").textContent = `${this.words.told[kind]} ${text}`;
  }

  /** Uploads that a reload interrupted: the browser kept their addresses, but not the files. */
  async #recall() {
    const earlier = await tus.defaultOptions.urlStorage.findAllUploads();
    const names = earlier.map((one) => one.metadata?.filename).filter(Boolean);
    const note = this.querySelector("[data-part=earlier]");
    if (!names.length || !note) return;
    note.querySelector("[data-part=names]").textContent = [...new Set(names)].join(", ");
    note.hidden = false;
  }

  #acceptDrops(zone) {
    const mark = (on) => (event) => { event.preventDefault(); zone.classList.toggle("drop--over", on); };
    zone.addEventListener("dragenter", mark(true));
    zone.addEventListener("dragover", mark(true));
    zone.addEventListener("dragleave", (event) => { if (!zone.contains(event.relatedTarget)) mark(false)(event); });
    zone.addEventListener("drop", (event) => { mark(false)(event); this.add(event.dataTransfer.files); });
  }
}

customElements.define("nova-upload", NovaUpload);
