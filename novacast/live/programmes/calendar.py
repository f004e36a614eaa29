"""A planned programme as a file for calendars. Pure."""

from novacast import icalendar
from novacast.icalendar import Entry, host_of
from novacast.live.models import Programme

REMINDER = 15
"""Minutes before the start that a calendar reminds of it."""


def calendar_file(programme: Programme, channel: str, address: str) -> str:
    """With the programme's hours. `address`: of its page."""
    assert programme.planned_start is not None, "only what is planned has hours"
    entry = Entry(
        uid=f"{programme.id}@{host_of(address)}",
        changed_at=programme.updated_at,
        start=programme.planned_start,
        end=programme.planned_end,
        title=programme.title,
        description=programme.description,
        place=channel,
        url=address,
        reminder=REMINDER,
    )
    return icalendar.calendar_file("Programmes", [entry])
