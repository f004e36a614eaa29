from dataclasses import dataclass, field

import pytest

from novacast.i18n import Text, text
from novacast.live.broadcast.feed import MOST_KEPT, Feed
from novacast.live.broadcast.steady import SteadyClock
from novacast.live.ingest import Kind, Tag
from novacast.live.models import Feed as FeedRow
from novacast.live.models import FeedRole
from tests.fakes.clock import FakeClock

ROW = FeedRow("feed", "programme", "channel", "key", FeedRole.MAIN, "rtmp", "127.0.0.1", "test", 0, None, None)
AVC = bytes.fromhex("0164001fffe1001967640 01facd9405005bb016a02020280000003008000001e0478c18cb0".replace(" ", ""))


@dataclass
class Connection:
    told: list[str] = field(default_factory=list)

    def pause(self) -> None:
        self.told.append("pause")

    def resume(self) -> None:
        self.told.append("resume")

    def close(self, why: Text) -> None:
        self.told.append(str(why))


def picture(time: int, *, key: bool = False, size: int = 10) -> Tag:
    return Tag(Kind.VIDEO, time, bytes([0x17 if key else 0x27, 1, 0, 0, 0]) + bytes(size))


def header(config: bytes = AVC) -> Tag:
    return Tag(Kind.VIDEO, 0, bytes([0x17, 0, 0, 0, 0]) + config)


def sound(time: int) -> Tag:
    return Tag(Kind.AUDIO, time, bytes([0xAF, 1, 1, 2]))


@pytest.fixture
def feed(clock: FakeClock) -> Feed:
    return Feed(ROW, Connection(), clock)


def test_an_encoder_can_begin_at_any_moment_with_the_last_keyframe(feed: Feed) -> None:
    feed.take(header())
    for number in range(70):
        feed.take(picture(number * 33, key=number % 30 == 0))
    assert feed.kept[0].time == 60 * 33
    assert len(feed.kept) == 10
    assert feed.headers[Kind.VIDEO].data == header().data


def test_what_comes_is_known_once_both_have_come(feed: Feed) -> None:
    known: list[object] = []
    feed.known = lambda: known.append(feed.brings)
    feed.take(header())
    for number in range(20):
        feed.take(picture(number * 40, key=number == 0))
        feed.take(sound(number * 40))
    assert len(known) == 1
    assert feed.brings is not None
    assert (feed.brings.picture, feed.brings.sound, feed.brings.fps, feed.brings.codecs) == (
        True, True, 25, ("h264", "aac"),
    )  # fmt: skip


def test_a_feed_without_sound_is_not_waited_for_long(feed: Feed) -> None:
    feed.take(header())
    for number in range(40):
        feed.take(picture(number * 33, key=number == 0))
    assert feed.brings is not None
    assert (feed.brings.picture, feed.brings.sound) == (True, False)


@pytest.mark.parametrize(
    ("times", "fps"),
    [([0, 33, 67, 100, 133, 167, 200, 233, 267, 300, 333, 367, 400, 433], 30), ([n * 17 for n in range(14)], 58.8)],
)
def test_the_rate_of_pictures_is_what_their_times_say(feed: Feed, times: list[int], fps: float) -> None:
    feed.take(header())
    for time in times:
        feed.take(sound(time))
        feed.take(picture(time, key=time == 0))
    assert feed.brings is not None
    assert feed.brings.fps is not None
    assert float(feed.brings.fps) == pytest.approx(fps, rel=0.01)


def test_sound_that_begins_late_is_known_and_nothing_that_was_kept_is_lost(feed: Feed) -> None:
    changes: list[int] = []
    feed.changed = lambda: changes.append(1)
    feed.take(header())
    for number in range(40):
        feed.take(picture(number * 33, key=number % 10 == 0))
    feed.take(sound(1400))
    feed.take(sound(1420))
    assert changes == []
    assert feed.brings is not None
    assert feed.brings.sound
    assert feed.kept[0].time == 990


def test_another_picture_in_the_middle_is_a_change_and_what_was_kept_is_of_no_use(feed: Feed) -> None:
    changes: list[int] = []
    feed.changed = lambda: changes.append(1)
    feed.take(header())
    for number in range(40):
        feed.take(picture(number * 33, key=number == 0))
    feed.take(header())  # the same once more is none
    feed.take(header(AVC[:3] + b"\x28" + AVC[4:]))
    assert changes == [1]
    assert not feed.kept


