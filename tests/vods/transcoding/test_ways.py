"""The ways to a ladder: taken over as it is, in one go, in parts; and what can be watched meanwhile."""

import asyncio
import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest

from novacast.media.encode import inspect
from novacast.settings import Transcode
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.source import VideoSource
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import TaskState, TranscodeState
from tests.vods.conftest import PRODUCER, STRANGER, Clips, House
from tests.waiting import until

SHORT = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac")
PARTS = Transcode(heights=(144, 240, 360), preset="ultrafast", nice=0, copy=False, chunk_seconds=8)
SLOW = Transcode(heights=(144, 240, 360), preset="slow", nice=0, copy=False, chunk_seconds=8)


async def folder(house: House, video_id: str) -> Path:
    return (await VideoSource(house.db, house.folders).locate(STRANGER, video_id)).folder


def frames(rendition: Path) -> list[tuple[Fraction, bool]]:
    """Instants of all packets of a rendition, and which are keyframes."""
    made = inspect(rendition)
    whole = rendition.parent.parent / f"whole-{rendition.name}.mp4"
    parts = [made.playlist.init, *(segment.name for segment in made.playlist.segments)]
    whole.write_bytes(b"".join((rendition / part).read_bytes() for part in parts))
    with av.open(str(whole)) as media:
        stream = media.streams[0]
        assert stream.time_base is not None
        found = [(p.pts * stream.time_base, p.is_keyframe) for p in media.demux() if p.pts is not None]
    whole.unlink()
    return sorted(found)


def extinf(rendition: Path) -> list[str]:
    return re.findall(r"#EXTINF:([\d.]+)", (rendition / "index.m3u8").read_text())


@pytest.mark.parametrize("rate", ["30", "30000/1001", "24000/1001"])
async def test_parts_join_to_what_one_process_makes(house: House, clips: Clips, rate: str) -> None:
    source = clips(f"joins-{rate.replace('/', '-')}.mp4", "-r", rate, *SHORT[:6], "-g", "37", *SHORT[6:],
                   size="320x240", seconds=26)  # fmt: skip
    parted, whole = await house.arrive(source), await house.arrive(source)
    await house.work(PARTS).finish(parted)
    await house.work(Transcode(heights=(144, 240, 360), preset="ultrafast", nice=0, copy=False)).finish(whole)
    one, other = await folder(house, parted), await folder(house, whole)
    for rung in ("144p", "240p"):
        assert extinf(one / rung) == extinf(other / rung)
        assert frames(one / rung) == frames(other / rung)
    assert frames(one / "audio") == frames(other / "audio")


async def test_a_part_costs_no_picture_at_its_seams(house: House, clips: Clips) -> None:
    source = clips("seams.mp4", *SHORT, size="320x240", seconds=26)
    parted, whole = await house.arrive(source), await house.arrive(source)
    await house.work(PARTS).finish(parted)
    await house.work(Transcode(heights=(144, 240), preset="ultrafast", nice=0, copy=False)).finish(whole)
    one, other = decoded(await folder(house, parted) / "240p"), decoded(await folder(house, whole) / "240p")
    assert len(one) == len(other)
    worst = [max(abs(a - b) for a, b in zip(x, y, strict=True)) for x, y in zip(one, other, strict=True)]
    assert max(worst) < 40


def decoded(rendition: Path) -> list[bytes]:
    """A thumbnail of each picture: a wrong one, or one at the wrong time, looks quite different."""
    with av.open(str(rendition / "index.m3u8")) as media:
        return [
            bytes(frame.reformat(32, 24, "gray", interpolation="AREA").planes[0]) for frame in media.decode(video=0)
        ]


async def test_a_picture_that_browsers_play_is_shown_as_it_is_and_other_rungs_are_cut_alike(
    house: House, clips: Clips
) -> None:
    source = clips("playable.mp4", *SHORT[:6], "-force_key_frames", "0,3,7.5,9,15,21", "-sc_threshold", "0", *SHORT[6:],
                   size="320x240", seconds=24)  # fmt: skip
    video_id = await house.arrive(source)
    await house.work(Transcode(heights=(144, 240), preset="ultrafast", nice=0, chunk_seconds=10)).finish(video_id)
    place = await folder(house, video_id)
    assert frames(place / "240p") == frames_of(source)
    assert extinf(place / "240p") == extinf(place / "144p")
    assert [at for at, key in frames(place / "144p") if key] == [sum_ for sum_, _ in cuts(place / "240p")]
    detail = await house.videos.show(STRANGER, video_id)
    assert [(rung.name, rung.published) for rung in detail.rungs] == [("240p", True), ("144p", True)]
    assert detail.video.has_poster
    assert detail.video.has_storyboard
    assert not list(house.folders.work.glob("*"))


