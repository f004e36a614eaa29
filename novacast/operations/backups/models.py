"""What a backup is, which ones are kept, and how one is written down."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from novacast.clock import DAY, HOUR, SECOND, instant, moment
from novacast.errors import Unavailable
from novacast.records import dataclass

FORMAT = 1
PIECE = 4 * 1024 * 1024
"""Bytes of a file that are named, stored and found again as one. A multiple of the database's page."""
DATABASE, SETTINGS = "novacast.db", "settings.toml"
"""Names in a backup of what does not simply lie in the data folder."""
ROOMS = ("keys", "live", "uploads", "media", "posters", "mail")
"""Of the data folder, in the order in which they are read: what is moved while a backup is made goes from `live` and
`uploads` to `media`, and is seen there. The database was copied before: each file that its rows tell of is there
already, and what comes later is known to no row."""
NEVER = "never"
EVERY: Mapping[str, int] = {"hourly": HOUR, "daily": DAY, "weekly": 7 * DAY}


@dataclass(frozen=True, slots=True)
class Head:
    """What is told of a backup without any key; it can't be altered without the writer's."""

    id: str
    """Sorts behind those that were made before, whatever the clock said then."""
    at: int
    """The instant that its database shows by the machine's clock, microseconds UTC."""
    version: str
    """Of the program."""
    files: int
    size: int
    """Of its files."""
    added: int
    """Bytes that this backup took in its target: what was not there yet, encrypted."""
    whole: bool
    """Whether SQLite found nothing wrong with the database in it."""
    vanished: int
    """Files that were removed or moved while it was made."""
    mutable: int
    """Files that grew or changed while they were read, and are in it as they were read."""

    def line(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True).encode()

    @classmethod
    def read(cls, line: bytes) -> "Head":
        """Raises Unavailable."""
        try:
            values = json.loads(line)
            if values.pop("format") > FORMAT:
                raise Unavailable("A newer NovaCast made this backup. Restore it with that version.")
            return cls(**values)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise Unavailable("It is damaged.") from error


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup."""

    path: str
    """With `/` between, relative to the data folder."""
    size: int
    modified: int
    """Nanoseconds since the epoch."""
    inode: int
    pieces: Sequence[str]
    """SHA-256 of each PIECE of it, in hex."""

    def line(self) -> bytes:
        values = {"p": self.path, "s": self.size, "m": self.modified, "i": self.inode, "h": list(self.pieces)}
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Entry":
        """Raises Unavailable for what is no entry or leads out of the data folder."""
        try:
            values: dict[str, Any] = json.loads(line)
            entry = cls(values["p"], int(values["s"]), int(values["m"]), int(values["i"]), tuple(values["h"]))
            hexadecimal = all(len(one) == 64 and bytes.fromhex(one) for one in entry.pieces)
            parts = entry.path.split("/")
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise Unavailable("The list of files is damaged.") from error
        if not hexadecimal or "\0" in entry.path or any(part in ("", ".", "..") for part in parts):
            raise Unavailable("The list of files is damaged.")
        return entry

    def same(self, size: int, modified: int, inode: int) -> bool:
        return (self.size, self.modified, self.inode) == (size, modified, inode)


@dataclass(frozen=True, slots=True)
class Rules:
    """How many are kept: the last ones, and the newest of each of so many days, weeks and months that have one."""

    last: int
    daily: int
    weekly: int
    monthly: int


def kept(heads: Iterable[Head], rules: Rules) -> set[str]:
    """Ids of those that stay. The newest whole one always does."""
    # As they were made: a clock that was wrong once must not make the newest the oldest.
    newest = sorted(heads, key=lambda head: head.id, reverse=True)
    stay = {head.id for head in newest[: rules.last]}
    stay |= set([head.id for head in newest if head.whole][:1])
    spans: Sequence[tuple[int, Callable[[int], object]]] = (
        (rules.daily, lambda at: moment(at).date()),
        (rules.weekly, lambda at: moment(at).date() - timedelta(days=moment(at).weekday())),
        (rules.monthly, lambda at: (moment(at).year, moment(at).month)),
    )
    for count, span in spans:
        firsts: dict[object, str] = {}
        for head in newest:
            if head.whole:
                firsts.setdefault(span(head.at), head.id)
        stay |= set(list(firsts.values())[:count])
    return stay


def due(every: str, last: int | None, now: int) -> int | None:
    """When the next one is to be made, at the latest `now`; None where none is wanted."""
    if every not in EVERY:
        return None
    if last is None or last > now:  # one of tomorrow is of a clock that was wrong, and tells nothing
        return now
    return max(now, last + EVERY[every])


def id_at(at: int) -> str:
    """Of a backup that was made at this instant."""
    return f"{moment(at):%Y%m%dT%H%M%S}-{at % SECOND:06}"


def id_behind(id: str) -> str:
    """The next one; of what is no such id, that id and more."""
    try:
        return id_at(instant(datetime.strptime(id, "%Y%m%dT%H%M%S-%f").replace(tzinfo=UTC)) + 1)
    except (ValueError, OverflowError):
        return f"{id}0"


@dataclass(frozen=True, slots=True)
class Progress:
    """`what` is being done, to how much of what there is to do, in bytes."""

    what: str
    done: int
    total: int


Watch = Callable[[Progress], None]
"""Told now and then; whatever it raises stops the work, which leaves nothing half done."""


def unwatched(_: Progress) -> None:
    """Nobody looks."""