def test_a_group_of_pictures_without_end_is_not_kept(feed: Feed) -> None:
    feed.take(header())
    for number in range(40):
        feed.take(picture(number * 33, key=number == 0, size=MOST_KEPT // 20))
    assert sum(len(tag.data) for tag in feed.kept) <= MOST_KEPT


def test_it_ends_once_and_takes_nothing_more(feed: Feed) -> None:
    ends: list[str] = []
    feed.over = lambda: ends.append(str(feed.ended))
    feed.end(text("The encoder ended its broadcast."))
    feed.end(text("Nothing came for {seconds:g} s.", seconds=30))
    feed.take(sound(5))
    assert ends == ["The encoder ended its broadcast."]
    assert not feed.kept


def test_damaged_tags_do_no_harm(feed: Feed) -> None:
    for data in (b"", b"\x17", b"\x27\x09\0\0\0", b"\x97avc1", b"\xaf"):
        feed.take(Tag(Kind.VIDEO, 0, data))
        feed.take(Tag(Kind.AUDIO, 0, data))
    assert feed.brings is None


@pytest.mark.parametrize("jump", [-3_600_000, -1_500, 4_000, 30_000_000], ids=str)
def test_times_that_jump_go_on(jump: int) -> None:
    steady, last = SteadyClock(), 0
    for number in range(100):
        time = number * 33 + (jump if number >= 50 else 0)
        told = steady(time)
        assert number == 0 or 0 < told - last <= 34
        last = told
    assert steady.jumps == 1


@pytest.mark.parametrize("begins", [0, 50_000, 90_000_000], ids=str)
def test_sound_with_a_clock_of_its_own_leaves_the_pictures_alone(begins: int) -> None:
    steady = SteadyClock()
    for number in range(300):
        assert steady(number * 33, Kind.VIDEO) == number * 33
        if number >= 150:
            assert abs(steady((number - 150) * 33 + begins, Kind.AUDIO) - number * 33) <= 40
    assert steady.jumps <= 1


@pytest.mark.parametrize("jump", [-3_600_000, -1_010, 3_010, 30_000_000], ids=str)
@pytest.mark.parametrize("skew", [-300, 0, 300], ids=str)
def test_sound_and_picture_that_jump_together_keep_their_distance(jump: int, skew: int) -> None:
    steady = SteadyClock()
    for number in range(300):
        time = 4_000_000 + number * 33 + (jump if number >= 150 else 0)
        picture = steady(time, Kind.VIDEO)
        sound = steady(time + skew, Kind.AUDIO)
    assert sound - picture == skew


def test_a_picture_that_stays_away_is_a_change_and_one_that_comes_back_is_known_with_its_keyframe(feed: Feed) -> None:
    changes: list[int] = []
    feed.changed = lambda: changes.append(1)
    feed.take(header())
    for number in range(40):
        feed.take(picture(number * 33, key=number == 0))
        feed.take(sound(number * 33))
    for time in range(1320, 4000, 20):
        feed.take(sound(time))
    assert feed.brings is not None
    assert (feed.brings.picture, feed.brings.sound, changes) == (False, True, [1])
    feed.take(picture(4000))
    assert not feed.brings.picture
    feed.take(picture(4033, key=True))
    assert (feed.brings.picture, changes) == (True, [1])
    assert feed.kept[0].time == 4033


def test_sound_that_stays_away_is_not_waited_for_and_the_picture_goes_on(feed: Feed) -> None:
    changes: list[int] = []
    feed.changed = lambda: changes.append(1)
    feed.take(header())
    for number in range(200):
        feed.take(picture(number * 33, key=number % 30 == 0))
        if number < 60:
            feed.take(sound(number * 33))
    assert feed.brings is not None
    assert (feed.brings.picture, feed.brings.sound, changes) == (True, False, [])
    feed.take(sound(6600))
    assert (feed.brings.sound, changes) == (True, [])


def test_pictures_whose_time_stands_still_are_known_for_what_they_are(feed: Feed) -> None:
    feed.take(header())
    for _ in range(600):
        feed.take(picture(0))
    assert feed.brings is not None


def test_small_steps_back_stay_as_they_came() -> None:
    steady = SteadyClock()
    assert [steady(time) for time in (0, 40, 20, 60, 50, 100)] == [0, 40, 20, 60, 50, 100]


def test_a_feed_that_stutters_is_waited_for_a_little_longer_and_never_long(feed: Feed, clock: FakeClock) -> None:
    feed.take(header())
    for number in range(40):
        feed.take(picture(number * 33, key=number == 0))
    clock.advance(0.5)
    assert not feed.comes(0.4)
    feed.take(picture(1400))
    clock.advance(0.6)
    assert feed.comes(0.4)
    clock.advance(0.5)
    assert not feed.comes(0.4)
    feed.take(picture(2000))
    clock.advance(300)
    feed.take(picture(2033))
    clock.advance(1.01)
    assert not feed.comes(0.4)


def test_pauses_are_forgotten(feed: Feed, clock: FakeClock) -> None:
    feed.take(header())
    for number in range(40):
        feed.take(picture(number * 33, key=number == 0))
    clock.advance(0.9)
    feed.take(picture(1400))
    for number in range(300):
        clock.advance(0.3)
        feed.take(picture(1400 + number * 300))
    clock.advance(0.5)
    assert not feed.comes(0.4)
