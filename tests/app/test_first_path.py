"""A video goes in, a gated stream comes out; and nothing that is killed on the way loses it."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from tusclient import client

from tests.app.venue import Answer, Venue
from tests.waiting import until


async def upload(venue: Venue, token: str, file: Path, **metadata: str) -> str:
    """Send a file by tuspy; the id of its video."""
    tus = client.TusClient(f"{venue.url}/api/v1/uploads", headers={"Authorization": f"Bearer {token}"})
    named = {"filename": file.name, "organization": venue.org} | metadata
    with file.open("rb") as stream:
        uploader = tus.uploader(file_stream=stream, chunk_size=64 * 1024, metadata=named)
        await asyncio.to_thread(uploader.upload)
    return str(uploader.url).rstrip("/").rsplit("/", 1)[-1]


async def reached(venue: Venue, token: str, video_id: str, *states: str) -> dict[str, Any]:
    """The video once it is in one of `states`, and nothing is made of it any more: one is ready long before that."""
    video: dict[str, Any] = {}

    async def is_there() -> bool:
        answer = await venue.ask("GET", f"/api/v1/videos/{video_id}", token)
        if answer.status == 200:
            video.update(answer.json)
        if video.get("state") not in states:
            return False
        making = await venue.ask("GET", f"/api/v1/videos/{video_id}/transcode", token)
        return making.status != 200 or making.json["state"] not in ("queued", "running")

    await until(is_there)
    return video


async def playlist(venue: Venue, token: str, video_id: str) -> tuple[str, str]:
    """The address of the multivariant playlist in an open session, and its text."""
    stream = await venue.ask("GET", f"/api/v1/streams/{video_id}", token)
    assert stream.status == 200, stream.body
    url = urljoin(venue.url, stream.json["url"])
    opened: Answer = await venue.ask("GET", url)
    while opened.status in (302, 303, 307):
        url = urljoin(url, opened.headers["Location"])
        opened = await venue.ask("GET", url)
    assert opened.status == 200, opened.body
    return url, opened.body.decode()


def names(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


async def test_a_video_goes_in_and_a_gated_stream_comes_out(venue: Venue, clip: Path) -> None:
    producer = await venue.token("producer")
    video_id = await upload(venue, producer, clip)
    video = await reached(venue, producer, video_id, "ready", "failed")
    assert video["state"] == "ready"
    assert abs(video["duration"] - 4) < 0.2

    master, text = await playlist(venue, producer, video_id)
    assert len(names(text)) == 2, "one rung of 144 and one of 240"
    rung = urljoin(master, names(text)[0])
    media = (await venue.ask("GET", rung)).body.decode()
    segment = urljoin(rung, names(media)[0])
    fetched = await venue.ask("GET", segment)
    assert fetched.status == 200
    assert fetched.body[4:8] in (b"styp", b"moof")

    # Private: strangers and visitors see nothing; and no address works without its session.
    assert (await venue.ask("GET", f"/api/v1/streams/{video_id}")).status in (401, 404)
    assert (await venue.ask("GET", f"/api/v1/streams/{video_id}", await venue.token("visitor"))).status == 404
    for path in (
        f"/media/{video_id}/master.m3u8",
        f"/static/../media/{video_id}/master.m3u8",
        f"/media/x/{video_id}/master.m3u8",
    ):
        assert (await venue.ask("GET", path)).status in (401, 404, 410), path

    changed = await venue.ask("PATCH", f"/api/v1/videos/{video_id}", producer, {"visibility": "public"})
    assert changed.status == 200
    assert (await venue.ask("GET", f"/api/v1/streams/{video_id}")).status == 200


async def test_the_next_segment_is_refused_after_logout_and_after_a_change_of_visibility(
    venue: Venue, clip: Path
) -> None:
    producer = await venue.token("producer")
    video_id = await upload(venue, producer, clip, visibility="signed_in")
    await reached(venue, producer, video_id, "ready")
    await venue.ask("PATCH", f"/api/v1/videos/{video_id}", producer, {"visibility": "signed_in"})

    visitor = await venue.token("visitor")
    master, _ = await playlist(venue, visitor, video_id)
    await venue.ask("PATCH", f"/api/v1/videos/{video_id}", producer, {"visibility": "private"})
    assert await venue.refused(master) in (401, 403, 404, 410)

    await venue.ask("PATCH", f"/api/v1/videos/{video_id}", producer, {"visibility": "signed_in"})
    master, _ = await playlist(venue, visitor, video_id)
    assert (await venue.ask("GET", master)).status == 200
    sessions = await venue.ask("GET", "/api/v1/me/sessions", visitor)
    for session in sessions.json["items"]:
        await venue.ask("DELETE", f"/api/v1/me/sessions/{session['id']}", visitor)
    assert await venue.refused(master) in (401, 403, 404, 410)


async def test_what_is_no_video_is_refused_in_words(venue: Venue, tmp_path: Path) -> None:
    producer = await venue.token("producer")
    trap = tmp_path / "film.mp4"
    trap.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    video_id = await upload(venue, producer, trap)
    video = await reached(venue, producer, video_id, "ready", "failed")
    assert video["state"] == "failed"
    assert len(video["transcode"]["reason"]) > 20
    assert "passwd" not in video["transcode"]["reason"]


@pytest.mark.parametrize("victim", ["server", pytest.param("worker", marks=pytest.mark.slow)])
async def test_kill_9_in_the_middle_of_a_transcode_loses_nothing(
    venue: Venue, tmp_path: Path, clip: Path, victim: str
) -> None:
    producer = await venue.token("producer")
    video_id = await upload(venue, producer, clip)
    await reached(venue, producer, video_id, "processing", "ready")

    async def at_it() -> bool:
        state = (await venue.ask("GET", f"/api/v1/videos/{video_id}", producer)).json["state"]
        return state == "ready" or bool(venue.workers() and list((venue.folder / "media").glob(".work/*")))

    await until(at_it)
    if victim == "server":
        venue.end(signal.SIGKILL)
        await venue.start()
    else:
        os.kill(venue.workers()[0], signal.SIGKILL)
    video = await reached(venue, producer, video_id, "ready", "failed")
    assert video["state"] == "ready", video
    _, text = await playlist(venue, producer, video_id)
    assert len(names(text)) == 2
    await until(lambda: not list((venue.folder / "media").glob(".work/*")))
