import pytest

from novacast.live.rtmp.timeline import Timeline

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.mark.parametrize(
    "where",
    [0xFFFFFF, 8 * HOUR, 1 << 31, 1 << 32, 2 << 32],
    ids=["4 h 39 min", "8 hours", "24.8 days", "49.7 days", "99 days"],
)
def test_time_goes_on_where_a_field_ends(where: int) -> None:
    line, times = Timeline(), range(where - 60_000, where + 60_000, 40)
    first = line.at(times[0] & 0xFFFFFFFF)
    assert [line.at(time & 0xFFFFFFFF) - first for time in times] == [time - times[0] for time in times]


def test_time_goes_on_where_a_sender_has_31_bits() -> None:
    line = Timeline()
    times = [(1 << 31) - 40, (1 << 31) - 20, (1 << 31) - 30, 1 << 31, (1 << 31) - 10, (1 << 31) + 20]
    assert [line.at(time & 0x7FFFFFFF) for time in times] == times


def test_sound_that_begins_after_the_wrap_is_beside_its_picture() -> None:
    line = Timeline()
    line.at((1 << 32) - 20)
    assert line.at(20) == (1 << 32) + 20
    assert line.at((1 << 32) - 10) == (1 << 32) - 10
    assert line.at(25) == (1 << 32) + 25


def test_a_clock_that_begins_again_goes_back() -> None:
    line = Timeline()
    line.at(3 * HOUR)
    assert line.at(0) == 0
    assert line.at(40) == 40
    line.at(2 * DAY)
    assert line.at(HOUR) == HOUR


@pytest.mark.parametrize("start", [8 * HOUR, (1 << 31) - 1580, 30 * DAY, (1 << 32) - HOUR])
def test_headers_at_zero_before_a_clock_that_runs_since_long_ago_leave_it_ahead(start: int) -> None:
    line = Timeline()
    line.at(0)
    assert [line.at(start + number * 40) for number in range(100)] == [start + number * 40 for number in range(100)]


def test_sound_a_little_before_zero_stays_there() -> None:
    line = Timeline()
    assert [line.at(time) for time in (0, 0xFFFFFFFF - 20, 3)] == [0, -21, 3]
