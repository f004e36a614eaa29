"""Events, performances, items, prices and quotas: what they are, and what may be set of them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from novacast.clock import DAY
from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import Text, text
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.tickets.models import PERFORMANCE, ItemKind, PerformanceState

MOST_EVENTS = 5000
"""Of one organization."""
MOST_PERFORMANCES = 1000
"""Of one event."""
MOST_ITEMS = 100
MOST_QUOTAS = 100
MOST_PRICES = 50
MOST_CAPACITY = 1_000_000
MOST_AMOUNT = 10**10
"""Minor units."""
LONGEST = 31 * DAY
FARTHEST = 10 * 366 * DAY

_SEATED = {ItemKind.SEATED: True, ItemKind.BUNDLE: None}
"""None: as the organizer says."""


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    org_id: str
    title: str
    description: str
    venue: str
    timezone: str
    """IANA name."""
    currency: str
    """ISO 4217; amounts are integers of its minor unit."""
    published: bool
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Performance:
    id: str
    number: int
    """Stands for it in tickets: 48 random bits."""
    event_id: str
    org_id: str
    starts_at: int
    ends_at: int
    sale_from: int | None
    """None: as soon as it is on sale."""
    sale_until: int | None
    """None: until it ends."""
    most_per_person: int
    programme_id: str | None
    """What online passes open while it is on air, and replays afterwards."""
    map_id: str | None
    map_version: int
    version: int
    """Counts changes of it, and of what is sold of it."""
    state: PerformanceState
    created_at: int
    changed_at: int
    least_per_order: int = 1
    most_per_order: int | None = None
    """Units of all kinds; None: as many as a person may have."""

    def sells(self, now: int, *, early: bool = False) -> bool:
        """Whether the public may buy. `early`: with a code that opens the sale before it begins."""
        return (
            self.state is PerformanceState.ON_SALE
            and (early or self.sale_from is None or self.sale_from <= now)
            and now < (self.ends_at if self.sale_until is None else self.sale_until)
        )


@dataclass(frozen=True, slots=True)
class Price:
    """What an item costs in a category of seats, in a window of time."""

    id: str
    category: str
    """Empty: in every category that has no price of its own."""
    amount: int
    from_at: int | None
    until_at: int | None

    def holds(self, category: str, now: int) -> bool:
        return (
            self.category in ("", category)
            and (self.from_at is None or self.from_at <= now)
            and (self.until_at is None or now < self.until_at)
        )


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    number: int
    perf_id: str
    name: str
    kind: ItemKind
    seated: bool
    price: int
    open_price: bool
    """The buyer says what it is worth; the price is the least."""
    fee: int
    """On top of the price, for each; shown from the first page on."""
    tax_bp: int
    """Tax within price and fee, in hundredths of a percent."""
    most: int
    """In one order."""
    opens_live: bool
    replay_until: int | None
    """None: does not open the recording."""
    on_sale: bool
    created_at: int
    prices: tuple[Price, ...] = ()
    least: int = 1
    """In one order that has any."""
    most_per_person: int | None = None
    """Over all their orders; None: as many as the performance lets them have."""
    sale_from: int | None = None
    sale_until: int | None = None
    hidden: bool = False
    """Nobody is shown it but whoever brings a code that opens it."""

    def sells(self, now: int, *, early: bool = False) -> bool:
        """Whether the public may buy it, as far as it is for the item to say."""
        begun = early or self.sale_from is None or self.sale_from <= now
        return self.on_sale and begun and (self.sale_until is None or now < self.sale_until)

    @property
    def categories(self) -> tuple[str, ...]:
        """Those of its prices, and the empty one for all that have none of their own."""
        return tuple(dict.fromkeys(["", *(one.category for one in self.prices)]))

    def price_until(self, category: str, now: int) -> int | None:
        """The next instant at which a window of prices begins or ends; None: there is none."""
        edges = [at for one in self.prices if one.category in ("", category) for at in (one.from_at, one.until_at)]
        return min((at for at in edges if at is not None and at > now), default=None)

    def price_in(self, category: str, now: int) -> int:
        """The price of a seat's category at an instant: its own before that of all, a window before no window."""
        fits = [one for one in self.prices if one.holds(category, now)]
        windowed = [(one.category == category, one.from_at is not None or one.until_at is not None) for one in fits]
        best = max(windowed, default=None)
        return min((one.amount for one, rank in zip(fits, windowed, strict=True) if rank == best), default=self.price)


