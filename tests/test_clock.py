from datetime import UTC, datetime, timedelta, timezone

import pytest

from novacast.clock import SECOND, SystemClock, instant, iso, moment


def test_now_never_goes_back() -> None:
    clock = SystemClock()
    clock._last = 2**61
    assert clock.now() == 2**61


def test_instants_and_moments_are_the_same_thing() -> None:
    at = 1_750_000_000 * SECOND + 123_456
    assert instant(moment(at)) == at
    assert iso(at) == "2025-06-15T15:06:40.123Z"
    assert instant(datetime(2025, 6, 15, 17, 6, 40, tzinfo=timezone(timedelta(hours=2)))) == 1_750_000_000 * SECOND
    assert moment(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2025, 1, 1))  # noqa: DTZ001 - the mistake under test
