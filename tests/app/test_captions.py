"""Captions on the screen of a real browser, from a real venue: of the video's own file, and brought by people."""

import asyncio
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from playwright.async_api import Page

from tests.app.test_first_path import reached, upload
from tests.app.test_tour import log_in
from tests.app.venue import Venue
from tests.e2e.browser import Window, Windows, find_chromium
from tests.e2e.test_growth import LISTEN, VIDEO
from tests.waiting import until

pytestmark = pytest.mark.browser

GERMAN = "1\n00:00:01,000 --> 00:00:03,000\nGuten <i>Abend</i>\n\n2\n00:00:04,000 --> 00:00:07,500\nZweiter Akt\n"
ENGLISH = "WEBVTT\n\n00:00:01.250 --> 00:00:03.000\nGood evening & welcome\n\n00:04.000 --> 00:07.500\nAct two\n"
LABELS = f"""[...{VIDEO}.textTracks].filter((one) => one.kind === "subtitles").map((one) => one.label).sort()"""
SHOWN = """() => {
  const video = document.querySelector("nova-player").video;
  const [track] = [...video.textTracks].filter((one) => one.mode === "showing");
  return track && { label: track.label, language: track.language,
    active: [...track.activeCues ?? []].map((cue) => cue.getCueAsHTML().textContent),
    cues: [...track.cues ?? []].map((cue) => [cue.startTime, cue.endTime]) };
}"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Eight seconds with B-frames, whose first picture is decoded before it is shown, and German subtitles."""
    texts, file = tmp_path / "texts.srt", tmp_path / "film.mkv"
    texts.write_text(GERMAN)
    picture, sound = "testsrc2=size=426x240:rate=25:duration=8", "sine=frequency=440:duration=8"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-i", str(texts)]
    codecs = ["-c:v", "libx264", "-preset", "medium", "-bf", "3", "-pix_fmt", "yuv420p", "-c:a", "aac", "-c:s", "srt"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *inputs, *codecs, "-metadata:s:s:0", "language=ger"]
    subprocess.run([*command, str(file)], check=True)
    return file


async def choose(page: Page, label: str) -> None:
    """By the player's own menu."""
    await page.locator("media-captions-menu-button").click()
    await page.locator("media-captions-menu").get_by_role("menuitemradio", name=label).click()


async def read(page: Page, words: str) -> dict[str, Any]:
    """What is shown, once these words are."""
    shown: dict[str, Any] = {}

    async def is_there() -> bool:
        shown.update(await page.evaluate(SHOWN) or {"active": []})
        return words in " ".join(shown["active"])

    await until(is_there)
    return shown


@pytest.mark.slow
async def test_embedded_and_brought_captions_are_read_on_the_screen(venue: Venue, film: Path, tmp_path: Path) -> None:
    producer = await venue.token("producer")
    video_id = await upload(venue, producer, film, visibility="public")
    base = f"/api/v1/videos/{video_id}/captions"
    await reached(venue, producer, video_id, "ready")
    track = (await venue.ask("POST", base, producer, {"language": "en"})).json
    put = await asyncio.to_thread(_put, f"{venue.url}{base}/{track['id']}/file?based_on=1", producer, ENGLISH.encode())
    assert put == 200

    async def both_are_there() -> bool:
        return len((await venue.ask("GET", base)).json["items"]) == 2

    await until(both_are_there)

    async def both_are_published() -> bool:
        return all(name in master_of(venue, video_id) for name in ("Deutsch", "English"))

    await until(both_are_published)
    async with Windows.start(find_chromium()) as windows:
        window = await windows.open(f"{venue.url}/watch/{video_id}")
        page = window.page
        await window.until("() => document.querySelector('nova-player').video?.readyState >= 2")
        await choose(page, "English")
        await page.evaluate("() => { document.querySelector('nova-player').video.currentTime = 2; }")
        english = await read(page, "Good evening & welcome")
        assert english["language"] == "en"
        assert english["cues"][0] == pytest.approx([1.25, 3.0], abs=0.001), "to the millisecond, whatever comes first"
        await windows.picture(window, "captions-on-screen")
        await choose(page, "Deutsch")
        await page.evaluate("() => { document.querySelector('nova-player').video.currentTime = 5; }")
        german = await read(page, "Zweiter Akt")
        assert german["label"] == "Deutsch"
        assert german["cues"][0] == pytest.approx([1.0, 3.0], abs=0.05)
        assert window.complaints == []
        window = await windows.open(f"{venue.url}/login?next=/watch/{video_id}", before=LISTEN)
        await log_in(window, "producer")
        await they_change_while_it_plays(venue, window, video_id, producer)


async def they_change_while_it_plays(venue: Venue, window: Window, video_id: str, token: str) -> None:
    """Added, changed and removed ones, under the eyes of somebody who reads German, slowly."""
    page, base = window.page, f"/api/v1/videos/{video_id}/captions"
    await window.until(f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2")
    await choose(page, "Deutsch")
    await page.evaluate(f"() => {{ {VIDEO}.muted = true; {VIDEO}.playbackRate = 0.25; {VIDEO}.play(); }}")
    await window.until(f"() => {VIDEO}.currentTime > 1")
    tracks = {track["language"]: track for track in (await venue.ask("GET", base)).json["items"]}

    french = (await venue.ask("POST", base, token, {"language": "fr"})).json
    words = ENGLISH.replace("Good evening & welcome", "Bonsoir").encode()
    await asyncio.to_thread(_put, f"{venue.url}{base}/{french['id']}/file?based_on=1", token, words)
    await window.until(f"() => {LABELS}.join() === 'Deutsch,English,français'")
    english = await venue.ask("DELETE", f"{base}/{tracks['en']['id']}", token)
    assert english.status == 204
    await window.until(f"() => {LABELS}.join() === 'Deutsch,français'")
    words = GERMAN.replace("Guten <i>Abend</i>", "Guten Morgen").replace("03,000", "07,500").encode()
    place = f"{venue.url}{base}/{tracks['de']['id']}/file?based_on={tracks['de']['revision']}"
    await asyncio.to_thread(_put, place, token, words)
    shown = await read(page, "Guten Morgen")
    assert shown["label"] == "Deutsch"
    kept = await page.evaluate(f"() => [{VIDEO}.playbackRate, {VIDEO}.paused, seen.back, seen.sources.size]")
    assert kept == [0.25, False, [], 1]
    assert (await page.evaluate("() => seen.errors"), window.complaints) == ([], [])


def master_of(venue: Venue, video_id: str) -> str:
    return "".join(path.read_text() for path in (venue.folder / "media" / video_id).glob("*/master.m3u8"))


def _put(url: str, token: str, data: bytes) -> int:
    request = urllib.request.Request(url, data, method="PUT", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return int(response.status)
