// Playing a video that becomes another one meanwhile: its transcode goes on, or its captions change. Its playlists are EVENT
// until all is there, then VOD; hls.js takes EVENT for live and reads the multivariant playlist once. So while it grows this
// says how long the video will be, lets nobody seek past what is there, and is at hand where there is no more yet. And it looks
// for new rungs and captions: when a fact tells of some, and now and then, for facts are not told to everyone.
//
// A change to new ones keeps the MediaSource and what is buffered: another hls.js gets ready behind the scenes and takes
// them over, and its segments follow the ones that are there already.
const TOPICS = ["video.captions", "video.rungs", "video.published", "video.finished", "video.failed", "video.cancelled"];
const TOLD_MS = 30_000;
const UNTOLD_MS = 10_000;
/** The server answers with playlists that may be a second old. */
const SETTLED_MS = 1200;
const READY_MS = 30_000;
/** Seconds of the old rungs at most ahead, which are played before the new ones are seen. */
const AHEAD = 30;
const HEAD_BYTES = 255;
const GROWING = "EVENT";
const WHOLE = "VOD";
const WORDS_MS = 5000;
/** Grows with every change of the captions, also of words behind the same names. */
const CAPTIONS = "novacast.captions";
/** Who waits for more is not left to hls.js, which asks after half a target duration at the earliest. */
const MORE_MS = 1000;
/** Seconds before the end of what is there that count as its end. */
const AT_END = 0.5;

export class Growth {
  #Hls;
  #stream;
  #player;
  #video;
  #hls = null;
  #next = null;
  #grows = false;
  #begun = false;
  #whole = false;
  #news = false;
  #skipped = false;
  #captions = "";
  #over = false;
  #looking = false;
  #again = false;
  #settled = false;
  #known = new Set();
  #timer = 0;
  #asking = 0;
  #ends = [];
  #listening = new AbortController();

