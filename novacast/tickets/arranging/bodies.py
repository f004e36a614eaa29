"""Forms of events and evenings. Everything is taken as it was typed, so that a page can show it again with what is
wrong beside it."""

from typing import Annotated

from pydantic import Field

from novacast.clock import DAY, HOUR
from novacast.errors import FieldError, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.tickets.arranging.models import ONLINE_PLACES, Evening, Kind
from novacast.tickets.events.models import (
    MOST_CAPACITY,
    Event,
    EventChanges,
    NewItem,
    Performance,
    PerformanceChanges,
    currencies,
    timezones,
)
from novacast.tickets.models import ItemKind
from novacast.tickets.typed import Typed, written_hour
from novacast.web import Body

LASTS = 2 * HOUR
"""An evening of which nobody says when it ends."""
REPLAY_DAYS = 7
FIELDS = {"starts_at": "starts", "ends_at": "ends", "sale_from": "sale_from", "programme_id": "programme"}
"""Names of a service's fields in these forms."""
Short = Annotated[str, Field(max_length=300)]


class EventForm(Body):
    title: Short = ""
    venue: Short = ""
    timezone: Short = "UTC"
    currency: Short = "EUR"
    description: Annotated[str, Field(max_length=20_000)] = ""

    def changes(self) -> EventChanges:
        currency = self.currency.strip().upper()
        return EventChanges(self.title, self.description, self.venue, self.timezone.strip(), currency)

    @classmethod
    def of(cls, event: Event) -> "EventForm":
        return cls(
            title=event.title,
            venue=event.venue,
            timezone=event.timezone,
            currency=event.currency,
            description=event.description,
        )


class HoursForm(Body):
    """When a performance is, how long it is sold, what passes open. Hours are those of the place."""

    starts: Short = ""
    ends: Short = ""
    sale_from: Short = ""
    sale_until: Short = ""
    most: Short = "20"
    programme: Short = ""

    def read(self, typed: Typed, timezone: str) -> PerformanceChanges:
        start = typed.hour("starts", self.starts, timezone, needed=True) or 0
        given = {"starts_at", "ends_at", "sale_from", "sale_until", "most_per_person", "programme_id"}
        return PerformanceChanges(
            frozenset(given),
            starts_at=start,
            ends_at=typed.hour("ends", self.ends, timezone) or start + LASTS,
            sale_from=typed.hour("sale_from", self.sale_from, timezone),
            sale_until=typed.hour("sale_until", self.sale_until, timezone),
            most_per_person=typed.count("most", self.most, 1, 10_000, 20),
            programme_id=self.programme or None,
        )

    @classmethod
    def of_performance(cls, one: Performance, timezone: str) -> "HoursForm":
        return cls(
            starts=written_hour(one.starts_at, timezone),
            ends=written_hour(one.ends_at, timezone),
            sale_from=written_hour(one.sale_from, timezone),
            sale_until=written_hour(one.sale_until, timezone),
            most=str(one.most_per_person),
            programme=one.programme_id or "",
        )


class EveningForm(HoursForm):
    """The common case in one step: so many places at one price, maybe an online pass and a replay."""

    map: Short = ""
    places: Short = ""
    price: Short = ""
    fee: Short = ""
    tax: Short = ""
    open_price: bool = False
    online: bool = False
    online_price: Short = ""
    online_places: Short = ""
    replay: bool = False
    replay_price: Short = ""
    replay_days: Short = str(REPLAY_DAYS)
    on_sale: bool = False

    def evening(self, typed: Typed, timezone: str, currency: str) -> Evening:
        """What can't be meant is in `typed` afterwards."""
        hours = self.read(typed, timezone)
        kinds = [self._places(typed, currency)]
        if self.online:
            kinds.append(self._online(typed, currency))
        if self.replay:
            kinds.append(self._replay(typed, currency, hours.ends_at or 0))
        return Evening(hours, kinds, self.map or None)

    def _places(self, typed: Typed, currency: str) -> Kind:
        seated = bool(self.map)
        item = NewItem(
            _("Seat") if seated else _("Admission"),
            ItemKind.SEATED if seated else ItemKind.GENERAL,
            seated=seated,
            price=typed.amount("price", self.price, currency),
            open_price=self.open_price,
            fee=typed.amount("fee", self.fee, currency),
            tax_bp=typed.share("tax", self.tax),
        )
        return Kind(item, None if seated else typed.count("places", self.places, 1, MOST_CAPACITY))

    def _online(self, typed: Typed, currency: str) -> Kind:
        item = NewItem(
            _("Online pass"),
            ItemKind.ONLINE,
            price=_priced(typed, "online_price", self.online_price, currency),
            tax_bp=typed.share("tax", self.tax) if not typed.errors else 0,
            opens_live=True,
        )
        return Kind(item, typed.count("online_places", self.online_places, 1, MOST_CAPACITY, ONLINE_PLACES))

    def _replay(self, typed: Typed, currency: str, end: int) -> Kind:
        days = typed.count("replay_days", self.replay_days, 1, 3660, REPLAY_DAYS)
        item = NewItem(
            _("Replay"),
            ItemKind.REPLAY,
            price=_priced(typed, "replay_price", self.replay_price, currency),
            tax_bp=typed.share("tax", self.tax) if not typed.errors else 0,
            replay_until=end + days * DAY,
        )
        return Kind(item, ONLINE_PLACES)


class NewEventForm(EventForm, EveningForm):
    org: Short = ""

    def whole(self) -> tuple[EventChanges, Evening]:
        """Raises InvalidInput with every field at fault, by its name in the form."""
        typed, about = Typed(), self.changes()
        try:
            about.checked()
        except InvalidInput as error:
            typed.add(error.errors)
        zone = about.timezone if about.timezone in timezones() else "UTC"
        currency = about.currency if about.currency in currencies() else "EUR"
        evening = self.evening(typed, zone or "UTC", currency or "EUR")
        typed.check()
        return about, evening


class CopyForm(Body):
    starts: Short = ""

    def read(self, timezone: str) -> int:
        """Raises InvalidInput."""
        typed = Typed()
        found = typed.hour("starts", self.starts, timezone, needed=True)
        typed.check()
        return found or 0


def _priced(typed: Typed, name: str, written: str, currency: str) -> int:
    """What is free is said to be: a field that was left empty gives nothing away."""
    if not written.strip():
        typed.add([FieldError(name, "required", text("Write its price; 0 makes it free."))])
    return typed.amount(name, written, currency)


def fresh(org_id: str, before: Event | None) -> NewEventForm:
    """An empty form, with what was said of the organization's last event."""
    if before is None:
        return NewEventForm(org=org_id)
    return NewEventForm(org=org_id, venue=before.venue, timezone=before.timezone, currency=before.currency)


def hours_of(form: HoursForm, timezone: str) -> PerformanceChanges:
    """Raises InvalidInput."""
    typed = Typed()
    changes = form.read(typed, timezone)
    typed.check()
    return changes
