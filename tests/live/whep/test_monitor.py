"""What viewers by WebRTC are given, and when: from the encoder, or from the stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from novacast.live import flv
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.stage import Stage
from novacast.live.ingest import Kind, Tag
from novacast.live.whep.monitor import Monitor
from tests.fakes.clock import FakeClock
from tests.live.broadcast.stages import Feed as Made
from tests.live.broadcast.stages import Scene, slate
from tests.live.whep.conftest import ROW, Silent, film


@dataclass
class Given:
    """An outlet that keeps what it is given since the last cut."""

    cuts: list[bool] = field(default_factory=list)
    """Whether each was paced."""
    tags: list[Tag] = field(default_factory=list)
    ended: bool = False

    def cut(self, *, paced: bool) -> None:
        self.cuts.append(paced)
        self.tags.clear()

    def give(self, tag: Tag) -> None:
        self.tags.append(tag)

    def end(self) -> None:
        self.ended = True

    def frames(self, kind: Kind) -> list[Tag]:
        return [tag for tag in self.tags if tag.kind is kind and flv.facts(tag)[0].part == "frame"]


@dataclass
class Watched:
    scene: Scene = field(default_factory=Scene)
    given: Given = field(default_factory=Given)

    def __post_init__(self) -> None:
        planned, clock = self.scene.planned, self.scene.clock
        self.monitor = Monitor(planned, clock)
        self.scene.stage = Stage(planned, self.scene.shelf, slate(planned), clock, self.monitor)

    @property
    def clock(self) -> FakeClock:
        return self.scene.clock

    def now(self) -> int:
        return round(self.clock.monotonic() * 1000)

    def feed(self) -> Feed:
        return Feed(ROW, Silent(), self.clock)

    def send(self, feed: Feed, tags: Sequence[Tag], until: int = 10_000) -> None:
        """In real time."""
        begun, first = self.clock.monotonic(), tags[0].time
        for tag in tags:
            if tag.time < until:
                self.clock.advance(max(0.0, begun + (tag.time - first) / 1000 - self.clock.monotonic()))
                feed.take(tag)


WITHOUT, WITH = ("-bf", "0"), ("-bf", "2")


def test_a_picture_comes_as_the_encoder_sends_it_where_it_is_shown_as_it_is_decoded() -> None:
    watched = Watched()
    feed, given = watched.feed(), watched.given
    watched.monitor.show(feed)
    watched.monitor.open(given)
    watched.send(feed, film(*WITHOUT))

    assert given.cuts == [True, False]
    assert [flv.facts(tag)[0].part for tag in given.tags[:1]] == ["header"]
    assert len(given.frames(Kind.VIDEO)) == 50
    assert abs(given.tags[-1].time - watched.now()) <= 1
    assert all(b.time >= a.time - 50 for a, b in pairwise(given.tags))


def test_a_picture_that_is_decoded_in_another_order_is_the_stages() -> None:
    watched = Watched()
    feed, given = watched.feed(), watched.given
    watched.monitor.show(feed)
    watched.monitor.open(given)
    watched.send(feed, film(*WITH))
    assert given.cuts == [True]
    Made(watched.scene).run(2.0)
    assert len(given.frames(Kind.VIDEO)) > 20


def test_who_comes_later_begins_with_the_last_keyframe_at_once() -> None:
    watched = Watched()
    feed, given = watched.feed(), watched.given
    watched.monitor.show(feed)
    watched.send(feed, film(*WITHOUT), until=1700)
    watched.monitor.open(given)

    pictures = given.frames(Kind.VIDEO)
    assert given.cuts == [False]
    assert flv.facts(pictures[0])[0].keyframe
    assert len(pictures) == pytest.approx(17, abs=2)
    assert given.tags[-1].time == watched.now()


def test_when_the_encoder_is_lost_the_slate_follows_and_goes_on_as_time_does() -> None:
    watched = Watched()
    feed, given, scene = watched.feed(), watched.given, watched.scene
    Made(scene).run(2.0)
    watched.monitor.show(feed)
    watched.monitor.open(given)
    watched.send(feed, film(*WITHOUT))
    scene.stage.cut_to_slate()
    watched.monitor.show(None)
    scene.wait(2.0)

    pictures = given.frames(Kind.VIDEO)
    assert given.cuts[-2:] == [False, True]
    assert flv.facts(pictures[0])[0].keyframe
    assert {b.time - a.time for a, b in pairwise(pictures[-20:])} <= {33, 34}
    assert abs(pictures[-1].time - watched.now()) < 300


def test_nothing_of_the_feed_is_given_once_the_slate_is_on() -> None:
    watched = Watched()
    feed, given = watched.feed(), watched.given
    watched.monitor.show(feed)
    watched.monitor.open(given)
    watched.send(feed, film(*WITHOUT))
    watched.monitor.show(None)
    watched.send(feed, [replace(tag, time=tag.time + 2100) for tag in film(*WITHOUT)], until=4000)
    assert given.tags == []


def test_parts_that_came_late_do_not_make_all_that_follow_late() -> None:
    watched = Watched()
    given, made = watched.given, Made(watched.scene)
    made.run(2.0)
    watched.clock.advance(0.5)  # the next part is half a second late, and those behind it are not
    watched.monitor.open(given)
    for _ in range(12):
        for name in made.names:
            made.give(name)
    before = watched.now()
    made.run(3.0)
    assert given.frames(Kind.VIDEO)[-1].time - watched.now() < 300
    assert watched.now() > before


def test_the_end_is_told_and_nothing_is_given_to_whoever_left() -> None:
    watched = Watched()
    feed, given = watched.feed(), watched.given
    watched.monitor.show(feed)
    watched.monitor.open(given)
    watched.monitor.close()
    watched.send(feed, film(*WITHOUT))
    assert (given.frames(Kind.VIDEO), feed.listeners, given.ended) == ([], [], False)
    watched.monitor.open(given)
    watched.monitor.end()
    assert given.ended
