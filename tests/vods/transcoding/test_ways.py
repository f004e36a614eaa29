"""The ways to a ladder: taken over as it is, in one go, in parts; and what can be watched meanwhile."""

import asyncio
import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, log10
from pathlib import Path

import av
import pytest

from novacast.media.conformance import check_edition
from novacast.media.encode import inspect
from novacast.media.ffmpeg import FFmpeg
from novacast.settings import Transcode
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.source import VideoSource
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import TaskState, TranscodeState
from tests.media.test_loudness import measured
from tests.vods.conftest import PRODUCER, STRANGER, Clips, House
from tests.waiting import until

SHORT = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac")
PARTS = Transcode(heights=(144, 240, 360), preset="ultrafast", nice=0, copy=False, chunk_seconds=8)
NEAR = 12
"""Pictures before a seam, and behind it, that are looked at."""
LESS = 1.0
"""dB that they may be worse than without the seam: x264 begins anew there, without what it learnt before; and with
several threads and a bound of its rate it encodes a little otherwise each time, by up to 0.7 dB."""
SLOW = Transcode(heights=(144, 240), preset="slow", nice=0, copy=False, chunk_seconds=8)


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


@pytest.mark.parametrize(
    "rate", ["30000/1001", *(pytest.param(rate, marks=pytest.mark.slow) for rate in ("30", "24000/1001"))]
)
async def test_parts_join_to_what_one_process_makes_and_cost_no_quality_at_their_seams(
    house: House, clips: Clips, ffmpeg: FFmpeg, rate: str
) -> None:
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
    parted_quality, whole_quality = (errors(ffmpeg.path, place / "240p", source) for place in (one, other))
    assert len(parted_quality) == len(whole_quality) == len(frames_of(source))
    for join in (ceil(8 * Fraction(rate)), ceil(16 * Fraction(rate))):
        for side in (slice(join - NEAR, join), slice(join, join + NEAR)):
            assert psnr(parted_quality[side]) > psnr(whole_quality[side]) - LESS, (join, side)


def errors(program: Path, rendition: Path, source: Path) -> list[float]:
    """Mean square error of each picture against the source's of the same number, which has its size."""
    counted = "[{0}:v]settb=1/1000,setpts=N*40[{1}]"
    graph = f"{counted.format(0, 'a')};{counted.format(1, 'b')};[a][b]psnr=stats_file=-"
    command = [program, "-v", "error", "-nostdin", "-i", rendition / "index.m3u8", "-i", source,
               "-filter_complex", graph, "-f", "null", "/dev/null"]  # fmt: skip
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(value) for value in re.findall(r"mse_avg:(\S+)", told)]


def psnr(errors: Sequence[float]) -> float:
    """dB, of all these pictures together."""
    return 10 * log10(255**2 * len(errors) / sum(errors))


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


async def test_a_copied_picture_gets_sound_of_the_loudness_that_is_set(
    house: House, clips: Clips, ffmpeg: FFmpeg
) -> None:
    source = clips("soft.mp4", *SHORT, size="320x180", seconds=3)
    video_id = await house.arrive(source)
    await house.work(Transcode(heights=(144, 240), preset="ultrafast", nice=0, loudness=-26)).finish(video_id)
    place = await folder(house, video_id)
    assert frames(place / "180p") == frames_of(source)
    before, _ = measured(ffmpeg.path, source, mono=True)
    after, _ = measured(ffmpeg.path, place / "audio" / "index.m3u8", mono=True)
    assert before > -20
    assert after == pytest.approx(-26, abs=0.5)
    assert [str(one) for one in check_edition(place).findings] == []


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


@pytest.mark.slow
async def test_what_is_being_made_can_be_watched_from_its_first_segment_and_never_shrinks(
    house: House, clips: Clips
) -> None:
    video_id = await house.arrive(clips("slow.mp4", *SHORT, size="426x240", seconds=32))
    running = asyncio.ensure_future(house.work(SLOW).finish(video_id))

    async def ready() -> bool:
        assert not running.done()
        video = await house.db.one(videos.by_id(video_id))
        return video is not None and video.state is VideoState.READY

    await until(ready)
    place = await folder(house, video_id)
    master = (place / "master.m3u8").read_text()
    assert re.findall(r"^(\S+)/index.m3u8$", master, re.MULTILINE) == ["240p"]
    assert 'URI="audio/index.m3u8"' in master
    playlist = (place / "240p" / "index.m3u8").read_text()
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in playlist
    assert "#EXT-X-ENDLIST" not in playlist
    assert len(await house.facts("video.published")) == 1
    seen: list[Sequence[str]] = [extinf(place / "240p")]
    while not running.done():
        now = extinf(place / "240p")
        assert now[: len(seen[-1])] == seen[-1]
        for number in range(len(now)):
            assert (place / "240p" / f"seg_{number:05}.m4s").stat().st_size > 0
        seen.append(now)
        await asyncio.sleep(0.05)
    await running
    master = (place / "master.m3u8").read_text()
    assert re.findall(r"^(\S+)/index.m3u8$", master, re.MULTILINE) == ["144p", "240p"]
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in (place / "240p" / "index.m3u8").read_text()
    assert len(extinf(place / "240p")) == 8
    told = [event.payload["rungs"] for event in await house.facts("video.rungs")]
    assert told[0] == ["240p"]
    assert sorted(told[-1]) == ["144p", "240p"]
    assert len(await house.facts("video.published")) == 1
    assert len(await house.facts("video.finished")) == 1


@pytest.mark.slow
async def test_a_cancelled_transcode_goes_on_from_the_parts_that_are_finished(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("slow.mp4", *SHORT, size="426x240", seconds=32))
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


@pytest.mark.slow
async def test_what_an_older_version_began_is_planned_anew_and_no_part_of_it_is_kept(
    house: House, clips: Clips
) -> None:
    video_id = await house.arrive(clips("older.mp4", *SHORT, size="256x144", seconds=12))
    work = house.work(replace(PARTS, heights=(144,)))
    await work.run()
    begun = await house.db.one(store.by_video(video_id))
    assert begun is not None
    done = [task for task in await house.db.all(store.tasks(video_id)) if task.state is TaskState.DONE]
    assert any(task.kind.renders for task in done)
    older = json.dumps({name: kept for name, kept in json.loads(begun.plan or "").items() if name != "version"})
    change = "UPDATE transcodes SET plan = ?, digest = 'older' WHERE video_id = ?"
    await house.db.write(lambda tx: tx.run(change, (older, video_id)))
    await work.finish(video_id)
    transcode = await house.db.one(store.by_video(video_id))
    assert transcode is not None
    assert transcode.state is TranscodeState.DONE
    assert transcode.encoded.parts == {"libx264": 2}
    edition = (await house.videos.show(STRANGER, video_id)).video.edition
    assert edition != begun.edition
    assert not house.folders.edition(video_id, begun.edition or "").exists()


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