def cuts(rendition: Path) -> list[tuple[Fraction, None]]:
    times = [Fraction(0)]
    for length in extinf(rendition)[:-1]:
        times.append(times[-1] + Fraction(length))
    return [(time, None) for time in times]


def frames_of(source: Path) -> list[tuple[Fraction, bool]]:
    with av.open(str(source)) as media:
        stream = media.streams.video[0]
        assert stream.time_base is not None
        return sorted((p.pts * stream.time_base, p.is_keyframe) for p in media.demux(stream) if p.pts is not None)


async def test_what_is_being_made_can_be_watched_from_its_first_segment_and_never_shrinks(
    house: House, clips: Clips
) -> None:
    video_id = await house.arrive(clips("slow.mp4", *SHORT, size="640x360", seconds=32))
    running = asyncio.ensure_future(house.work(SLOW).finish(video_id))

    async def ready() -> bool:
        assert not running.done()
        video = await house.db.one(videos.by_id(video_id))
        return video is not None and video.state is VideoState.READY

    await until(ready)
    place = await folder(house, video_id)
    master = (place / "master.m3u8").read_text()
    assert re.findall(r"^(\S+)/index.m3u8$", master, re.MULTILINE) == ["360p"]
    assert 'URI="audio/index.m3u8"' in master
    playlist = (place / "360p" / "index.m3u8").read_text()
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in playlist
    assert "#EXT-X-ENDLIST" not in playlist
    assert len(await house.facts("video.published")) == 1
    seen: list[Sequence[str]] = [extinf(place / "360p")]
    while not running.done():
        now = extinf(place / "360p")
        assert now[: len(seen[-1])] == seen[-1]
        for number in range(len(now)):
            assert (place / "360p" / f"seg_{number:05}.m4s").stat().st_size > 0
        seen.append(now)
        await asyncio.sleep(0.05)
    await running
    master = (place / "master.m3u8").read_text()
    assert re.findall(r"^(\S+)/index.m3u8$", master, re.MULTILINE) == ["144p", "240p", "360p"]
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in (place / "360p" / "index.m3u8").read_text()
    assert len(extinf(place / "360p")) == 8
    told = [event.payload["rungs"] for event in await house.facts("video.rungs")]
    assert told[0] == ["360p"]
    assert sorted(told[-1]) == ["144p", "240p", "360p"]
    assert len(await house.facts("video.published")) == 1
    assert len(await house.facts("video.finished")) == 1


async def test_a_cancelled_transcode_goes_on_from_the_parts_that_are_finished(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("slow.mp4", *SHORT, size="640x360", seconds=32))
    running = asyncio.ensure_future(house.work(SLOW).finish(video_id))

    async def some_done() -> bool:
        assert not running.done()
        tasks = await house.db.all(store.tasks(video_id))
        return sum(task.state is TaskState.DONE and task.kind.renders for task in tasks) >= 2

    await until(some_done, 60)
    await house.transcoding.cancel(PRODUCER, video_id)
    await running
    transcode = await house.db.one(store.by_video(video_id))
    assert transcode is not None
    assert transcode.state is TranscodeState.CANCELLED
    assert transcode.edition is not None
    place = house.folders.edition(video_id, transcode.edition)
    kept = {path: path.stat().st_mtime_ns for path in place.glob("*/*.m4s")}
    assert kept
    await house.transcoding.retry(PRODUCER, video_id)
    await house.work(SLOW).finish(video_id)
    assert await folder(house, video_id) == place
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


async def test_sound_alone_becomes_a_programme_with_a_picture_to_stand_for_it(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("tone.m4a", picture=False, seconds=9))
    await house.work(PARTS).finish(video_id)
    video = (await house.videos.show(STRANGER, video_id)).video
    assert (video.state, video.width, video.has_poster, video.has_storyboard) == (VideoState.READY, None, True, False)
    place = await folder(house, video_id)
    master = (place / "master.m3u8").read_text()
    assert 'CODECS="mp4a.40.2",AUDIO="audio"\naudio/index.m3u8' in master
    assert "RESOLUTION" not in master
    assert (place / "poster.jpg").read_bytes().startswith(b"\xff\xd8")
    assert len(extinf(place / "audio")) == 3
