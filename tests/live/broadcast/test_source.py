"""Encoders that fail, and what takes their place."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.i18n import Text, text
from novacast.live.broadcast.equipment import Equipment
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import Lineup, plan_lineup
from novacast.live.broadcast.source import Source
from novacast.live.models import Feed as FeedRow
from novacast.live.models import FeedRole
from novacast.live.packaging.models import ULTRA
from novacast.media.commands import Encoding
from novacast.media.ffmpeg import FFmpeg
from tests.live.broadcast.conftest import SYSTEM, children
from tests.live.broadcast.material import clip, later
from tests.waiting import until

ROW = FeedRow("feed", "programme", "channel", "key", FeedRole.MAIN, "rtmp", "127.0.0.1", "test", 0, None, None)
SCRIPT = Path(__file__).parents[2] / "fakes" / "live_ffmpeg.py"


class Connection:
    def pause(self) -> None:
        pass

    def resume(self) -> None:
        pass

    def close(self, why: Text) -> None:
        pass


@dataclass
class Ranking(Equipment):
    """A machine whose best encoder fails as it is told, and whose second one works."""

    first: Path

    async def for_attempt(self, failures: int, *, enhanced: bool = False) -> tuple[FFmpeg, Encoding]:
        path = Path(SYSTEM) if failures else self.first
        return FFmpeg(path, "", frozenset(), ""), Encoding(preset="ultrafast")


@dataclass
class Scene:
    source: Source
    feed: Feed
    lineup: Lineup
    given: set[str]

    def runs(self) -> bool:
        """Its encoder is begun as often as it may be, and gives all renditions."""
        self.source.look()
        self.source.begin(self.lineup)
        return self.given == {"144p", "audio"}


@pytest.fixture
async def scene(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    program = tmp_path / "ffmpeg"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {SCRIPT} {request.param} "$@"\n')
    program.chmod(0o700)
    clock, given = SystemClock(), set[str]()
    feed = Feed(ROW, Connection(), clock)
    source = Source(feed, Ranking(program), clock, lambda cue, name, found: given.add(name), lambda one: None)
    lineup = plan_lineup(ULTRA, (144,), (256, 144), Fraction(30))
    publishing = asyncio.create_task(publish(feed))
    yield Scene(source, feed, lineup, given)
    publishing.cancel()
    with suppress(asyncio.CancelledError):
        await publishing
    await source.close()
    assert children() == []


async def publish(feed: Feed) -> None:
    """In real time or thereabouts, until it is cancelled."""
    for number in range(100):
        last = 0
        for tag in later(clip(), 8000 * number):
            feed.take(tag)
            await asyncio.sleep(max(0, tag.time - max(last, 8000 * number)) / 1000)
            last = tag.time


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["crash", "garbage", "flood", "deaf"], indirect=True)
async def test_the_next_encoder_of_the_ranking_takes_over(scene: Scene) -> None:
    await until(scene.runs)
    assert scene.source.failures >= 1
    assert scene.source.alarm
    assert scene.source.gives()


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["works"], indirect=True)
async def test_a_feed_that_ends_while_its_encoder_begins_leaves_no_encoder_behind(scene: Scene) -> None:
    scene.source.failures = 1
    await until(lambda: scene.feed.brings is not None)
    scene.source.begin(scene.lineup)
    scene.feed.end(text("The encoder ended its broadcast."))
    scene.source.finish()
    await until(lambda: scene.source.run is None and not scene.source._starting and children() == [])


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["works"], indirect=True)
async def test_an_encoder_that_is_stopped_while_it_begins_is_not_kept(scene: Scene) -> None:
    scene.source.failures = 1
    await until(lambda: scene.feed.brings is not None)
    scene.source.begin(scene.lineup)
    scene.source.stop()
    await until(lambda: not scene.source._starting)
    assert scene.source.run is None
    await until(scene.runs)
    assert len(children()) == 1
