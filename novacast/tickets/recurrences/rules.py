"""Rules of recurrence (RFC 5545, 3.3.10) in the time of a place: what begins at 20:00 begins at 20:00 there, whatever
its clocks do. Pure.

An hour that the clocks leap over is taken with the offset before the leap, so it begins later; one that comes twice is
the first of the two (RFC 5545, 3.3.5). The rule alone says when: its start is one of them only where it fits.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from novacast.clock import instant
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.records import dataclass

MOST = 200
"""Performances that one rule makes."""
MOST_EXCEPTIONS = 400
LONGEST = 400
YEARS = 10
"""After its start a rule is followed so far."""
_NUMBERS = r"-?\d{1,3}(,-?\d{1,3})*"
_DAYS = r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU))*"
_PARTS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"(?:{pattern})\Z", re.ASCII)
    for name, pattern in {
        "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
        "INTERVAL": r"[1-9]\d{0,2}",
        "COUNT": r"[1-9]\d{0,3}",
        "UNTIL": r"\d{8}(T\d{6}Z?)?",
        "BYDAY": _DAYS,
        "BYMONTHDAY": _NUMBERS,
        "BYYEARDAY": _NUMBERS,
        "BYWEEKNO": _NUMBERS,
        "BYMONTH": r"\d{1,2}(,\d{1,2})*",
        "BYSETPOS": _NUMBERS,
        "BYHOUR": r"\d{1,2}(,\d{1,2})*",
        "BYMINUTE": r"\d{1,2}(,\d{1,2})*",
        "WKST": "MO|TU|WE|TH|FR|SA|SU",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Night:
    local: datetime
    """As its place's clocks show it, without a zone."""
    starts_at: int
    note: str
    """gap: the clocks leap over this hour; fold: it comes twice; empty: neither."""


def nights(rule: str, start: datetime, zone: ZoneInfo, exceptions: Sequence[date]) -> Sequence[Night]:
    """`start`: local, without a zone. `exceptions`: local days, or hours, that are left out; they count in COUNT.

    Raises InvalidInput for what is no rule, has no end, or makes more than MOST.
    """
    parts = _parsed(rule)
    until = _until(parts.pop("UNTIL", None), zone)
    if until is None and "COUNT" not in parts:
        raise _wrong(text("Say until when, or how often: UNTIL or COUNT."))
    days = {one for one in exceptions if not isinstance(one, datetime)}
    hours = {one for one in exceptions if isinstance(one, datetime)}
    found: dict[int, Night] = {}
    for local in _locals(parts, start):
        if until is not None and local > until:
            break
        if local.date() not in days and local not in hours:
            night = there(local, zone)
            found.setdefault(night.starts_at, night)
    if len(found) > MOST:
        raise _wrong(text("This makes more than {most} performances. Make them in parts.", most=MOST))
    return [found[at] for at in sorted(found)]


def there(local: datetime, zone: ZoneInfo) -> Night:
    """What the clocks of a place show, as an instant."""
    aware = local.replace(tzinfo=zone, fold=0)
    same = aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    twice = aware.utcoffset() != local.replace(tzinfo=zone, fold=1).utcoffset()
    return Night(local, instant(aware), ("fold" if twice else "") if same else "gap")


def _locals(parts: Mapping[str, str], start: datetime) -> Iterator[datetime]:
    """In order, and no more than can be refused. dateutil looks for the next one until the end of its calendar, which
    takes a processor ten seconds for a rule that no day fits. So it is asked in the last years that it knows which have
    the same days of the week and the same leap years.
    """
    shift = _same_years(start.year) - start.year
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    moved = start.replace(year=start.year + shift)
    try:
        found = rrulestr(f"RRULE:{rule}", dtstart=moved)
        for one in islice(found, MOST + MOST_EXCEPTIONS + 1):
            local = one.replace(year=one.year - shift)
            if local.year >= start.year + YEARS:
                return
            yield local
    except (ValueError, TypeError, OverflowError) as error:
        raise _wrong(text("This is no rule of recurrence: {why}.", why=str(error)[:100])) from error


def _same_years(year: int) -> int:
    """The last year from which on the calendar is that from `year` on, for as long as a rule is followed."""
    pattern = [_kind(year + n) for n in range(YEARS + 1)]
    for candidate in range(date.max.year - YEARS, date.max.year - YEARS - 401, -1):
        if [_kind(candidate + n) for n in range(YEARS + 1)] == pattern:
            return candidate
    raise AssertionError("the Gregorian calendar repeats after 400 years")


def _kind(year: int) -> tuple[int, int]:
    return date(year, 1, 1).weekday(), date(year, 12, 31).weekday()


def _parsed(rule: str) -> dict[str, str]:
    clean = rule.strip().upper().removeprefix("RRULE:")
    if len(clean) > LONGEST:
        raise _wrong(text("A rule has {most} characters at most.", most=LONGEST))
    parts: dict[str, str] = {}
    for part in clean.removesuffix(";").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS or name in parts or not _PARTS[name].match(value):
            raise _wrong(text("This is no rule of recurrence: {why}.", why=part[:100]))
        parts[name] = value
    if "FREQ" not in parts:
        raise _wrong(text("This is no rule of recurrence: {why}.", why="FREQ"))
    if "COUNT" in parts and "UNTIL" in parts:
        raise _wrong(text("Say until when, or how often, not both."))
    return parts


def _until(value: str | None, zone: ZoneInfo) -> datetime | None:
    """The last local moment that counts: a whole day where only a day is given."""
    if value is None:
        return None
    try:
        if "T" not in value:
            return datetime.strptime(value, "%Y%m%d").replace(hour=23, minute=59, second=59)  # noqa: DTZ007 - local time
        if value.endswith("Z"):
            at = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return at.astimezone(zone).replace(tzinfo=None)
        return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local time
    except (ValueError, OverflowError) as error:
        raise _wrong(text("This is no rule of recurrence: {why}.", why=value)) from error


def _wrong(said: str) -> InvalidInput:
    return InvalidInput.field("rule", said)
