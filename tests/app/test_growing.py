"""A film that is watched while it is made: from the page that says "not ready yet" to the full ladder's end."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect

from novacast.media.ffmpeg import find_ffmpeg
from tests.app.test_first_path import reached, upload
from tests.app.test_tour import log_in
from tests.app.venue import Venue
from tests.e2e.browser import Windows, find_chromium
from tests.e2e.test_growth import LISTEN, VIDEO
from tests.waiting import until

pytestmark = pytest.mark.browser

FILM_SECONDS = 20
"""Of whole segments: sound is a packet longer, for its priming, and hls.js must come to its end all the same."""


@pytest.fixture
async def film(tmp_path: Path) -> Path:
    """MPEG-4 Visual, which no browser plays: every rung must be encoded."""
    ffmpeg, file = await find_ffmpeg(tmp_path), tmp_path / "film.mkv"
    picture = f"testsrc2=size=640x360:rate=25:duration={FILM_SECONDS}"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=frequency=440:duration={FILM_SECONDS}"]
    command = [str(ffmpeg.path), "-v", "error", *inputs, "-c:v", "mpeg4", "-q:v", "5", "-c:a", "aac", str(file)]
    await asyncio.to_thread(subprocess.run, command, check=True)
    return file


@pytest.mark.slow
async def test_the_page_becomes_a_player_that_ends_at_the_full_ladder(venue: Venue, film: Path, tmp_path: Path) -> None:
    producer = await venue.token("producer")

    async def working() -> bool:
        return bool(venue.workers())

    await until(working)
    for worker in venue.workers():
        os.kill(worker, signal.SIGSTOP)
    video_id = await upload(venue, producer, film)
    async with Windows.start(find_chromium()) as windows:
        window = await windows.open(f"{venue.url}/login?next=/watch/{video_id}", before=LISTEN)
        await log_in(window, "producer")
        await expect(window.page.get_by_text("Not ready yet")).to_be_visible()
        for worker in venue.workers():
            os.kill(worker, signal.SIGCONT)
        await reached(venue, producer, video_id, "ready")
        await window.page.wait_for_function(
            f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2", timeout=60_000
        )
        rungs = await window.page.evaluate(f"() => [{VIDEO}.videoRenditions.length, Math.round({VIDEO}.duration)]")
        assert rungs[0] <= 2
        assert rungs[1] == FILM_SECONDS, "the whole length, however much is there"
        await window.page.evaluate(f"() => {{ {VIDEO}.muted = true; {VIDEO}.play(); }}")
        window.page.set_default_timeout(90_000)
        await window.until(f"() => {VIDEO}.currentTime > 0")
        await window.page.evaluate(f"() => {VIDEO}.pause()")
        await window.until(f"() => {VIDEO}.videoRenditions.length === 2")
        # By now all of the lower one may be there, and a player would be content with it.
        await window.page.evaluate(
            f"() => {{ const all = {VIDEO}.videoRenditions;"
            f" all.selectedIndex = [...all].findIndex((one) => one.height === 240); {VIDEO}.play(); }}"
        )
        await window.until(f"() => {VIDEO}.videoHeight === 240")
        await window.page.evaluate(
            f"() => {{ {VIDEO}.currentTime = Math.max({VIDEO}.currentTime, {FILM_SECONDS - 4}); }}"
        )
        await window.until(f"() => {VIDEO}.ended")
        assert await window.page.evaluate(f"() => {VIDEO}.videoHeight") == 240
        told = await window.page.evaluate("() => ({...seen, sources: seen.sources.size})")
        # Who is faster than the encoder waits for it, which hls.js counts as an error.
        assert set(told["errors"]) <= {"bufferStalledError"}
        assert (told["back"], told["sources"]) == ([], 1)
        assert window.complaints == []