@dataclass(frozen=True, slots=True)
class Quota:
    id: str
    perf_id: str
    name: str
    capacity: int
    used: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventChanges:
    """What an edit sets; None leaves a field as it is."""

    title: str | None = None
    description: str | None = None
    venue: str | None = None
    timezone: str | None = None
    currency: str | None = None
    published: bool | None = None

    def checked(self) -> Mapping[str, Any]:
        """The columns to set. Raises InvalidInput with every field at fault."""
        texts, columns = Texts(), dict[str, Any]()
        if self.title is not None:
            columns["title"] = texts.title(self.title, text("Give the event a title."))
        if self.description is not None:
            columns["description"] = texts.description(self.description)
        if self.venue is not None:
            columns["venue"] = texts.title(self.venue, text("Say where it is."), "venue")
        if self.timezone is not None:
            columns["timezone"] = self.timezone
            if self.timezone not in timezones():
                _wrong(texts, "timezone", text("There is no such time zone. Write one such as Europe/Vienna."))
        if self.currency is not None:
            columns["currency"] = self.currency
            if self.currency not in currencies():
                _wrong(texts, "currency", text("There is no such currency. Write its ISO 4217 code, such as EUR."))
        texts.check()
        return columns if self.published is None else columns | {"published": self.published}


@dataclass(frozen=True, slots=True)
class PerformanceChanges:
    """What an edit sets; fields that are not in `given` stay as they are."""

    given: frozenset[str]
    starts_at: int | None = None
    ends_at: int | None = None
    sale_from: int | None = None
    sale_until: int | None = None
    most_per_person: int | None = None
    programme_id: str | None = None
    least_per_order: int | None = None
    most_per_order: int | None = None

    def columns(self) -> dict[str, Any]:
        """Null means something for a window of sale, a programme and an upper bound alone."""
        nullable = {"sale_from", "sale_until", "programme_id", "most_per_order"}
        found = {name: getattr(self, name) for name in sorted(self.given)}
        return {name: value for name, value in found.items() if value is not None or name in nullable}


@dataclass(frozen=True, slots=True)
class NewItem:
    name: str
    kind: ItemKind
    seated: bool = False
    price: int = 0
    open_price: bool = False
    fee: int = 0
    tax_bp: int = 0
    most: int = 20
    opens_live: bool = False
    replay_until: int | None = None
    prices: tuple[Price, ...] = field(default=())
    least: int = 1
    most_per_person: int | None = None
    sale_from: int | None = None
    sale_until: int | None = None
    hidden: bool = False

    def checked(self) -> "NewItem":
        """Raises InvalidInput with every field at fault."""
        texts = Texts()
        name = texts.title(self.name, text("Give it a name."), "name")
        wanted = _SEATED.get(self.kind, False)
        if wanted is not None and self.seated is not wanted:
            _wrong(texts, "seated", text("Of what is seated each one has a seat, and of nothing else but bundles."))
        if self.kind in (ItemKind.REPLAY, ItemKind.BUNDLE) and self.replay_until is None:
            _wrong(texts, "replay_until", text("Say until when it opens the recording."))
        if self.kind is ItemKind.ONLINE and not self.opens_live:
            _wrong(texts, "opens_live", text("An online pass opens the programme."))
        texts.errors += bounds_at_fault(self.least, self.most, self.sale_from, self.sale_until)
        texts.check()
        return replace(self, name=name)


def bounds_at_fault(
    least: int, most: int | None, sale_from: int | None, sale_until: int | None, field_: str = "least"
) -> Iterator[FieldError]:
    if most is not None and least > most:
        yield FieldError(field_, "out_of_range", text("The least in one order is more than the most."))
    if sale_from is not None and sale_until is not None and sale_from >= sale_until:
        yield FieldError("sale_until", "out_of_range", text("The sale must end after it begins."))


def check_hours(start: int, end: int, now: int) -> None:
    if not start < end <= start + LONGEST:
        said = text("The end must be after the start, and within {days} days of it.", days=LONGEST // DAY)
        raise InvalidInput.field("ends_at", said, "out_of_range")
    if abs(start - now) > FARTHEST:
        raise InvalidInput.field("starts_at", text("This start is years away."), "out_of_range")


def check_no_others(ids: Iterable[str], known: Iterable[str], field_: str) -> None:
    if unknown := sorted(set(ids) - set(known)):
        said = text("This performance has no such item: {ids}.", ids=", ".join(unknown)[:200])
        raise InvalidInput.field(field_, said, "unknown")


def moved(performance: Performance, to: PerformanceState) -> bool:
    """Whether going to `to` changes anything. Raises Conflict for a move there is not."""
    if performance.state is to:
        return False
    if not PERFORMANCE.allows(performance.state, to):
        raise Conflict(
            text(
                "The performance is {state}; it can't be {wanted} now.",
                state=name_of(performance.state),
                wanted=name_of(to),
            )
        )
    return True


def name_of(state: PerformanceState) -> Text:
    match state:
        case PerformanceState.DRAFT:
            return text("not on sale yet")
        case PerformanceState.ON_SALE:
            return text("on sale")
        case PerformanceState.CLOSED:
            return text("no more on sale")
        case PerformanceState.CANCELLED:
            return text("cancelled")


@cache
def timezones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def _wrong(texts: Texts, name: str, message: Text) -> None:
    texts.errors.append(FieldError(name, "invalid", message))
