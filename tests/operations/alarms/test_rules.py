"""When something that is wrong becomes an alarm, when it is over, and when people are told."""

from datetime import UTC, datetime

import pytest

from novacast.clock import instant
from novacast.errors import BadSettings
from novacast.operations.alarms.models import CLEARED_AFTER, Condition, Quiet, Severity, Tally
from novacast.operations.alarms.outward import examined
from novacast.operations.models import State

LOST = Condition("ingest_lost", "night", Severity.CRITICAL, "Nothing comes.", after=10)


def at(hour: int, minute: int = 0) -> int:
    return instant(datetime(2026, 6, 1, hour, minute, tzinfo=UTC))


def test_what_mends_itself_in_time_is_no_alarm() -> None:
    tally = Tally()
    assert tally.lasting([LOST], 0) == []
    assert tally.lasting([], 5) == []
    assert tally.lasting([LOST], 6) == []
    assert tally.lasting([LOST], 15.9) == []
    assert tally.lasting([LOST], 16) == [LOST]


def test_what_comes_and_goes_is_one_alarm() -> None:
    tally = Tally()
    assert tally.over([LOST.key], [], 0) == []
    assert tally.over([LOST.key], [LOST], 20) == []
    assert tally.over([LOST.key], [], 40) == []
    assert tally.over([LOST.key], [], 40 + CLEARED_AFTER) == [LOST.key]


@pytest.mark.parametrize(
    ("begin", "end", "hour", "quiet"),
    [
        ("23:00", "08:00", 23, True),
        ("23:00", "08:00", 3, True),
        ("23:00", "08:00", 8, False),
        ("23:00", "08:00", 22, False),
        ("12:00", "14:00", 13, True),
        ("12:00", "14:00", 14, False),
        ("12:00", "12:00", 12, False),
    ],
)
def test_quiet_hours_hold_over_midnight(begin: str, end: str, hour: int, quiet: bool) -> None:
    found = Quiet.of(begin, end, "UTC")
    assert found is not None
    assert found.holds(at(hour)) is quiet


def test_quiet_hours_are_those_of_the_place() -> None:
    found = Quiet.of("23:00", "08:00", "Europe/Vienna")
    assert found is not None
    assert found.holds(at(21, 30))
    assert not found.holds(at(6, 30))


@pytest.mark.parametrize("wrong", [("25:00", "08:00", "UTC"), ("23:00", "", "UTC"), ("23:00", "08:00", "Nowhere")])
def test_quiet_hours_that_are_none_are_refused_with_their_names(wrong: tuple[str, str, str]) -> None:
    with pytest.raises(BadSettings, match="quiet_from"):
        Quiet.of(*wrong)


def test_without_any_it_is_never_quiet() -> None:
    assert Quiet.of("", "", "UTC") is None


def test_the_doctor_names_the_place_that_apprise_does_not_know_and_not_its_secret() -> None:
    found = examined(["json://127.0.0.1/hook", "nowhere://secret-token"])
    assert found.state is State.FAILED
    assert "number 2" in found.message
    assert "secret-token" not in found.message + found.mend
    assert examined(["json://127.0.0.1/hook"]).state is State.OK
