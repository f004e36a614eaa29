"""Subtitles in a video's own file: text is taken, pictures are told of, and nothing comes twice or comes back."""

import os
import shutil
from pathlib import Path

import pytest

from novacast.vods.captions import store
from novacast.vods.captions.models import Cue, Origin
from novacast.vods.captions.services import CaptionServices
from tests.vods.captions.test_service import SRT
from tests.vods.conftest import PRODUCER, STRANGER, Clips, House


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.srt"
    path.write_text(SRT)
    return path


@pytest.fixture
def film(clips: Clips, texts: Path) -> Path:
    """Three languages, in two ways of writing."""
    maps = ["-map", "0:v", "-map", "1:a", "-map", "2:s", "-map", "3:s", "-map", "3:s"]
    kinds = ["-c:s:0", "srt", "-c:s:1", "ass", "-c:s:2", "webvtt", "-disposition:s:1", "forced"]
    tongues = ["-metadata:s:s:0", "language=ger", "-metadata:s:s:1", "language=eng", "-metadata:s:s:2", "language=fra"]
    fast = ["-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    return clips("film.mkv", "-i", str(texts), "-i", str(texts), *maps, *kinds, *tongues, *fast, seconds=5)


async def test_text_is_taken_while_the_video_is_prepared(house: House, room: CaptionServices, film: Path) -> None:
    video_id = await house.arrive(film, source_name="film.mkv")
    await house.work().finish(video_id)
    await room.extraction.run(video_id)
    tracks = await room.captions.tracks(STRANGER, video_id)
    assert [(one.language, one.forced, one.origin, one.cues) for one in tracks] == [
        ("de", False, Origin.EMBEDDED, 2),
        ("en", True, Origin.EMBEDDED, 2),
        ("fr", False, Origin.EMBEDDED, 2),
    ]
    cues = (await room.captions.script(STRANGER, video_id, tracks[0].id)).cues
    assert [cue.text for cue in cues] == ["One", "Two"]
    assert abs(cues[0].start - 1000) < 50
    video = (await house.videos.show(PRODUCER, video_id)).video
    master = house.folders.edition(video_id, video.edition or "") / "master.m3u8"
    assert master.read_text().count("TYPE=SUBTITLES") == 3
    assert list((house.data.cache / "captions").iterdir()) == []


async def test_what_was_deleted_or_changed_does_not_come_back(
    house: House, room: CaptionServices, film: Path, clips: Clips, texts: Path
) -> None:
    video_id = await house.arrive(film, source_name="film.mkv")
    await house.work().finish(video_id)
    await room.extraction.run(video_id)
    german, english, french = await room.captions.tracks(PRODUCER, video_id)
    await room.captions.remove(PRODUCER, video_id, english.id)
    await room.captions.save(PRODUCER, video_id, german.id, [Cue(1, 2, "Mine")], 1)
    await room.extraction.run(video_id)
    assert [one.id for one in await room.captions.tracks(PRODUCER, video_id)] == [german.id, french.id]
    # Another file brings its own; what people worked on stays.
    other = clips(
        "other.mkv", "-i", str(texts), "-map", "0:v", "-map", "1:a", "-map", "2:s", "-c:s", "srt",
        "-metadata:s:s:0", "language=dut", "-preset", "ultrafast", "-pix_fmt", "yuv420p", seconds=6,
    )  # fmt: skip
    original = house.folders.original(video_id)
    assert original is not None
    shutil.copyfile(other, original)
    await room.extraction.run(video_id)
    languages = {one.language: one.id for one in await room.captions.tracks(PRODUCER, video_id)}
    assert set(languages) == {"de", "nl"}
    assert languages["de"] == german.id
    # An original that was given up takes nothing with it.
    original.unlink()
    await room.extraction.run(video_id)
    assert len(await room.captions.tracks(PRODUCER, video_id)) == 2


async def test_a_file_without_subtitles_needs_no_second_look(house: House, room: CaptionServices, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await house.work().finish(video_id)
    assert await house.db.all(store.unexamined(10)) == []
    assert (await room.captions.overview(PRODUCER, video_id)).tracks == []


async def test_videos_from_before_are_found_by_the_sweep(house: House, room: CaptionServices) -> None:
    video_id = await house.publish()
    assert await house.db.all(store.unexamined(10)) == [video_id]
    await room.extraction.run(video_id)
    assert await house.db.all(store.unexamined(10)) == []
    await room.extraction.run("nothing")


async def test_what_killed_workers_left_behind_goes_after_a_day(house: House, room: CaptionServices) -> None:
    fresh, left_behind = (house.data.cache / "captions" / name for name in ("fresh", "left"))
    for folder in (fresh, left_behind):
        folder.mkdir(parents=True)
    os.utime(left_behind, (1_000_000, 1_000_000))
    await room.sweep()
    assert (fresh.exists(), left_behind.exists()) == (True, False)
