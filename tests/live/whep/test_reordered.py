"""A picture that WebRTC can't carry as it comes, encoded anew for those who watch, by a real FFmpeg."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.live import flv
from novacast.live.broadcast.equipment import Equipment
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import plan_lineup
from novacast.live.ingest import Kind, Tag
from novacast.live.packaging.models import ULTRA
from novacast.live.whep.headroom import Look, look
from novacast.live.whep.monitor import TRIES, Monitor
from novacast.live.whep.reordered import Workshop, small
from novacast.media.ffmpeg import FFmpeg, FindFFmpeg, find_ffmpeg
from novacast.tasks import TaskGroup
from tests.live.whep.conftest import feed_of, film, play
from tests.live.whep.test_monitor import WITH, WITHOUT, Given
from tests.waiting import until


class Desk:
    """A monitor of a programme of one rung, with a viewer."""

    def __init__(self, cache: Path) -> None:
        self.tasks, self.given, clock = TaskGroup("desk"), Given(), SystemClock()
        lineup = plan_lineup(ULTRA, (144,), (256, 144), None)
        self.program: FindFFmpeg = lambda: find_ffmpeg(cache)
        equipment = Equipment(lambda: self.program(), cache, clock, preset="ultrafast")
        self.monitor = Monitor(lineup, clock, Workshop(lineup, equipment, clock, self.tasks, self.has_room))
        self.room = asyncio.Event()
        self.room.set()
        self.rung = lineup.rungs[0].name

    async def has_room(self, processors: float) -> None:
        await self.room.wait()

    def plays(self, *coding: str) -> Feed:
        feed = feed_of()
        self.tasks.start(play(feed, film(*coding)), "film")
        return feed

    async def watched(self, feed: Feed) -> None:
        """From when it is known what comes."""
        await until(lambda: feed.brings is not None)
        self.monitor.show(feed)
        self.monitor.open(self.given)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.monitor.close()
    await made.tasks.close()


def pictures(given: Given) -> Sequence[Tag]:
    return given.frames(Kind.VIDEO)


@pytest.mark.slow
async def test_pictures_come_in_the_order_in_which_they_are_shown(desk: Desk) -> None:
    await desk.watched(desk.plays(*WITH))
    assert desk.given.cuts == [True]
    await until(lambda: len(pictures(desk.given)) > 40)
    assert desk.given.cuts == [True, False]
    found = [flv.facts(tag)[0] for tag in pictures(desk.given)]
    assert found[0].keyframe
    assert {one.composition for one in found} == {0}
    assert all(after.time - before.time > 0 for before, after in pairwise(pictures(desk.given)))
    assert [flv.facts(tag)[0].part for tag in desk.given.tags[:1]] == ["header"]
    assert desk.given.frames(Kind.AUDIO)


@pytest.mark.slow
async def test_nothing_is_encoded_once_nobody_watches(desk: Desk) -> None:
    feed = desk.plays(*WITH)
    await desk.watched(feed)
    await until(lambda: len(desk.given.cuts) > 1)
    assert len(feed.listeners) == 2
    desk.monitor.close()
    assert feed.listeners == []
    await until(lambda: len(desk.tasks) == 1)


@pytest.mark.slow
async def test_a_machine_that_gave_up_a_rung_encodes_for_no_few(desk: Desk) -> None:
    await desk.watched(desk.plays(*WITH))
    await until(lambda: len(desk.given.cuts) > 1)
    desk.monitor.drop(desk.rung)
    assert desk.given.cuts == [True, False, True]
    await until(lambda: len(desk.tasks) == 1)


@pytest.mark.slow
async def test_a_machine_that_is_busy_encodes_for_no_few_until_it_has_room(desk: Desk) -> None:
    desk.room.clear()
    feed = desk.plays(*WITH)
    await desk.watched(feed)
    await until(lambda: len(desk.tasks) == 4)
    assert desk.given.cuts == [True]
    assert len(feed.listeners) == 1
    desk.room.set()
    await until(lambda: len(desk.given.cuts) > 1)
    assert desk.given.cuts == [True, False]


def test_a_large_picture_is_made_smaller_and_a_small_one_left_alone() -> None:
    rungs = plan_lineup(ULTRA, (144, 1080), (1920, 1080), None).rungs
    assert [(one.width, one.height) for one in map(small, rungs)] == [(256, 144), (960, 540)]


def test_what_nobody_wants_is_counted_of_ones_own_processors(tmp_path: Path) -> None:
    stat, own = tmp_path / "stat", sorted(os.sched_getaffinity(0))

    def at(busy: int, idle: int) -> Look:
        lines = [f"cpu{number} {busy} 0 0 {idle} 0 0 0 0 0 0" for number in own]
        stat.write_text("\n".join(["cpu 1 2 3 4 5 6 7 8 9 10", *lines, f"cpu{max(own) + 1} 9 9 9 9 9 9 9 9 9 9"]))
        found = look(stat)
        assert found is not None
        return found

    before = at(100, 100)
    assert at(130, 110).spare(before) == pytest.approx(len(own) / 4)
    assert at(100, 100).spare(before) == 0
    assert look(tmp_path / "nowhere") is None


async def test_an_encoder_that_fails_leaves_viewers_the_stages_picture(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    found = replace(await desk.program(), path=Path("/bin/false"))

    async def find() -> FFmpeg:
        return found

    desk.program = find
    await desk.watched(desk.plays(*WITH))
    await until(lambda: caplog.text.count("its encoder ended") == TRIES and len(desk.tasks) == 1)
    assert desk.given.cuts == [True]


async def test_a_picture_that_fits_is_given_as_it_comes_without_an_encoder(desk: Desk) -> None:
    await desk.watched(desk.plays(*WITHOUT))
    await until(lambda: len(pictures(desk.given)) > 20)
    assert not desk.given.cuts[-1]
    assert len(desk.tasks) == 1
