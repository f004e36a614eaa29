"""Forms of kinds of tickets and of quotas, taken as they were typed."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.errors import FieldError
from novacast.i18n import text
from novacast.identity import new_id
from novacast.tickets.arranging.bodies import Short
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.models import MOST_CAPACITY, Event, Item, NewItem, Price, Quota
from novacast.tickets.members.service import MOST_MOST
from novacast.tickets.models import ItemKind
from novacast.tickets.typed import Typed, written_hour, written_share
from novacast.tickets.words import plain
from novacast.web import Body

ROWS = 50
"""Prices that a form may have."""


Column = Annotated[tuple[Short, ...], Field(max_length=ROWS)]


class PricesForm(Body):
    """Prices by category and window of time: lists of the same length, a row without an amount is none. They have no
    defaults, for empty texts of what has one are left out, and rows would be of different lengths."""

    price_category: Column
    price_amount: Column
    price_from: Column
    price_until: Column

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        return list(zip(self.price_category, self.price_amount, self.price_from, self.price_until, strict=False))

    def prices(self, typed: Typed, event: Event) -> tuple[Price, ...]:
        found = []
        for category, amount, from_, until in self.rows:
            if not amount.strip():
                continue
            begins = typed.hour("prices", from_, event.timezone)
            ends = typed.hour("prices", until, event.timezone)
            if begins is not None and ends is not None and begins >= ends:
                typed.add([FieldError("prices", "out_of_range", text("A price must end after it begins."))])
            cost = typed.amount("prices", amount, event.currency)
            found.append(Price(new_id(), category.strip()[:60], cost, begins, ends))
        return tuple(found)


class KindForm(PricesForm):
    name: Short = ""
    kind: Literal["seated", "general", "online", "replay", "bundle", "add_on"] = "general"
    seated: bool = False
    price: Short = ""
    open_price: bool = False
    fee: Short = ""
    tax: Short = ""
    least: Short = "1"
    most: Short = "20"
    most_per_person: Short = ""
    sale_from: Short = ""
    sale_until: Short = ""
    replay_until: Short = ""
    hidden: bool = False
    on_sale: bool = False
    places: Short = ""
    quota: Annotated[tuple[Short, ...], Field(max_length=100)] = ()

    def item(self, event: Event) -> tuple[NewItem, int | None]:
        """With the size of a quota of its own; None: none is wanted. Raises InvalidInput."""
        typed, kind = Typed(), ItemKind(self.kind)
        made = NewItem(
            name=self.name,
            kind=kind,
            seated=kind is ItemKind.SEATED or (kind is ItemKind.BUNDLE and self.seated),
            price=self._price(typed, kind, event.currency),
            open_price=self.open_price,
            fee=typed.amount("fee", self.fee, event.currency),
            tax_bp=typed.share("tax", self.tax),
            most=typed.count("most", self.most, 1, 1000, 20),
            opens_live=kind is ItemKind.ONLINE,
            replay_until=typed.hour("replay_until", self.replay_until, event.timezone),
            prices=self.prices(typed, event),
            least=typed.count("least", self.least, 1, 1000, 1),
            most_per_person=self._bound(typed),
            sale_from=typed.hour("sale_from", self.sale_from, event.timezone),
            sale_until=typed.hour("sale_until", self.sale_until, event.timezone),
            hidden=self.hidden,
        )
        places = typed.count("places", self.places, 0, MOST_CAPACITY) if self.places.strip() else None
        typed.check()
        return made, places

    def changes(self, event: Event, item: Item) -> ItemChanges:
        """Raises InvalidInput."""
        wanted, _places = self.item(event)
        given = set(ItemChanges.__dataclass_fields__) - {"given"}
        if wanted.replay_until is None and item.replay_until is not None:
            given.discard("replay_until")
        values = {name: getattr(wanted, name) for name in given - {"on_sale"}}
        return ItemChanges(given=frozenset(given), on_sale=self.on_sale, **values)

    def _price(self, typed: Typed, kind: ItemKind, currency: str) -> int:
        """What opens a stream or a recording is free where that is said, not where nothing is written."""
        passes = kind in (ItemKind.ONLINE, ItemKind.REPLAY)
        if passes and not self.price.strip() and not any(one[1].strip() for one in self.rows):
            typed.add([FieldError("price", "required", text("Write its price; 0 makes it free."))])
        return typed.amount("price", self.price, currency)

    def _bound(self, typed: Typed) -> int | None:
        written = self.most_per_person
        return typed.count("most_per_person", written, 1, 10_000) if written.strip() else None

    @classmethod
    def empty(cls) -> "KindForm":
        return cls(on_sale=True, price_category=(), price_amount=(), price_from=(), price_until=())

    @classmethod
    def of(cls, item: Item, event: Event) -> "KindForm":
        zone, currency = event.timezone, event.currency
        return cls(
            name=item.name,
            kind=item.kind.value,
            seated=item.seated,
            price=plain(item.price, currency),
            open_price=item.open_price,
            fee=plain(item.fee, currency) if item.fee else "",
            tax=written_share(item.tax_bp),
            least=str(item.least),
            most=str(item.most),
            most_per_person="" if item.most_per_person is None else str(item.most_per_person),
            sale_from=written_hour(item.sale_from, zone),
            sale_until=written_hour(item.sale_until, zone),
            replay_until=written_hour(item.replay_until, zone),
            hidden=item.hidden,
            on_sale=item.on_sale,
            price_category=tuple(one.category for one in item.prices),
            price_amount=tuple(plain(one.amount, currency) for one in item.prices),
            price_from=tuple(written_hour(one.from_at, zone) for one in item.prices),
            price_until=tuple(written_hour(one.until_at, zone) for one in item.prices),
        )


class QuotaForm(Body):
    quota_name: Short = ""
    capacity: Short = ""
    item: Annotated[tuple[Short, ...], Field(max_length=100)] = ()

    def size(self) -> int:
        """Raises InvalidInput."""
        typed = Typed()
        found = typed.count("capacity", self.capacity, 0, MOST_CAPACITY)
        typed.check()
        return found

    @classmethod
    def of(cls, one: Quota) -> "QuotaForm":
        return cls(quota_name=one.name, capacity=str(one.capacity), item=one.items)


class MemberPricesForm(Body):
    most: Short = ""

    def read(self) -> int:
        """Raises InvalidInput."""
        typed = Typed()
        found = typed.count("most", self.most, 0, MOST_MOST)
        typed.check()
        return found
