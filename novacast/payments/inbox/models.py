"""Events as they come. Pure."""

from enum import StrEnum

from novacast.clock import HOUR, SECOND, doubled
from novacast.records import dataclass

FIRST_WAIT, LONGEST_WAIT = 5 * SECOND, HOUR
MOST_TRIES = 60
"""After more than two days of trying somebody has to look."""


class State(StrEnum):
    NEW = "new"
    WORKED = "worked"
    IGNORED = "ignored"
    """Of nothing that we know: another installation's, or of a kind that nothing follows from."""
    FAILED = "failed"
    """Tried for days."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An event. Only its names are kept: what it is about is retrieved when it is worked on."""

    id: str
    type: str
    kind: str
    """Of the object that it is about."""
    about: str
    """That object's id."""
    at: int


@dataclass(frozen=True, slots=True)
class Kept:
    provider: str
    heard: Heard
    tries: int


def later(tries: int) -> int:
    """How long to wait after so many tries."""
    return doubled(FIRST_WAIT, tries, LONGEST_WAIT)
