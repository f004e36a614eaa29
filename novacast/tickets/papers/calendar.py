"""An evening that somebody has tickets for, as a file for calendars. Pure."""

from novacast.i18n import gettext as _
from novacast.icalendar import Entry, calendar_file, host_of
from novacast.tickets.models import PerformanceState
from novacast.tickets.papers.models import Sheet

REMINDER = 120
"""Minutes before the start."""


def evening_file(sheet: Sheet, address: str) -> str:
    """`address`: of the order's page. A file of a later version replaces the earlier one in calendars."""
    performance, event = sheet.performance, sheet.event
    names = ", ".join(" ".join(filter(None, (one.item.name, one.seat))) for one in sheet.papers)
    entry = Entry(
        uid=f"{performance.id}@{host_of(address)}",
        sequence=performance.version,
        changed_at=performance.changed_at,
        start=performance.starts_at,
        end=performance.ends_at,
        title=event.title,
        description="\n".join(filter(None, (_("Order %(code)s") % {"code": sheet.order_code}, names, address))),
        place=event.venue,
        url=address,
        cancelled=performance.state is PerformanceState.CANCELLED,
        reminder=REMINDER,
    )
    return calendar_file("Tickets", [entry])