  /**
   * `player` has video, subject, told (whether facts reach this viewer), make(options): a new hls.js, use(hls), and
   * waits(yes): whether playing waits for what is not made yet.
   */
  constructor(Hls, stream, player) {
    this.#Hls = Hls;
    this.#stream = stream;
    this.#player = player;
    this.#video = player.video;
    const { signal } = this.#listening;
    const on = (name, act) => this.#video.addEventListener(name, act, { signal });
    on("seeking", () => this.#hold());
    on("waiting", () => this.#ask());
    for (const name of ["playing", "seeking", "pause", "ended"]) on(name, () => this.#goOn());
    on("play", () => { if (this.#skipped) this.#wait(SETTLED_MS); });
    // What nobody sees needs no news.
    document.addEventListener("visibilitychange", () => this.#hear(), { signal });
  }

  /** Play by this hls.js, which has nothing yet. */
  begin(hls) {
    this.#hls = hls;
    this.#follow(hls);
    hls.on(this.#Hls.Events.MANIFEST_PARSED, (_, { sessionData }) => {
      this.#captions = sessionData?.[CAPTIONS]?.VALUE ?? "";
    });
    hls.loadSource(this.#stream.url);
    hls.attachMedia({ media: this.#video, overrides: this.#overrides(hls) });
  }

  end() {
    this.#over = true;
    this.#grows = false;
    clearTimeout(this.#timer);
    this.#goOn();
    this.#listening.abort();
    this.#hear();
    this.#next?.destroy();
    this.#next = null;
  }

  /** hls.js's own answer is the end of the playlist. Never less than what is buffered, which a browser refuses. */
  #overrides(hls) {
    const { duration } = this.#stream;
    const grows = () => duration && hls.latestLevelDetails?.type === GROWING;
    const length = () => (grows() ? Math.max(duration, this.#video.duration || 0) : undefined);
    return { get duration() { return length(); } };
  }

  #follow(hls) {
    hls.on(this.#Hls.Events.LEVEL_LOADED, (_, { details }) => {
      if (this.#over) return;
      if (!this.#begun && [GROWING, WHOLE].includes(details.type)) this.#start(hls, details.type === GROWING);
      if (details.type !== GROWING) return;
      const { startPosition } = hls.config;
      // Where somebody stopped in an earlier edition may not be there yet.
      if (hls === this.#hls && !hls.hasEnoughToStart && startPosition > details.edge) hls.startLoad(last(details).start);
    });
  }

  #start(hls, grows) {
    this.#begun = true;
    this.#grows = grows;
    this.#whole = !grows;
    for (const level of hls.levels) this.#known.add(level.uri);
    const begin = () => {
      this.#hear();
      this.#wait();
    };
    if (grows) {
      hls.config.maxMaxBufferLength = AHEAD;
      begin();
      // Of what is whole only captions change, which nobody reads before it plays.
    } else this.#video.addEventListener("playing", begin, { once: true, signal: this.#listening.signal });
  }

  /** Listen, or no longer. What happened while nobody did is looked for. */
  async #hear() {
    const wanted = () => this.#begun && !this.#over && this.#player.told && !document.hidden;
    if (!wanted()) {
      for (const end of this.#ends.splice(0)) end();
      return;
    }
    const { listen } = await import("./realtime.js");
    if (!wanted() || this.#ends.length) return;
    const news = () => {
      this.#news = true;
      this.#wait(SETTLED_MS);
    };
    for (const topic of TOPICS) this.#ends.push(listen(topic, news, this.#player.subject));
  }

  #wait(time = this.#whole || this.#player.told ? TOLD_MS : UNTOLD_MS) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.#over) this.#timer = setTimeout(() => this.#look(), time);
  }

  /** Back to the last segment that is there, from a place that is not. */
  #hold() {
    const details = this.#grows && this.#hls?.latestLevelDetails;
    if (!details?.live || this.#video.currentTime <= details.edge) return;
    this.#video.currentTime = last(details).start;
  }

  /** Where nothing more is there yet, say so, and ask for it until it is. */
  #ask() {
    clearInterval(this.#asking);
    if (!this.#grows || this.#video.seeking || !this.#isAtEnd()) return;
    this.#player.waits(true);
    this.#asking = setInterval(() => {
      // What is there now may take its time to load, and would be broken off by this.
      if (this.#isAtEnd()) this.#hls.startLoad(this.#video.currentTime, true);
    }, MORE_MS);
  }

  #goOn() {
    clearInterval(this.#asking);
    this.#player.waits(false);
  }

  /** Of its picture or its sound no more is listed than was played. */
  #isAtEnd() {
    const { latestLevelDetails, audioTracks, audioTrack } = this.#hls;
    const lists = [latestLevelDetails, audioTracks[audioTrack]?.details].filter((one) => one?.live);
    return lists.some(({ edge }) => edge - this.#video.currentTime < AT_END);
  }

  /** One at a time; what is told meanwhile is looked for afterwards. */
  async #look() {
    this.#timer = 0;
    const { paused, ended } = this.#video;
    this.#skipped = this.#whole && (document.hidden || ended || (paused && !this.#news));
    if (this.#skipped) return this.#wait();
    this.#news = false;
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#again && !this.#over) {
      this.#again = false;
      // What fails now is tried again: playing goes on, and who may no longer watch is told by the next segment.
      await this.#compare().catch(() => {});
    }
    this.#looking = false;
    if (this.#timer === 0) this.#wait();
  }

  async #compare() {
    const whole = this.#whole || await this.#isWhole();
    const { rungs, captions } = named(...await read(this.#stream.url));
    if (captions !== this.#captions || rungs.some((uri) => !this.#known.has(uri))) {
      await this.#change();
      for (const uri of rungs) this.#known.add(uri);
      this.#captions = captions;
      this.#settled = false;
    } else if (whole && !this.#whole) {
      // The multivariant playlist is written last: once more before no other rungs are expected.
      if (this.#settled) {
        this.#whole = true;
        this.#grows = false;
      } else {
        this.#settled = true;
        this.#wait(SETTLED_MS);
      }
    }
  }

  async #isWhole() {
    const level = this.#hls.levels[Math.max(this.#hls.loadLevel, 0)];
    const [text] = await read(level.uri, { Range: `bytes=0-${HEAD_BYTES}` });
    return /^#EXT-X-PLAYLIST-TYPE:VOD$/m.test(text);
  }

  async #change() {
    const next = this.#next = this.#player.make({
      autoStartLoad: false,
      startFragPrefetch: true,
      testBandwidth: false,
      abrEwmaDefaultEstimate: this.#hls.bandwidthEstimate,
      ...(this.#whole ? {} : { maxMaxBufferLength: AHEAD }),
    });
    this.#follow(next);
    const at = this.#boundary();
    try {
      await this.#prepare(next, at);
      if (this.#over) return;
    } catch (error) {
      if (this.#next === next) this.#next = null;
      next.destroy();
      throw error;
    }
    const old = this.#hls;
    const dropCaptions = this.#keepCaptions(old, next);
    const taken = old.transferMedia();
    // What the old one was handing over is taken in first: a buffer that is busy refuses the next bytes.
    await Promise.all(Object.values(taken?.tracks ?? {}).map(({ buffer }) => idle(buffer)));
    if (this.#over) return;
    this.#hls = next;
    this.#next = null;
    // Without it hls.js would jump to where it began to load.
    next.startLoad(at, true);
    next.attachMedia({ ...taken, overrides: this.#overrides(next) });
    this.#player.use(next);
    old.destroy();
    dropCaptions();
  }

  /** Choose again what was chosen. To be called after the change: the old tracks go once the new one has words. */
  #keepCaptions(old, next) {
    const chosen = old.subtitleTracks[old.subtitleTrack];
    const nodes = [...this.#video.querySelectorAll("track[kind=subtitles], track[kind=captions]")];
    const shown = nodes.find(({ track }) => track.mode === "showing");
    const find = (same) => next.subtitleTracks.findIndex((one) => chosen && one.lang === chosen.lang && same(one));
    const again = find((one) => one.name === chosen.name);
    next.subtitleTrack = again >= 0 ? again : find((one) => one.forced === chosen.forced);
    return () => {
      const drop = () => { for (const node of nodes) node.remove(); };
      if (!shown || next.subtitleTrack < 0) return drop();
      for (const node of nodes) if (node !== shown) node.remove();
      shown.track.mode = "showing";
      next.once(this.#Hls.Events.SUBTITLE_FRAG_PROCESSED, drop);
      setTimeout(drop, WORDS_MS);
    };
  }

  /** Where what is buffered ends: the beginning of the first segment that is not there, or of the last one of all. */
  #boundary() {
    const { buffered, currentTime } = this.#video;
    let end = currentTime;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= end + 0.1) end = Math.max(end, buffered.end(i));
    }
    const fragments = this.#hls.latestLevelDetails?.fragments ?? [];
    const first = fragments.find((fragment) => fragment.end > end + 0.1) ?? fragments.at(-1);
    return Math.max(first?.start ?? 0, 0);
  }

  /** Until its first segment of each kind is loaded and waits to be taken in. */
  #prepare(next, at) {
    const { Events } = this.#Hls;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("it takes too long")), READY_MS);
      const missing = new Set(["audio", "video"]);
      next.on(Events.MANIFEST_PARSED, (_, data) => {
        if (!data.audioTracks.length) missing.delete("audio");
        if (!data.video) missing.delete("video");
        next.startLevel = this.#player.level(next);
        next.startLoad(at);
      });
      next.on(Events.BUFFER_APPENDING, (_, { type }) => {
        if (type === "audiovideo") missing.clear();
        missing.delete(type);
        if (missing.size) return;
        clearTimeout(timer);
        resolve();
      });
      next.on(Events.ERROR, (_, { fatal, details }) => {
        if (!fatal) return;
        clearTimeout(timer);
        reject(new Error(details));
      });
      next.loadSource(this.#stream.url);
    });
  }
}

function last(details) {
  return details.fragments.at(-1);
}

/** When a source buffer has done what it was last asked for. */
function idle(buffer) {
  if (!buffer?.updating) return null;
  return new Promise((done) => { buffer.addEventListener("updateend", done, { once: true }); });
}

/** Text and final address. */
async function read(address, headers = {}) {
  const response = await fetch(address, { headers, cache: "no-cache" });
  if (!response.ok) throw new Error(response.statusText);
  return [await response.text(), response.url];
}

/** Addresses of the rungs in a multivariant playlist, and which captions it has. */
function named(text, base) {
  const lines = [...text.matchAll(/^#EXT-X-STREAM-INF:.*\n(?!#)(.+)$/gm)];
  const data = [...text.matchAll(/^#EXT-X-SESSION-DATA:DATA-ID="([^"]*)",VALUE="([^"]*)"/gm)];
  const captions = data.find((match) => match[1] === CAPTIONS)?.[2] ?? "";
  return { rungs: lines.map((match) => new URL(match[1].trim(), base).href), captions };
}
