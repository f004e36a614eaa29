"""What FFmpeg holds back of a live picture."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest

from novacast.clock import SystemClock
from novacast.live.broadcast.encoder import Encoder
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import plan_lineup
from novacast.live.ingest import Kind, Tag
from novacast.live.packaging.models import ULTRA, Fragment, Init
from novacast.media.commands import Encoding
from novacast.media.ffmpeg import FFmpeg
from tests.live.broadcast.conftest import SYSTEM
from tests.live.broadcast.material import clip
from tests.live.broadcast.test_source import ROW, Connection
from tests.waiting import until

PARTS, PICTURES = 10, 6
"""So many parts, of so many pictures each: two seconds."""
PROGRAMS = sorted({SYSTEM, imageio_ffmpeg.get_ffmpeg_exe()})


def two_seconds() -> list[Tag]:
    """Up to the picture after those parts."""
    first = next(tag.time for tag in clip() if tag.kind is Kind.VIDEO and tag.data[1])
    return [tag for tag in clip() if tag.time <= first + PARTS * PICTURES * 1000 // 30]


def with_holes(tags: list[Tag]) -> list[Tag]:
    """Every tenth picture was lost on its way."""
    return [tag for tag in tags if tag.kind is not Kind.VIDEO or round(tag.time * 30 / 1000) % 10 != 5]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: Path(path).name)
async def test_a_part_is_there_as_soon_as_the_picture_after_it_has_come(program: str) -> None:
    """And has all its pictures, where some were lost on their way."""
    clock, samples = SystemClock(), Counter[str]()
    feed = Feed(ROW, Connection(), clock)
    sent = with_holes(two_seconds())
    for tag in sent[:45]:
        feed.take(tag)
    assert feed.brings is not None
    lineup = plan_lineup(ULTRA, (144,), (256, 144), Fraction(30))
    assert lineup.wanted(picture=True, sound=True, size=feed.brings.size, fps=feed.brings.fps).paced
    encoder = Encoder(
        FFmpeg(Path(program), "", frozenset(), ""), lineup, Encoding("ultrafast"), feed, feed.brings, clock
    )

    def take(name: str, found: Init | Fragment) -> None:
        if isinstance(found, Fragment) and name != "audio":
            assert Fraction(found.duration, found.timescale) <= Fraction(PICTURES, 30)
            samples[name] += found.samples

    encoder.take = take
    await encoder.start()
    for tag in sent[45:]:
        feed.take(tag)
    try:
        await until(lambda: samples["144p"] == PARTS * PICTURES)
    finally:
        await encoder.stop()
