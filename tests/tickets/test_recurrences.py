"""Rules of recurrence in the time of a place."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import HOUR, moment
from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.tickets.codes.models import CodeChanges
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.models import Price
from novacast.tickets.models import PerformanceState
from novacast.tickets.questions.models import Kind, QuestionChanges
from novacast.tickets.recurrences.rules import MOST, Night, nights
from novacast.tickets.recurrences.service import Recurrence
from tests.tickets.box import ADA, OWNER, SELLER, Box, seat

LATER = date(2025, 6, 18)
VIENNA = ZoneInfo("Europe/Vienna")
FRIDAY = datetime(2026, 12, 4, 20)  # noqa: DTZ001 - local time


def made(rule: str, start: datetime = FRIDAY, zone: ZoneInfo = VIENNA, left_out: tuple[date, ...] = ()) -> list[Night]:
    return list(nights(rule, start, zone, left_out))


def locals_(found: list[Night]) -> list[str]:
    return [one.local.isoformat(timespec="minutes") for one in found]


def test_what_begins_at_eight_begins_at_eight_on_both_sides_of_summer_time() -> None:
    found = made("FREQ=WEEKLY;COUNT=30")
    assert {one.local.hour for one in found} == {20}
    assert {moment(one.starts_at).hour for one in found} == {18, 19}
    assert {one.note for one in found} == {""}


def test_an_hour_that_the_clocks_leap_over_begins_with_the_offset_before() -> None:
    gap = made("FREQ=DAILY;COUNT=3", datetime(2027, 3, 27, 2, 30))  # noqa: DTZ001 - local time
    assert [one.note for one in gap] == ["", "gap", ""]
    assert moment(gap[1].starts_at).astimezone(VIENNA).isoformat() == "2027-03-28T03:30:00+02:00"


def test_an_hour_that_comes_twice_is_the_first() -> None:
    fold = made("FREQ=DAILY;COUNT=3", datetime(2027, 10, 30, 2, 30))  # noqa: DTZ001 - local time
    assert [one.note for one in fold] == ["", "fold", ""]
    assert moment(fold[1].starts_at).astimezone(VIENNA).isoformat() == "2027-10-31T02:30:00+02:00"
    assert fold[2].starts_at - fold[1].starts_at == 25 * HOUR


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=FR,SA;COUNT=3", ["2026-12-04T20:00", "2026-12-05T20:00", "2026-12-11T20:00"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["2026-12-25T20:00", "2027-01-29T20:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", ["2026-12-31T20:00", "2027-01-31T20:00", "2027-03-31T20:00"]),
        ("freq=daily;until=20261206;", ["2026-12-04T20:00", "2026-12-05T20:00", "2026-12-06T20:00"]),
        ("FREQ=DAILY;UNTIL=20261205T190000Z", ["2026-12-04T20:00", "2026-12-05T20:00"]),
        ("FREQ=DAILY;UNTIL=20261205T185959Z", ["2026-12-04T20:00"]),
        ("FREQ=DAILY;BYHOUR=15,20;COUNT=3", ["2026-12-04T20:00", "2026-12-05T15:00", "2026-12-05T20:00"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", ["2028-02-29T20:00", "2032-02-29T20:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2", ["2026-12-04T20:00", "2026-12-18T20:00"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2", ["2027-08-13T20:00", "2028-10-13T20:00"]),
        ("FREQ=WEEKLY;UNTIL=20261201", []),
    ],
)
def test_a_rule_says_when(rule: str, expected: list[str]) -> None:
    assert locals_(made(rule)) == expected


def test_exceptions_are_left_out_and_count() -> None:
    left_out = (date(2026, 12, 5), datetime(2026, 12, 6, 20), datetime(2026, 12, 7, 15))  # noqa: DTZ001 - local time
    assert locals_(made("FREQ=DAILY;COUNT=4", left_out=left_out)) == ["2026-12-04T20:00", "2026-12-07T20:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "", "nothing", "FREQ=DAILY", "FREQ=SECONDLY;COUNT=5", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;INTERVAL=0;COUNT=2", "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=DAILY;FREQ=WEEKLY;COUNT=2",
        "FREQ=DAILY;BYDAY=XX;COUNT=2", "FREQ=DAILY;BYHOUR=25;COUNT=2", "FREQ=DAILY;UNTIL=20271301",
        "FREQ=DAILY;COUNT=2;X=1", "FREQ=DAILY;COUNT=201", "FREQ=DAILY;UNTIL=20360101", "COUNT=2",
        "FREQ=DAILY;COUNT=2" * 90, "FREQ=DAILY;UNTIL=٢٠٢٧٠١٠١",
        "FREQ=DAILY;BYMONTH=99;COUNT=2;BYMONTHDAY=99", "FREQ=DAILY;COUNT=2\nRDATE:20270101", "FREQ=DAILY;COUNT=٣",
    ],
)  # fmt: skip
def test_what_is_no_rule_or_has_no_end_is_refused(rule: str) -> None:
    if rule.startswith("FREQ=DAILY;BYMONTH=99"):
        assert made(rule) == []
        return
    with pytest.raises(InvalidInput):
        made(rule)


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "FREQ=DAILY;BYWEEKNO=53;BYMONTH=6;COUNT=1"]
)
def test_a_rule_that_no_day_fits_makes_nothing_and_keeps_nobody_waiting(rule: str) -> None:
    assert made(rule) == []


@given(
    start=st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 - local time
    interval=st.integers(1, 5),
    zone=st.sampled_from(["Europe/Vienna", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_days_follow_each_other_whatever_the_year_and_the_place(start: datetime, interval: int, zone: str) -> None:
    start = start.replace(microsecond=0)
    found = made(f"FREQ=DAILY;INTERVAL={interval};COUNT=20", start, ZoneInfo(zone))
    assert [one.local for one in found] == [start + timedelta(days=interval * n) for n in range(20)]
    assert sorted({one.starts_at for one in found}) == [one.starts_at for one in found]
    assert len(found) <= MOST


async def test_performances_are_made_like_their_pattern(box: Box) -> None:
    code = await box.own.codes.create(
        OWNER, box.night.event_id, CodeChanges(frozenset({"items"}), code="SPRING", items=(box.room.id,))
    )
    await box.own.codes.create(
        OWNER, box.night.event_id, CodeChanges(frozenset({"reserved"}), code="K", perf_id=box.night.id, reserved=2)
    )
    asked = QuestionChanges("?", Kind.TEXT, items=(box.room.id,))
    await box.own.questions.add(OWNER, box.night.event_id, asked)
    early = Price("p", "", 700, None, box.night.starts_at - HOUR)
    changes = ItemChanges(frozenset({"prices", "hidden", "least"}), prices=(early,), hidden=True, least=2)
    await box.own.performances.edit_item(OWNER, box.night.id, box.room.id, changes)
    await box.seated(seat("A", 1))
    wanted = Recurrence(box.night.id, "FREQ=DAILY;COUNT=4", exceptions=(LATER,))
    planned = await box.own.recurrences.preview(OWNER, box.night.event_id, wanted)
    assert [one.known for one in planned] == [True, False, False]
    made = await box.own.recurrences.create(OWNER, box.night.event_id, wanted)
    assert [one.starts_at for one in made] == [one.night.starts_at for one in planned[1:]]
    assert await box.own.recurrences.create(OWNER, box.night.event_id, wanted) == []
    offer = await box.own.performances.show(OWNER, made[-1].id)
    assert offer.performance.state is PerformanceState.DRAFT
    halls = [await box.own.halls.show(OWNER, one) for one in (box.night.id, made[-1].id)]
    assert halls[0].tag == halls[1].tag
    assert [(one.name, one.price, one.hidden, one.least) for one in offer.items] == [
        ("Seat", 2000, False, 1),
        ("Standing", 1000, True, 2),
    ]
    assert sorted(offer.left.values()) == [5, 20]
    assert offer.items[1].prices[0].until_at == made[-1].starts_at - HOUR
    assert [(one.name, one.capacity, one.used) for one in offer.quotas] == [("Room", 5, 0)]
    (after,) = (
        one for one in (await box.own.codes.of_event(OWNER, box.night.event_id, None, 9)).items if one.id == code.id
    )
    assert offer.items[1].id in after.items
    (question,) = await box.own.questions.of_event(OWNER, box.night.event_id)
    assert offer.items[1].id in question.items
    await box.clean()


async def test_only_who_arranges_makes_performances(box: Box) -> None:
    for who in (SELLER, ADA):
        with pytest.raises((Forbidden, NotFound)):
            await box.own.recurrences.create(who, box.night.event_id, Recurrence(box.night.id, "FREQ=DAILY;COUNT=2"))
    with pytest.raises(InvalidInput):
        await box.own.recurrences.preview(OWNER, box.night.event_id, Recurrence("nothing", "FREQ=DAILY;COUNT=2"))
