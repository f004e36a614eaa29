"""What a viewer who asked to be reminded is told next. Pure."""

from enum import StrEnum

from novacast.live.models import OVERDUE, Programme, ProgrammeState
from novacast.records import dataclass

MOST = 200
"""Of one person, of what is still to come."""


@dataclass(frozen=True, slots=True)
class Reminder:
    programme_id: str
    person_id: str
    title: str
    """As the person knows it: it is told when the programme is gone."""
    start: int
    """That the person knows."""


class News(StrEnum):
    """Names of mail templates."""

    BEGINS = "reminder"
    MOVED = "reminder_moved"
    CANCELLED = "reminder_cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    """`news` is mailed, if there is any; then the reminder waits on, or is over."""

    news: News | None
    over: bool


def step(reminder: Reminder, programme: Programme | None, now: int, lead: int) -> Step | None:
    """None: nothing is to be done yet. `programme`: None where it was removed. `lead`: microseconds."""
    if programme is None or (programme.state is ProgrammeState.ENDED and programme.started_at is None):
        return Step(News.CANCELLED, True)
    if programme.state is ProgrammeState.ENDED:
        return Step(None, True)
    start = programme.planned_start
    if start is None or now >= start + OVERDUE:
        return Step(None, True)
    if programme.airing or now >= start - lead:
        return Step(News.BEGINS, True)
    return Step(News.MOVED, False) if start != reminder.start else None
