"""The script that plays what is on air, fed by hand: the parts come when a test wants them to."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.browser import Windows
from tests.e2e.stage import Stage

pytestmark = pytest.mark.slow

FEEDS = """
async () => {
  const { Live } = await import("/static/js/live.js");
  const load = async (name) => (await fetch(`/media/1/${name}`)).arrayBuffer();
  const STEP = 0.1, EARLY = 0.6, TICK = 100;
  const seen = (window.seen = { dry: [], seeks: 0, done: false, backward: 0 });
  const media = new MediaSource();
  const video = document.createElement("video");
  video.src = URL.createObjectURL(media);
  document.body.append(video);
  await new Promise((open) => media.addEventListener("sourceopen", open, { once: true }));
  const kinds = ['video/mp4; codecs="avc1.42E01E"', 'audio/mp4; codecs="mp4a.40.2"'];
  const parts = [];
  for (const [number, kind] of kinds.entries()) {
    const buffer = media.addSourceBuffer(kind);
    const bytes = await load(number ? "sound.mp4" : "picture.mp4");
    parts.push({ buffer, pieces: cut(bytes), long: number ? 5 * 1024 / 48000 : STEP, given: 0, queue: [] });
  }
  function* boxes(bytes) {
    const view = new DataView(bytes);
    for (let at = 0; at < bytes.byteLength; at += view.getUint32(at)) {
      yield [String.fromCharCode(...new Uint8Array(bytes, at + 4, 4)), at, at + view.getUint32(at)];
    }
  }
  function cut(bytes) {
    const pieces = [];
    let from = 0;
    for (const [kind, at, end] of boxes(bytes)) {
      if (kind === "moof" && at > from && !pieces.length) { pieces.push(bytes.slice(0, at)); from = at; }
      if (kind === "mdat") { pieces.push(bytes.slice(from, end)); from = end; }
    }
    return pieces;
  }
  // The first piece of each is the initialization.
  let given = 0;
  const give = () => {
    given += 1;
    for (const one of parts) {
      while (one.given === 0 || (one.given - 1) * one.long < given * STEP) one.queue.push(one.pieces[one.given++]);
      const next = () => { if (!one.buffer.updating && one.queue.length) one.buffer.appendBuffer(one.queue.shift()); };
      one.buffer.onupdateend = next;
      next();
    }
  };
  const edge = () => given * STEP;
  const hls = {
    on() {}, loadSource() {}, attachMedia() {}, liveSyncPosition: 0, targetLatency: EARLY, levels: [],
    get latestLevelDetails() { return { live: true, edge: edge(), age: 0 }; },
  };
  const player = {
    root: document.createElement("div"), video, subject: "p", interrupted: false, bar: {},
    make() {}, say() {}, pictures() {},
  };
  const Hls = { Events: { LEVEL_UPDATED: "a", FRAG_BUFFERED: "b" } };
  const live = new Live(Hls, { url: "", part: 0.2, latency: EARLY }, player);
  live.begin(hls);
  const ahead = () => (video.buffered.length ? video.buffered.end(video.buffered.length - 1) - video.currentTime : 0);
  video.addEventListener("seeking", () => { seen.seeks += 1; });
  let last = 0, dry = false;
  const watch = () => {
    if (video.currentTime < last - 0.01) seen.backward += 1;
    if (dry && video.readyState > 2 && !video.seeking && video.currentTime > last) {
      seen.dry.push(ahead());
      dry = false;
    }
    last = video.currentTime;
    requestAnimationFrame(watch);
  };
  video.addEventListener("waiting", () => { if (!video.seeking && seen.begun) dry = true; });
  for (let n = 0; n < 8; n += 1) give();
  await video.play();
  seen.begun = true;
  watch();
  // It plays for a while, nothing comes until it is dry, then what comes comes in its time.
  let since = 0, resting = 60, comes = true;
  const timer = setInterval(() => {
    if (given >= 390 || seen.dry.length >= 4) {
      clearInterval(timer);
      seen.done = true;
      return;
    }
    if (comes) {
      give();
      since += 1;
      if (since > resting && !dry) { comes = false; since = 0; resting = 12; }
    } else if (dry) comes = true;
  }, TICK);
}
"""


@pytest.fixture
async def fed(ladder: Path, tmp_path: Path) -> Path:
    """A picture and a sound in fragments of a tenth of a second."""
    picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=20:d=40", "-c:v", "libx264", "-profile:v", "baseline"]
    picture += ["-preset", "ultrafast", "-g", "20", "-frag_duration", "90000"]
    sound = ["-f", "lavfi", "-i", "sine=440:r=48000:d=40", "-c:a", "aac", "-frag_duration", "95000"]
    flags = ["-movflags", "+empty_moov+default_base_moof", "-f", "mp4"]
    for name, arguments in {"picture": picture, "sound": sound}.items():
        command = ["ffmpeg", "-v", "error", *arguments, *flags, str(tmp_path / f"{name}.mp4")]
        subprocess.run(command, check=True, timeout=60)
    return tmp_path


async def test_however_often_it_runs_dry_it_goes_on_with_as_little(windows: Windows, fed: Path) -> None:
    """Left alone, Chromium wants 0.4, 0.8, 1.6 and then 3 seconds of sound before it goes on."""
    async with Stage.open(fed) as stage:
        stage.refuse = 404
        window = await windows.open(f"{stage.url}/watch?bare")
        await window.page.evaluate(FEEDS)
        await window.page.wait_for_function("() => window.seen.done", timeout=60_000)
        seen = await window.page.evaluate("() => window.seen")
    assert len(seen["dry"]) == 4
    assert max(seen["dry"]) < 1.2, seen["dry"]
    assert seen["backward"] == 0
