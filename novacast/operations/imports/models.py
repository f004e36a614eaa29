"""An import: a file, what is to become of its columns, and how far it has come. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from novacast.clock import DAY, SECOND
from novacast.importing import Kind
from novacast.records import dataclass

LARGEST = 2 * 2**30
"""Bytes of a file."""
MOST_ROWS = 1_000_000
MOST_LINES = 1000
"""Rows that make one record: tickets of an order."""
LONGEST_CELL = 100_000
MOST_COLUMNS = 500
MOST_ISSUES = 100_000
"""That are kept of one run; what is more is only counted."""
BATCH = 50
"""Records between two notes of how far it has come."""
SAMPLE = 5
LEASE = 30 * SECOND
"""Whoever runs an import says so at each batch; after so long in silence it is taken over."""
FILE_KEPT = 7 * DAY
"""A file that was not brought, or not to its end, lies no longer than this."""


class State(StrEnum):
    ARRIVING = "arriving"
    """Its file is not here yet."""
    READY = "ready"
    WAITING = "waiting"
    """Somebody will run it."""
    RUNNING = "running"
    STOPPED = "stopped"
    """Half way; it can go on."""
    TRIED = "tried"
    """A dry run is over: nothing was changed."""
    DONE = "done"
    FAILED = "failed"
    """Half way, and `error` says why; it can go on."""


BEGINNABLE = frozenset({State.READY, State.STOPPED, State.TRIED, State.FAILED})
GOES_ON = frozenset({State.STOPPED, State.FAILED})
UNDER_WAY = frozenset({State.WAITING, State.RUNNING})


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Which column is which field, and what stands where a file says nothing."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field -> heading."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Field -> value."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field -> what the file says -> what is meant."""
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """`performances` and `items`: a name in the file -> our id."""
    source: str = ""
    """The system that it comes from: its names are kept under this one. Empty: as it was found to be."""


@dataclass(frozen=True, slots=True)
class Counts:
    made: int = 0
    added: int = 0
    known: int = 0
    skipped: int = 0
    notes: int = 0
    """Things of records that were left out."""


@dataclass(frozen=True, slots=True)
class Import:
    id: str
    kind: Kind
    org_id: str
    name: str
    """Of the file."""
    size: int
    digest: str
    """SHA-256 of the file, in hexadecimal; empty until it is here."""
    source: str
    headings: Sequence[str]
    sample: Sequence[Mapping[str, str]]
    mapping: Arrangement
    invite: bool
    dry: bool
    """Whether the run is, or was, only a try."""
    state: State
    total: int | None
    """Records; None until they are counted."""
    position: int
    """Records that are over with."""
    counts: Counts
    error: str
    runner: str
    beat_at: int
    created_by: str
    person_id: str | None
    created_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Issue:
    """A record that was skipped, or something of one."""

    n: int
    row: int
    key: str
    skipped: bool
    """Else it is here, without what `reason` names."""
    reason: str


def sound(text: str) -> str:
    """Without zeros and halves of surrogate pairs, which JSON can hold and no database takes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file by its own headings."""

    number: int
    """As a spreadsheet counts: the headings are row 1."""
    cells: Mapping[str, str]
    wrong: str = ""
    """Why it can't be read."""
