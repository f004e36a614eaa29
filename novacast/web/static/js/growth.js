// Playing a video whose transcode goes on. Its playlists are EVENT until all is there, then VOD; hls.js takes EVENT for live
// and reads the multivariant playlist once. So while it grows this says how long the video will be, lets nobody seek past
// what is there, and looks for new rungs: when a fact tells of one, and now and then for whom no facts are told.
//
// A change to new rungs keeps the MediaSource and what is buffered: another hls.js gets ready behind the scenes and takes
// them over, and its segments follow the ones that are there already.
const TOPICS = ["video.rungs", "video.published", "video.finished", "video.failed", "video.cancelled"];
const TOLD_MS = 30_000;
const UNTOLD_MS = 10_000;
/** The server answers with playlists that may be a second old. */
const SETTLED_MS = 1200;
const READY_MS = 30_000;
/** Seconds of the old rungs at most ahead, which are played before the new ones are seen. */
const AHEAD = 30;
const HEAD_BYTES = 255;
const GROWING = "EVENT";
const WORDS_MS = 5000;

export class Growth {
  #Hls;
  #stream;
  #player;
  #video;
  #hls = null;
  #next = null;
  #grows = false;
  #over = false;
  #looking = false;
  #again = false;
  #settled = false;
  #known = new Set();
  #timer = 0;
  #ends = [];
  #listening = new AbortController();

  /** `player` has video, subject, told (whether facts reach this viewer), make(options): a new hls.js, and use(hls). */
  constructor(Hls, stream, player) {
    this.#Hls = Hls;
    this.#stream = stream;
    this.#player = player;
    this.#video = player.video;
    const { signal } = this.#listening;
    this.#video.addEventListener("seeking", () => this.#hold(), { signal });
  }

  /** Play by this hls.js, which has nothing yet. */
  begin(hls) {
    this.#hls = hls;
    this.#follow(hls);
    hls.loadSource(this.#stream.url);
    hls.attachMedia({ media: this.#video, overrides: this.#overrides(hls) });
  }

  end() {
    this.#over = true;
    this.#grows = false;
    clearTimeout(this.#timer);
    this.#listening.abort();
    for (const end of this.#ends.splice(0)) end();
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
      if (this.#over || details.type !== GROWING) return;
      if (!this.#grows) this.#start(hls);
      const { startPosition } = hls.config;
      // Where somebody stopped in an earlier edition may not be there yet.
      if (hls === this.#hls && !hls.hasEnoughToStart && startPosition > details.edge) hls.startLoad(last(details).start);
    });
  }

  #start(hls) {
    this.#grows = true;
    hls.config.maxMaxBufferLength = AHEAD;
    for (const level of hls.levels) this.#known.add(level.uri);
    if (this.#player.told) this.#listen();
    this.#wait();
  }

  async #listen() {
    const { listen } = await import("./realtime.js");
    if (this.#over) return;
    const mine = (fact) => { if (fact.subject === this.#player.subject) this.#wait(SETTLED_MS); };
    for (const topic of TOPICS) this.#ends.push(listen(topic, mine));
  }

  #wait(time = this.#player.told ? TOLD_MS : UNTOLD_MS) {
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

  /** One at a time; what is told meanwhile is looked for afterwards. */
  async #look() {
    this.#timer = 0;
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
    const whole = await this.#isWhole();
    const listed = variants(...await read(this.#stream.url));
    if (listed.some((uri) => !this.#known.has(uri))) {
      await this.#change();
      for (const uri of listed) this.#known.add(uri);
      this.#settled = false;
    } else if (whole) {
      // The multivariant playlist is written last: once more before nothing else is expected.
      if (this.#settled) this.end();
      else {
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
      maxMaxBufferLength: AHEAD,
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
    this.#hls = next;
    this.#next = null;
    // Without it hls.js would jump to where it began to load.
    next.startLoad(at, true);
    next.attachMedia({ ...old.transferMedia(), overrides: this.#overrides(next) });
    this.#player.use(next);
    old.destroy();
    dropCaptions();
  }

  /** Choose again what was chosen. To be called after the change: the old tracks go once the new one has words. */
  #keepCaptions(old, next) {
    const chosen = old.subtitleTracks[old.subtitleTrack];
    const nodes = [...this.#video.querySelectorAll("track[kind=subtitles], track[kind=captions]")];
    const shown = nodes.find(({ track }) => track.mode === "showing");
    const same = (one) => chosen && one.name === chosen.name && one.lang === chosen.lang;
    next.subtitleTrack = next.subtitleTracks.findIndex(same);
    return () => {
      const drop = () => { for (const node of nodes) node.remove(); };
      if (!shown || next.subtitleTrack < 0) return drop();
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

/** Text and final address. */
async function read(address, headers = {}) {
  const response = await fetch(address, { headers, cache: "no-cache" });
  if (!response.ok) throw new Error(response.statusText);
  return [await response.text(), response.url];
}

/** Addresses of the rungs in a multivariant playlist. */
function variants(text, base) {
  return [...text.matchAll(/^#EXT-X-STREAM-INF:.*\n(?!#)(.+)$/gm)].map((match) => new URL(match[1].trim(), base).href);
}
