"""A recording in players: the real page of the real server in Chromium with hls.js, and mpv and GStreamer, which are
nobody's here. All play both stretches, made by encoders that differ, from the first picture to the last.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import av
import pytest

from novacast.clock import HOUR, SystemClock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.live.channels import store as channels
from novacast.live.models import ProgrammeState
from novacast.live.programmes import store
from novacast.live.recording.edition import write_edition
from novacast.live.recording.journal import read_journal
from tests.app.venue import Venue, found
from tests.e2e.browser import Windows, find_chromium
from tests.live.conftest import CHANNEL, PROGRAMME
from tests.live.recording.material import SECONDS, TRACKS, Stretch, recorded
from tests.media.players.playing import run, served
from tests.waiting import until

ID = "abcdefghij0123456789"
VIDEO = "document.querySelector('nova-player').video"
PICTURES = 2 * SECONDS * 25
SIZES = (256 * 144 * 3 // 2, 428 * 240 + 216 * 240)
"""Bytes of a picture of each rung as GStreamer writes it, whose lines are whole words of 4 bytes."""
PCM = "audio/x-raw,format=S16LE,rate=48000,channels=1"
GREY = """() => {
  const video = document.querySelector("nova-player").video;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return Array.from(canvas.getContext("2d").getImageData(10, 10, 1, 1).data.slice(0, 3));
}"""
"""The upper left of colour bars is light grey, and that of the first stretch is not."""


@pytest.fixture
async def venue(tmp_path: Path, stretches: Sequence[Stretch]) -> AsyncIterator[Venue]:
    """Its server was killed when a programme had just ended, and is started again."""
    venue = await found(tmp_path / "data")
    folder = DataFolder.at(venue.folder)
    await recorded(folder.live / ID, stretches)
    db = await Database.open(folder.database, SystemClock(), readers=1)
    now = SystemClock().now()
    channel = replace(CHANNEL, org_id=venue.org)
    ended = replace(
        PROGRAMME,
        id=ID,
        org_id=venue.org,
        title="Opening night",
        state=ProgrammeState.ENDED,
        started_at=now - 2 * HOUR,
        ended_at=now - HOUR,
    )
    await db.write(lambda tx: channels.add(tx, channel))
    await db.write(lambda tx: store.add(tx, ended))
    await db.close()
    await venue.start()
    yield venue
    venue.end()


@pytest.mark.browser
@pytest.mark.slow
async def test_the_page_of_a_programme_that_ended_plays_its_recording_from_first_to_last(venue: Venue) -> None:
    async def there() -> bool:
        return (await venue.ask("GET", f"/api/v1/videos/{ID}")).status == 200

    await until(there)
    async with Windows.start(find_chromium()) as windows:
        window = await windows.open(f"{venue.url}/watch/{ID}")
        await window.until(f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2")
        page = window.page
        assert abs(await page.evaluate(f"() => {VIDEO}.duration") - 2 * SECONDS) < 0.1
        first = await page.evaluate(GREY)
        await page.evaluate(f"() => {VIDEO}.play()")
        await window.until(f"() => {VIDEO}.ended")
        told = await page.evaluate(
            f"() => [{VIDEO}.buffered.length, {VIDEO}.buffered.start(0), {VIDEO}.buffered.end(0), "
            f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames]"
        )
        last = await page.evaluate(GREY)
        await page.evaluate(f"() => {{ {VIDEO}.currentTime = 1; }}")
        await window.until(f"() => !{VIDEO}.seeking && {VIDEO}.readyState >= 2")
        assert await page.evaluate(GREY) != last
    ranges, start, end, frames = told
    assert (ranges, start) == (1, 0)
    assert abs(end - 2 * SECONDS) < 0.1
    assert frames >= PICTURES - 2
    assert max(last) - min(last) < 16
    assert 150 < last[0] < 215
    assert first != last
    assert window.complaints == []


@pytest.fixture
async def edition(tmp_path: Path, stretches: Sequence[Stretch]) -> Path:
    folder = tmp_path / "show"
    await recorded(folder, stretches)
    write_edition(folder, read_journal(folder))
    return folder


@pytest.fixture
def address(edition: Path) -> Iterator[str]:
    with served(edition) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("rung", ["min", "max"])
def test_mpv_plays_every_picture_of_both_stretches(address: str, tmp_path: Path, rung: str) -> None:
    target = tmp_path / "played.nut"
    said = run(
        "mpv", "--no-config", "--msg-level=all=warn", f"--hls-bitrate={rung}", f"--o={target}", "--of=nut",
        "--ovc=rawvideo", "--oac=pcm_s16le", address,
    )  # fmt: skip
    with av.open(str(target)) as media:
        shown = [(frame.width, frame.height) for frame in media.decode(video=0)]
    track = TRACKS[1 if rung == "min" else 0]
    assert shown == [(track.width, track.height)] * PICTURES, said


@pytest.mark.slow
def test_gstreamer_plays_every_picture_and_all_of_the_sound_of_both_stretches(address: str, tmp_path: Path) -> None:
    picture, sound = tmp_path / "picture.raw", tmp_path / "sound.raw"
    said = run(
        "gst-launch-1.0", "playbin", f"uri={address}",
        f"video-sink=videoconvert ! video/x-raw,format=I420 ! filesink location={picture}",
        f"audio-sink=audioconvert ! audioresample ! {PCM} ! filesink location={sound}",
    )  # fmt: skip
    assert "ERROR" not in said, said
    assert "EOS" in said
    # It changes from the small rung to the large one where it likes, and throws away nothing.
    small = [n for n in range(PICTURES + 1) if n * SIZES[0] + (PICTURES - n) * SIZES[1] == picture.stat().st_size]
    assert len(small) == 1, picture.stat().st_size
    assert abs(sound.stat().st_size / 2 / 48_000 - 2 * SECONDS) < 0.1
