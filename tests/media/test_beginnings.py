"""Where a file's clock begins is nobody's business: what is made of it begins at its first picture, with its sound."""

from pathlib import Path

import av
import pytest

from novacast.media.commands import Wanted
from novacast.media.encode import Finished, make_renditions
from novacast.media.ladder import plan_ladder
from novacast.media.probe import probe
from tests.media.conftest import Make
from tests.media.test_encode import FAST, kit, packets

PLAIN = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
AFTER_HALF = ("-af", "volume=0:enable='lt(t,0.5)'")
LATER = ("-output_ts_offset", "7")
SLACK = 1024 / 48000
"""Seconds of a packet of AAC."""


def heard_from(rendition: Path, done: Finished) -> float:
    """The instant of the first sample that is not silent."""
    packets(rendition, done)
    with av.open(str(rendition / "whole.mp4")) as media:
        for frame in media.decode(audio=0):
            samples = memoryview(frame.planes[0]).cast("B").cast("f")[: frame.samples]
            loud = next((number for number, sample in enumerate(samples) if abs(sample) > 0.02), None)
            if loud is not None:
                assert frame.time is not None
                return float(frame.time + loud / frame.sample_rate)
    raise AssertionError("there is no sound")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("primed.mkv", ()),
        ("later.mkv", LATER),
        ("primed.flv", ()),
        ("primed.ts", ()),
        ("cd.ts", ("-ar", "44100")),
        ("edited.mp4", ()),
    ],
)
async def test_pictures_are_as_many_as_they_were_and_sound_comes_when_it_came(
    program: Path, clips: Make, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    """Priming comes before the first picture in containers without edit lists: with a negative time, or all else later.
    FFmpegs differ in whether it counts as the file's start.
    """
    source = clips(name, *PLAIN, *AFTER_HALF, *options, size="160x90", seconds=1)
    info = await probe(source)
    ladder = plan_ladder(info, (144,))
    wanted = Wanted(ladder.rungs, ladder.sounds)
    picture, sound = await make_renditions(kit(program), source, info, ladder, wanted, tmp_path, encoding=FAST)
    times = [at for at, _ in packets(tmp_path / picture.name, picture)]
    assert [round(at * 25, 3) for at in times] == list(range(25))
    assert abs(heard_from(tmp_path / sound.name, sound) - 0.5) <= SLACK


async def test_a_picture_that_begins_much_later_than_the_sound_keeps_its_distance(
    program: Path, clips: Make, tmp_path: Path
) -> None:
    source = clips("waits.mkv", *PLAIN, "-vf", "setpts=PTS+0.4/TB", *AFTER_HALF, size="160x90", seconds=1)
    info = await probe(source)
    ladder = plan_ladder(info, (144,))
    wanted = Wanted(ladder.rungs, ladder.sounds)
    picture, sound = await make_renditions(kit(program), source, info, ladder, wanted, tmp_path, encoding=FAST)
    assert picture.playlist.duration == pytest.approx(1.4, abs=0.001)
    assert abs(heard_from(tmp_path / sound.name, sound) - 0.5) <= SLACK
