"""What is wrong, when it becomes an alarm, and when it is told. Pure."""

from collections.abc import Iterable, Mapping
from datetime import time
from enum import StrEnum
from zoneinfo import ZoneInfo

from novacast.clock import moment
from novacast.errors import BadSettings
from novacast.records import dataclass


class Severity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"
    """Something is lost, or will be soon."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong at this moment."""

    kind: str
    subject: str
    """What it is about: an id, or empty."""
    severity: Severity
    message: str
    after: float = 0.0
    """Seconds for which it has to last: what mends itself is no alarm."""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.subject


CLEARED_AFTER = 30.0
"""Seconds for which it has to be well: what comes and goes is one alarm."""


class Tally:
    """Since when each condition is true, or true no more. Instants of a monotonic clock."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], float] = {}
        self._gone: dict[tuple[str, str], float] = {}

    def lasting(self, found: Iterable[Condition], now: float) -> list[Condition]:
        """Those that lasted long enough to be alarms."""
        there = {one.key: one for one in found}
        self._since = {key: self._since.get(key, now) for key in there}
        return [one for key, one in there.items() if now - self._since[key] >= one.after]

    def over(
        self, standing: Iterable[tuple[str, str]], found: Iterable[Condition], now: float
    ) -> list[tuple[str, str]]:
        """Of alarms that stand those whose condition has been gone for long enough."""
        there = {one.key for one in found}
        absent = {key for key in standing if key not in there}
        self._gone = {key: self._gone.get(key, now) for key in absent}
        return sorted(key for key, since in self._gone.items() if now - since >= CLEARED_AFTER)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which only what is critical is told; the same hour twice: none."""

    begin: time
    end: time
    zone: ZoneInfo

    @classmethod
    def of(cls, begin: str, end: str, zone: str) -> "Quiet | None":
        """Raises BadSettings."""
        if not begin and not end:
            return None
        try:
            return cls(time.fromisoformat(begin), time.fromisoformat(end), ZoneInfo(zone))
        except (ValueError, KeyError, OSError) as error:
            raise BadSettings(
                f"[alarms] quiet_from {begin!r}, quiet_until {end!r} and timezone {zone!r} name no hours of a day. "
                "Write them like 23:00, 08:00 and Europe/Vienna."
            ) from error

    def holds(self, at: int) -> bool:
        now = moment(at).astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


WAITS: Mapping[int, int] = {1: 60, 2: 300, 3: 1800}
"""Seconds after the so manieth try of a place outside; after the last it is given up."""


@dataclass(frozen=True, slots=True)
class Call:
    """A message on its way to a place outside."""

    id: int
    target: int
    """Its number in the settings."""
    title: str
    body: str
    tries: int
