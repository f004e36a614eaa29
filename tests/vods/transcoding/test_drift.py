"""Two hours at fractional rates: nothing drifts, neither playlists from what they name, nor sound from picture.

The picture is a strip, so that two hours of it are made in a minute; at each full minute it flashes, and a tone begins.
"""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import accumulate
from math import ceil
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import pytest

from novacast.media.conformance import check_edition
from novacast.media.encode import inspect
from novacast.settings import Transcode
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import TranscodeState
from tests.vods.conftest import House
from tests.vods.transcoding.test_ways import extinf, folder

HOURS = 2
LONG = HOURS * 3600
PACKET = Fraction(1024, 44_100)
"""Of AAC, seconds."""
ROUNDED = Fraction(1, 1_000_000)
"""By which a playlist's duration of one segment may be off: it has six decimals."""
NEAR = 6
"""Seconds around a minute that are decoded to find its flash and its tone."""
MINUTES = (1, HOURS * 60 - 1)
WAYS = {
    "whole": Transcode(heights=(144, 240), preset="ultrafast", nice=0, copy=False, chunk_seconds=3600 * HOURS),
    "parts": Transcode(heights=(144, 240), preset="ultrafast", nice=0, copy=False, chunk_seconds=600),
    "copy": Transcode(heights=(144, 240), preset="ultrafast", nice=0, chunk_seconds=600),
}


@dataclass(frozen=True)
class Film:
    path: Path
    rate: Fraction

    @property
    def frames(self) -> int:
        with av.open(str(self.path)) as media:
            return media.streams.video[0].frames

    def flash(self, minute: int) -> Fraction:
        """When the first picture of a minute is shown."""
        return ceil(60 * minute * self.rate) / self.rate


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Film]:
    """Of a rate, made once."""
    place = tmp_path_factory.mktemp("drift")
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y"]
    tone = ["-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=44100:duration=60"]
    subprocess.run([*program, *tone, "-af", "volume=0:enable='gt(t,0.5)'", place / "minute.wav"], check=True)

    @cache
    def film(rate: str) -> Film:
        made = place / f"{rate.replace('/', '-')}.mp4"
        dark = ["-f", "lavfi", "-i", f"color=black:size=426x16:rate={rate}"]
        flash = "drawbox=c=white:t=fill:enable='lt(mod(t,60),0.5)'"
        coded = [
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-g",
            "96",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-ac",
            "1",
        ]
        sound = ["-stream_loop", "-1", "-i", place / "minute.wav"]
        subprocess.run([*program, *dark, *sound, "-vf", flash, "-t", str(LONG), *coded, made], check=True)
        return Film(made, Fraction(rate))

    return film


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "way"),
    [("30000/1001", "parts"), ("30000/1001", "whole"), ("30000/1001", "copy"), ("24000/1001", "parts"),
     ("60000/1001", "parts")],
)  # fmt: skip
async def test_after_two_hours_playlists_pictures_and_sound_are_where_they_should_be(
    house: House, films: Callable[[str], Film], rate: str, way: str
) -> None:
    film = films(rate)
    video_id = await house.arrive(film.path)
    await house.work(WAYS[way]).finish(video_id)
    transcode = await house.db.one(store.by_video(video_id))
    assert transcode is not None
    assert (transcode.state, transcode.reason) == (TranscodeState.DONE, None)
    place = await folder(house, video_id)
    report = check_edition(place)
    assert [str(one) for one in report.findings] == []
    lasts = film.frames / film.rate
    pictures = [variant.rendition for variant in report.variants]
    [sound] = report.renditions
    assert [one.uri.split("/")[0] for one in pictures] == ["144p", "240p"]
    assert extinf(place / "144p") == extinf(place / "240p")
    for one in pictures:
        assert sum(fragment.samples for fragment in one.fragments) == film.frames
        assert abs(one.length - lasts) < 1 / film.rate / 100
        told = sum(cut.duration for cut in one.cuts)
        assert abs(told - lasts) < ROUNDED * len(one.cuts)
    assert abs(sound.length - LONG) < 2 * PACKET
    assert abs(sum(cut.duration for cut in sound.cuts) - LONG) < 2 * PACKET
    for rung in ("144p", "240p"):
        for minute in MINUTES:
            assert abs(first(place / rung, 60 * minute, bright) - film.flash(minute)) < 1 / film.rate / 100
    begun, ended = (first(place / "audio", 60 * minute, loud) - 60 * minute for minute in MINUTES)
    assert abs(begun) < PACKET
    assert abs(ended - begun) < PACKET / 10


def first(rendition: Path, around: int, is_it: Any) -> Fraction:
    """Seconds on its own clock of what is first so in the seconds around an instant."""
    part = rendition.parent.parent / "part.mp4"
    part.write_bytes(b"".join(path.read_bytes() for path in near(rendition, around)))
    with av.open(str(part)) as media:
        for frame in media.decode(media.streams[0]):
            assert isinstance(frame, av.VideoFrame | av.AudioFrame)
            assert frame.pts is not None
            assert frame.time_base is not None
            at = frame.pts * frame.time_base
            if at > around - 2 and (later := is_it(frame)) is not None:
                return at + later
    raise AssertionError(f"nothing in {rendition.name} around {around} s")


def near(rendition: Path, around: int) -> Iterator[Path]:
    playlist = inspect(rendition).playlist
    yield rendition / playlist.init
    ends = accumulate(playlist.timeline)
    for segment, end in zip(playlist.segments, ends, strict=True):
        if around - NEAR < end and end - segment.duration < around + NEAR:
            yield rendition / segment.name


def bright(frame: av.VideoFrame) -> Fraction | None:
    return Fraction(0) if bytes(frame.planes[0])[0] > 128 else None


def loud(frame: av.AudioFrame) -> Fraction | None:
    """How far into these samples the tone begins."""
    samples = memoryview(bytes(frame.planes[0])).cast("f")[: frame.samples]
    heard = next((number for number, sample in enumerate(samples) if abs(sample) > 0.02), None)
    return None if heard is None else Fraction(heard, frame.sample_rate)
