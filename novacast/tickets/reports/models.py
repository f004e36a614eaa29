"""Figures of a box office. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from novacast.records import dataclass
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method


@dataclass(frozen=True, slots=True)
class Night:
    """A performance as reports name it."""

    id: str
    title: str
    """Of the event."""
    starts_at: int
    timezone: str


class Place(StrEnum):
    """Where those who have a ticket are: places of one kind can be counted together, of different kinds not."""

    HOUSE = "house"
    ONLINE = "online"
    EXTRA = "extra"


_PLACES = {ItemKind.ONLINE: Place.ONLINE, ItemKind.REPLAY: Place.ONLINE, ItemKind.ADD_ON: Place.EXTRA}


def place_of(kind: ItemKind) -> Place:
    return _PLACES.get(kind, Place.HOUSE)


@dataclass(frozen=True, slots=True)
class Counts:
    """Units of something, by what has become of them."""

    held: int = 0
    paying: int = 0
    sold: int = 0
    scanned: int = 0
    """Sold, and somebody came in with it."""

    @property
    def taken(self) -> int:
        """What a quota counts."""
        return self.held + self.paying + self.sold

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.held + other.held,
            self.paying + other.paying,
            self.sold + other.sold,
            self.scanned + other.scanned,
        )


@dataclass(frozen=True, slots=True)
class Pool:
    """What bounds some kinds together: a quota, or the seats of the hall."""

    capacity: int
    items: frozenset[str]


@dataclass(frozen=True, slots=True)
class KindStanding:
    """How it stands with one kind of ticket."""

    item_id: str
    name: str
    kind: ItemKind
    seated: bool
    capacity: int
    """At most, if nothing else were sold of what it shares its places with."""
    counts: Counts


@dataclass(frozen=True, slots=True)
class Group:
    """All kinds of one place together."""

    place: Place
    capacity: int
    counts: Counts

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.counts.taken)

    @property
    def share(self) -> float:
        """That is taken."""
        return min(1.0, self.counts.taken / self.capacity) if self.capacity else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a performance."""

    perf_id: str
    kinds: Sequence[KindStanding]
    pools: Sequence[Pool]
    entrances: Sequence[str] = ()
    """Ids of its door's lists, whose facts change what was scanned."""

    @property
    def groups(self) -> Sequence[Group]:
        """The house first; places of which nothing is sold are left out."""
        found = []
        for place in Place:
            kinds = [one for one in self.kinds if place_of(one.kind) is place]
            if kinds:
                counts = sum((one.counts for one in kinds), Counts())
                found.append(Group(place, filled([one.item_id for one in kinds], self.pools), counts))
        return found

    @property
    def counts(self) -> Counts:
        return sum((one.counts for one in self.kinds), Counts())


def filled(item_ids: Iterable[str], pools: Sequence[Pool]) -> int:
    """How many units of these kinds fit into what bounds them, one kind after the other. Exact where no two pools
    overlap in part only; what no pool bounds is not sold at all."""
    room = [one.capacity for one in pools]
    total = 0
    for item_id in item_ids:
        bounds = [number for number, pool in enumerate(pools) if item_id in pool.items]
        fits = min((room[number] for number in bounds), default=0)
        total += fits
        for number in bounds:
            room[number] -= fits
    return total


@dataclass(frozen=True, slots=True)
class Sale:
    """Units that were paid in the same quarter of an hour, of one kind and category, over one channel, by one method
    and with one rate of tax. `amount` with fees, in minor units of `currency`."""

    quarter: int
    """Quarters of an hour since the epoch: no zone's days begin within one."""
    perf_id: str
    item: str
    category: str
    channel: str
    method: Method
    tax_bp: int
    currency: str
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a report: what of, how many, how much."""

    label: str
    currency: str
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class TaxLine:
    rate_bp: int
    currency: str
    units: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        return self.gross - self.tax


@dataclass(frozen=True, slots=True)
class StateLine:
    """Orders of one state."""

    state: str
    currency: str
    orders: int
    amount: int


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    units: int
    amounts: Mapping[str, int]
    """By currency."""


@dataclass(frozen=True, slots=True)
class Report:
    """`days` without gaps, in the place's own days."""

    days: Sequence[Day]
    by_kind: Sequence[tuple[str, Line]]
    """The category of seats, empty where there is none, and the kind with its numbers."""
    by_channel: Sequence[Line]
    by_method: Sequence[Line]
    by_tax: Sequence[TaxLine]
    states: Sequence[StateLine]

    @property
    def units(self) -> int:
        return sum(one.units for one in self.by_channel)

    @property
    def totals(self) -> Mapping[str, int]:
        """By currency."""
        found: dict[str, int] = {}
        for one in self.by_channel:
            found[one.currency] = found.get(one.currency, 0) + one.amount
        return found
