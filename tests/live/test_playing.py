"""What players tell of what is on air."""

from novacast.live.playing import KEPT, MOST_PROGRAMMES, Playing
from novacast.live.programmes.advice import advice
from novacast.live.words import numbers_told
from tests.fakes.clock import FakeClock

MINUTE = 60_000_000


def test_what_players_tell_is_summed_over_two_minutes(clock: FakeClock) -> None:
    playing = Playing(clock)
    assert playing.look("p") == {}
    playing.reported("p", 1, MINUTE // 20, MINUTE // 2)
    assert playing.look("p") == {"stalls": 1, "stalled_percent": None}, "half a minute is no share yet"
    for _ in range(500):
        playing.reported("p", 0, 0, MINUTE // 2)
    assert playing.look("p") == {"stalls": 1, "stalled_percent": 0.02}
    assert len(playing._told["p"]) == 1
    clock.advance(90)
    playing.reported("p", 3, MINUTE, MINUTE)
    clock.advance(KEPT // 1_000_000 - 60)
    assert playing.look("p") == {"stalls": 3, "stalled_percent": 50.0}
    clock.advance(90)
    assert playing.look("p") == {}


def test_what_is_kept_is_bounded_by_programmes(clock: FakeClock) -> None:
    playing = Playing(clock)
    for number in range(2 * MOST_PROGRAMMES):
        playing.reported(str(number), 1, 0, 0)
    assert len(playing._told) == MOST_PROGRAMMES
    assert playing.look("0") == {}


def test_it_is_said_in_words() -> None:
    numbers = {"seconds": 60, "watched": {"360p": 2, "1080p": 3, "webrtc": 1}, "stalls": 4, "stalled_percent": 5.25}
    told = dict(numbers_told(numbers))
    assert told["Viewers by quality"] == "webrtc: 1, 1080p: 3, 360p: 2"
    assert told["Interruptions at viewers, in two minutes"] == "4"
    assert told["Time that they stood still"] == "5.2 %"
    assert [one.code for one in advice(numbers)] == ["viewers_wait"]
    assert advice({**numbers, "stalled_percent": 0.5}) == []
