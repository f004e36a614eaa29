"""How events, performances, orders and kinds of tickets look in the office: names of their states, choices of forms."""

from collections.abc import Iterable, Mapping
from typing import Any

from novacast.clock import iso
from novacast.errors import FieldError, InvalidInput, NovaCastError
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.records import dataclass
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.models import ItemKind, OrderState, PerformanceState
from novacast.tickets.orders.models import Method
from novacast.tickets.reports.models import Group, Place, Standing
from novacast.tickets.words import hour_there
from novacast.words import count_of

STUDIO = "/studio/tickets"


@dataclass(frozen=True, slots=True)
class Hour:
    """An instant at its place, for pages."""

    iso: str
    text: str


def hour(at: int | None, timezone: str) -> Hour | None:
    return None if at is None else Hour(iso(at), hour_there(at, timezone))


def sale_badge(performance: Performance, now: int) -> tuple[str, str]:
    """Words for where its sale is, and the kind of badge."""
    match performance.state:
        case PerformanceState.DRAFT:
            return _("Draft"), ""
        case PerformanceState.CANCELLED:
            return _("Cancelled"), "bad"
        case PerformanceState.CLOSED:
            return _("Sale closed"), "busy"
    if performance.ends_at <= now:
        return _("Over"), ""
    if performance.sale_from is not None and now < performance.sale_from:
        return _("Sale begins later"), "busy"
    if performance.sale_until is not None and performance.sale_until <= now:
        return _("Sale has ended"), "busy"
    return _("On sale"), "good"


def order_badge(state: OrderState) -> str:
    if state is OrderState.PAID:
        return "good"
    return "busy" if state in (OrderState.AWAITING_PAYMENT, OrderState.DRAFT) else "bad"


def kind_name(kind: ItemKind) -> str:
    return {
        ItemKind.SEATED: _("Seat"),
        ItemKind.GENERAL: _("General admission"),
        ItemKind.ONLINE: _("Online pass"),
        ItemKind.REPLAY: _("Replay"),
        ItemKind.BUNDLE: _("Place and replay"),
        ItemKind.ADD_ON: _("Add-on"),
    }[kind]


def kind_choices() -> list[tuple[str, str, str]]:
    """Value, name and what it is for."""
    hints = {
        ItemKind.GENERAL: _("A place in the house, without a number."),
        ItemKind.SEATED: _("A numbered seat of the hall."),
        ItemKind.ONLINE: _("Opens the programme while it is on air."),
        ItemKind.REPLAY: _("Opens the recording until a date."),
        ItemKind.BUNDLE: _("A place in the house, and the recording afterwards."),
        ItemKind.ADD_ON: _("A drink, a programme book: goes with something else."),
    }
    return [(one.value, kind_name(one), hint) for one, hint in hints.items()]


def method_name(method: Method) -> str:
    return {
        Method.FREE: _("Free"),
        Method.TRANSFER: _("Bank transfer"),
        Method.CARD: _("Card, at Stripe"),
        Method.SANDBOX: _("Test payment"),
        Method.CASH: _("Cash"),
        Method.CARD_TERMINAL: _("Card terminal"),
        Method.COMPLIMENTARY: _("Complimentary"),
        Method.ELSEWHERE: _("Imported, paid elsewhere"),
    }[method]


def channel_name(channel: str) -> str:
    return {"web": _("On the web"), "box_office": _("At the box office")}.get(channel, channel)


def place_name(place: Place) -> str:
    return {Place.HOUSE: _("In the house"), Place.ONLINE: _("From elsewhere"), Place.EXTRA: _("Add-ons")}[place]


@dataclass(frozen=True, slots=True)
class GroupShown:
    """All kinds of one place: taken of capacity, as words and as a bar."""

    name: str
    taken: str
    left: str
    share: float


def group_shown(one: Group) -> GroupShown:
    taken = _("%(taken)s of %(capacity)s") % {
        "taken": count_of(one.counts.taken),
        "capacity": count_of(one.capacity),
    }
    left = ngettext("%(num)s left", "%(num)s left", one.left) % {"num": count_of(one.left)}
    return GroupShown(place_name(one.place), taken, left, round(one.share, 3))


@dataclass(frozen=True, slots=True)
class NightLine:
    """A performance in a list."""

    id: str
    hour: Hour | None
    state: str
    kind: str
    groups: list[GroupShown]
    unopened: bool = False
    """Passes are sold for it, and there is no programme that they open."""


def night_line(event: Event, performance: Performance, standing: Standing | None, now: int) -> NightLine:
    state, kind = sale_badge(performance, now)
    groups = [] if standing is None else [group_shown(one) for one in standing.groups]
    passes = standing is not None and any(one.place is Place.ONLINE for one in standing.groups)
    unopened = passes and performance.programme_id is None
    return NightLine(performance.id, hour(performance.starts_at, event.timezone), state, kind, groups, unopened)


def told(error: NovaCastError | None, names: Mapping[str, str] | None = None) -> tuple[FieldError, ...]:
    """What is wrong, by the names that the form's fields have."""
    if error is None:
        return ()
    found = error.errors if isinstance(error, InvalidInput) and error.errors else ()
    if not found:
        return (FieldError("", error.code, error.message),)
    known = names or {}
    return tuple(FieldError(known.get(one.field, one.field), one.code, one.message) for one in found)


def by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda item: item[1].casefold())


def options(pairs: Iterable[tuple[Any, str]], none: str) -> list[tuple[str, str]]:
    """Choices of a list that begins with none of them."""
    return [("", none), *((str(value), name) for value, name in pairs)]
