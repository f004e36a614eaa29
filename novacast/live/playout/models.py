"""What is played, and where in it one is. Pure."""

from collections.abc import Sequence

from novacast.live.models import FeedRole, ProgrammeState
from novacast.records import dataclass

MOST_VIDEOS = 500


@dataclass(frozen=True, slots=True)
class Playout:
    """What a programme is made of. As the main feed it begins with the programme, and ends it; as the backup it is
    shown while no encoder sends, in place of the slate."""

    programme_id: str
    org_id: str
    videos: tuple[str, ...]
    loop: bool
    role: FeedRole
    began_at: int | None
    """From then on its time runs, also while the server does not."""
    finished_at: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """One that is to be on air now."""

    playout: Playout
    state: ProgrammeState
    until: int | None
    """The programme's planned end."""


@dataclass(frozen=True, slots=True)
class Place:
    number: int
    """Of the video in the list."""
    into: int
    """Microseconds from its beginning."""


def place(durations: Sequence[int], passed: int, *, loop: bool) -> Place | None:
    """Where one is after `passed` microseconds; None: past the end. A video that can't be played has 0."""
    total = sum(durations)
    if total <= 0 or (passed >= total and not loop):
        return None
    left = max(0, passed) % total
    for number, duration in enumerate(durations):
        if left < duration:
            return Place(number, left)
        left -= duration
    return None
