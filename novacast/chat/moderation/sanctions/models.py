"""Time-outs and bans, and what they are known by. Pure. Instants are microseconds UTC."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from novacast.chat.models import Silenced
from novacast.clock import MINUTE, SECOND
from novacast.errors import Forbidden, InvalidInput, RateLimited
from novacast.i18n import text
from novacast.records import dataclass
from novacast.texts import printable

LONGEST_TIMEOUT = 14 * 24 * 3600
"""Seconds; what is longer is a ban."""
LONGEST_BAN = 10 * 366 * 24 * 3600
LONGEST_REASON = 300
MOST_DELETE_MINUTES = 24 * 60
TRACES_KEPT_DAYS = 14
"""From when on it is not known any more where somebody wrote from."""


class Banned(Forbidden):
    """Somebody was sent away from a room, or may not write in it any more."""

    code: ClassVar[str] = "banned"


class TimedOut(RateLimited):
    """Somebody may not write in a room for a while."""

    code = "timed_out"


class SanctionKind(StrEnum):
    TIMEOUT = "timeout"
    BAN = "ban"


class Effect(StrEnum):
    SILENCE = "silence"
    """May read, and do nothing else."""
    REMOVED = "removed"
    """Is not in the room any more."""


class MarkKind(StrEnum):
    ADDRESS = "address"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a banned person is known again. `range`: only where a moderator typed it."""

    kind: MarkKind
    mark: bytes
    range: str | None
    ends_at: int


@dataclass(frozen=True, slots=True)
class Sanction:
    id: str
    org_id: str
    room_id: str
    """Empty: all rooms of the organization."""
    kind: SanctionKind
    effect: Effect
    person_id: str | None
    """None: whoever has the marks; or somebody whose account is gone."""
    reason: str
    begins_at: int
    ends_at: int | None
    by_id: str | None
    lifted_at: int | None = None
    lifted_by: str | None = None
    marks: Sequence[Mark] = ()
    n: int = 0
    """Place in the list."""

    @property
    def silenced(self) -> Silenced:
        return Silenced(self.kind.value, self.ends_at, self.reason)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a moderator wants done to somebody."""

    kind: SanctionKind
    seconds: int | None
    """None: until it is lifted."""
    effect: Effect = Effect.SILENCE
    everywhere: bool = False
    """In all rooms of the organization."""
    reason: str = ""
    address: bool | None = None
    """Whether the address is banned too; None: as the rules say. The same with `device`."""
    device: bool | None = None
    delete_minutes: int = 0
    """What they said in the last so many minutes goes as well."""

    def checked(self) -> "Wish":
        """Raises InvalidInput."""
        longest = LONGEST_TIMEOUT if self.kind is SanctionKind.TIMEOUT else LONGEST_BAN
        if self.seconds is None and self.kind is SanctionKind.TIMEOUT:
            raise InvalidInput.field("seconds", text("Say for how long, such as 600 seconds."), "required")
        if self.seconds is not None and not 1 <= self.seconds <= longest:
            message = text("This takes 1 to {most} seconds.", most=longest)
            raise InvalidInput.field("seconds", message, "out_of_range")
        if not 0 <= self.delete_minutes <= MOST_DELETE_MINUTES:
            message = text("Between 0 and {most} minutes can be taken back.", most=MOST_DELETE_MINUTES)
            raise InvalidInput.field("delete_minutes", message, "out_of_range")
        return self

    def ends_at(self, now: int) -> int | None:
        return None if self.seconds is None else now + self.seconds * SECOND


def clean_reason(written: str) -> str:
    """Raises InvalidInput."""
    reason = " ".join(printable(written).split())
    if len(reason) > LONGEST_REASON:
        message = text("A reason has at most {most} characters.", most=LONGEST_REASON)
        raise InvalidInput.field("reason", message, "too_long")
    return reason


def weightiest(found: Sequence[Sanction]) -> Sanction | None:
    """The one that counts: whoever is removed is removed, and what never ends outlasts the rest."""
    if not found:
        return None
    forever = 2**63
    return max(found, key=lambda one: (one.effect is Effect.REMOVED, one.ends_at or forever))


_UNITS = {"s": SECOND, "m": MINUTE, "h": 60 * MINUTE, "d": 24 * 60 * MINUTE, "w": 7 * 24 * 60 * MINUTE}


def duration(written: str) -> int | None:
    """Seconds of `90`, `90s`, `10m`, `2h`, `3d`, `1w`; None for what is no duration."""
    number, unit = (written[:-1], written[-1:]) if written[-1:] in _UNITS else (written, "s")
    if not (number.isascii() and number.isdecimal() and len(number) <= 7):
        return None
    return int(number) * _UNITS[unit] // SECOND
