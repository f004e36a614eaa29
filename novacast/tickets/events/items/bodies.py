"""Shapes of what is sold of a performance. Amounts are integers of the currency's minor unit."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from novacast.clock import instant, iso
from novacast.identity import new_id
from novacast.texts import TITLE_LENGTH
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.models import MOST_AMOUNT, MOST_PRICES, Item, NewItem, Price
from novacast.tickets.models import ItemKind
from novacast.web import Body

Title = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]
Amount = Annotated[int, Field(ge=0, le=MOST_AMOUNT, description="In the currency's minor unit.")]
Id = Annotated[str, Field(min_length=1, max_length=40)]
Category = Annotated[str, Field(max_length=60)]


def meant(at: AwareDatetime | None) -> int | None:
    return None if at is None else instant(at)


class PriceBody(Body):
    category: Annotated[Category, Field(description="Of seats; empty: all that have no price of their own.")] = ""
    amount: Amount
    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None

    def price(self) -> Price:
        return Price(new_id(), self.category, self.amount, meant(self.from_at), meant(self.until_at))


class PriceShownBody(Body):
    category: str
    amount: int
    from_at: str | None
    until_at: str | None

    @classmethod
    def of(cls, one: Price) -> "PriceShownBody":
        return cls(category=one.category, amount=one.amount, from_at=iso(one.from_at), until_at=iso(one.until_at))


class NewItemBody(Body):
    name: Title
    kind: ItemKind
    seated: Annotated[bool | None, Field(description="null: as its kind is; a bundle may be either.")] = None
    price: Amount = 0
    open_price: Annotated[bool, Field(description="The buyer says what it is worth; price is the least.")] = False
    fee: Annotated[Amount, Field(description="On top of the price, for each.")] = 0
    tax_basis_points: Annotated[int, Field(ge=0, le=10_000, description="Within price and fee: 2000 is 20 %.")] = 0
    least: Annotated[int, Field(ge=1, le=1000, description="In one order that has any.")] = 1
    most: Annotated[int, Field(ge=1, le=1000, description="In one order.")] = 20
    most_per_person: Annotated[int | None, Field(ge=1, le=10_000, description="Over all their orders.")] = None
    sale_from: Annotated[AwareDatetime | None, Field(description="null: with the performance.")] = None
    sale_until: Annotated[AwareDatetime | None, Field(description="null: with the performance.")] = None
    hidden: Annotated[bool, Field(description="Only shown to whoever brings a code that opens it.")] = False
    opens_live: Annotated[bool | None, Field(description="null: as its kind is.")] = None
    replay_until: AwareDatetime | None = None
    prices: Annotated[Sequence[PriceBody], Field(max_length=MOST_PRICES)] = ()
    quotas: Annotated[Sequence[Id], Field(max_length=100, description="Quotas that count it.")] = ()

    def item(self) -> NewItem:
        seated = self.kind is ItemKind.SEATED if self.seated is None else self.seated
        return NewItem(
            name=self.name,
            kind=self.kind,
            seated=seated,
            price=self.price,
            open_price=self.open_price,
            fee=self.fee,
            tax_bp=self.tax_basis_points,
            most=self.most,
            opens_live=self.kind is ItemKind.ONLINE if self.opens_live is None else self.opens_live,
            replay_until=meant(self.replay_until),
            prices=tuple(one.price() for one in self.prices),
            least=self.least,
            most_per_person=self.most_per_person,
            sale_from=meant(self.sale_from),
            sale_until=meant(self.sale_until),
            hidden=self.hidden,
        )


class ItemChangesBody(Body):
    """What is left out stays as it is. What is in baskets keeps the price it had."""

    name: Title | None = None
    price: Amount | None = None
    on_sale: bool | None = None
    fee: Amount | None = None
    tax_basis_points: Annotated[int, Field(ge=0, le=10_000)] | None = None
    open_price: bool | None = None
    least: Annotated[int, Field(ge=1, le=1000)] | None = None
    most: Annotated[int, Field(ge=1, le=1000)] | None = None
    most_per_person: Annotated[int, Field(ge=1, le=10_000)] | None = None
    sale_from: AwareDatetime | None = None
    sale_until: AwareDatetime | None = None
    hidden: bool | None = None
    replay_until: AwareDatetime | None = None
    prices: Annotated[Sequence[PriceBody] | None, Field(max_length=MOST_PRICES, description="The whole list.")] = None

    def changes(self) -> ItemChanges:
        names = {"tax_basis_points": "tax_bp"}
        plain = ("name", "price", "on_sale", "fee", "open_price", "least", "most", "most_per_person", "hidden")
        return ItemChanges(
            given=frozenset(names.get(one, one) for one in self.model_fields_set),
            **{name: getattr(self, name) for name in plain},
            tax_bp=self.tax_basis_points,
            sale_from=meant(self.sale_from),
            sale_until=meant(self.sale_until),
            replay_until=meant(self.replay_until),
            prices=None if self.prices is None else tuple(one.price() for one in self.prices),
        )


class ItemBody(Body):
    id: str
    name: str
    kind: ItemKind
    seated: bool
    price: int
    open_price: bool
    fee: int
    tax_basis_points: int
    least: int
    most: int
    most_per_person: int | None
    sale_from: str | None
    sale_until: str | None
    opens_live: bool
    replay_until: str | None
    on_sale: bool
    hidden: bool
    prices: list[PriceShownBody]

    @classmethod
    def of(cls, one: Item) -> "ItemBody":
        return cls(
            id=one.id,
            name=one.name,
            kind=one.kind,
            seated=one.seated,
            price=one.price,
            open_price=one.open_price,
            fee=one.fee,
            tax_basis_points=one.tax_bp,
            least=one.least,
            most=one.most,
            most_per_person=one.most_per_person,
            sale_from=iso(one.sale_from),
            sale_until=iso(one.sale_until),
            opens_live=one.opens_live,
            replay_until=iso(one.replay_until),
            on_sale=one.on_sale,
            hidden=one.hidden,
            prices=[PriceShownBody.of(price) for price in one.prices],
        )
