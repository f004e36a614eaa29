"""The only source of time. Instants are integer microseconds since the Unix epoch, UTC."""

import time
from datetime import UTC, datetime
from typing import Protocol, overload

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def doubled(first: int, times: int, longest: int) -> int:
    """How long to wait before the next try: `first`, and twice as long with each of the `times` before."""
    return int(min(first * 2 ** min(times, 20), longest))


class Clock(Protocol):
    def now(self) -> int:
        """Microseconds since the Unix epoch, UTC; never smaller than an earlier answer."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that no one can set; only differences mean something."""
        ...


class SystemClock:
    """The machine's clock, held back from ever going backwards within this process."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> int:
        self._last = max(self._last, time.time_ns() // 1000)
        return self._last

    def monotonic(self) -> float:
        return time.monotonic()


@overload
def iso(at: int) -> str: ...


@overload
def iso(at: None) -> None: ...


@overload
def iso(at: int | None) -> str | None: ...


def iso(at: int | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as every API answer writes an instant. None, which never was, stays None."""
    if at is None:
        return None
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / SECOND, UTC)


def instant(moment: datetime) -> int:
    """The instant of an aware datetime. A naive one is a mistake of the caller's."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no instant")
    return round(moment.timestamp() * SECOND)
