"""What the box office needs of its neighbours: the books, whoever numbers invoices, and those who know names."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from novacast.database import Query, Transaction
from novacast.identity import Principal
from novacast.money import Entry, Parts
from novacast.records import dataclass


class Books(Protocol):
    """Who writes down where money is and whose. Called inside the transaction that makes it true; double entry."""

    def awaited(self, tx: Transaction, entry: Entry, amount: int) -> None:
        """An order waits for a transfer."""
        ...

    def unawaited(self, tx: Transaction, entry: Entry, amount: int) -> None:
        """It waits no more: paid, or over."""
        ...

    def sold(self, tx: Transaction, entry: Entry, provider: str, parts: Parts) -> None:
        """Money came, and buys these."""
        ...

    def surplus(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        """Money came that buys nothing, and is owed back."""
        ...

    def fulfilled(self, tx: Transaction, entry: Entry, parts: Parts) -> None:
        """What came as surplus buys these after all."""
        ...

    def owed(self, tx: Transaction, entry: Entry, parts: Parts) -> None:
        """So much of what an order bought is to be given back."""
        ...

    def repaid(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        """What was owed is given back."""
        ...

    def returned(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        """It came back: it is owed again."""
        ...

    def disputed(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        """A bank took it back, and somebody has to decide."""
        ...

    def won(self, tx: Transaction, entry: Entry, provider: str, amount: int, *, lost: bool) -> None:
        """`lost`: it had been, before."""
        ...

    def lost(self, tx: Transaction, entry: Entry, amount: int) -> None: ...

    def fee(self, tx: Transaction, entry: Entry, provider: str, amount: int) -> None:
        """What a provider kept for itself."""
        ...

    def unearned(self) -> Query[str]:
        """Ids of what is paid and not played yet."""
        ...

    def earned(self, tx: Transaction, about: str) -> int:
        """It was played: what was paid for it is revenue; how much. Again, where something came or went since."""
        ...

    def known(self, source: str) -> Query[bool]:
        """Whether anything is written down of it."""
        ...


BillRow = tuple[str, int, int, int]
"""Words, units, gross of them all, and rate of tax."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What an order is charged, or what of that is taken back."""

    source: str
    """Id of the order, or of the cancellation: each has one document."""
    org_id: str
    order_id: str
    currency: str
    test: bool
    year: int
    buyer: tuple[str, ...]
    subject: str
    rows: Sequence[BillRow]


class Invoice(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str:
        """Its number, as people read it."""
        ...

    @property
    def buyer(self) -> tuple[str, ...]:
        """Name and address as they stand on it."""
        ...

    @property
    def total(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def at(self) -> int: ...


class Invoicing(Protocol):
    """Who numbers and keeps invoices."""

    def charge(self, tx: Transaction, bill: Bill) -> None: ...

    def take_back(self, tx: Transaction, bill: Bill) -> None:
        """Nothing where the order was never charged."""
        ...

    def charged(self, tx: Transaction, order_id: str) -> Sequence[Invoice]:
        """An order's invoice and what took it back."""
        ...

    async def of_order(self, order_id: str, /) -> Sequence[Invoice]: ...

    async def file(self, order_id: str, invoice_id: str, /) -> tuple[str, bytes]:
        """Name and PDF. Raises NotFound."""
        ...


class Organizations(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...


class Programmes(Protocol):
    async def linkable(self, principal: Principal, org_id: str, /) -> Sequence[tuple[str, str]]:
        """Id and title of an organization's programmes that passes can open; the next ones first."""
        ...
