"""What the box office needs of its neighbours: of whoever moves money, and of those who know names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from novacast.database import Query, Transaction
from novacast.identity import Principal


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be paid, frozen before anybody outside hears of it. The same key always means the same demand."""

    key: str
    amount: int
    """Minor units of `currency`."""
    currency: str
    mode: str
    """live or test."""
    instance: str
    """Of this installation, so that nobody else's payment counts here."""
    what: str
    """For people: on a statement, a page of the provider."""
    reference: str | None = None
    """The provider's own, once there is one."""
    back: str = ""
    """Address where the buyer comes back to."""
    until: int | None = None
    """When it is called off."""


@dataclass(frozen=True, slots=True)
class Begun:
    reference: str
    url: str | None
    """Where the buyer goes to pay; None: nowhere."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a demand, as whoever moves the money tells it when asked."""

    state: Literal["open", "processing", "paid", "unpaid"]
    """`processing`: the buyer has done all, and a bank takes its time. `unpaid` is final: nothing will be paid any
    more."""
    amount: int
    currency: str
    mode: str
    instance: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """A payment that somebody outside has, or waits for a bank to bring."""

    key: str
    """Of the attempt."""
    outcome: Outcome
    begun_at: int


@dataclass(frozen=True, slots=True)
class Repayment:
    """Money on its way back, frozen before anybody outside hears of it. The same key always means the same one."""

    key: str
    demand: Demand
    """What was paid; its `reference` is the provider's own."""
    amount: int
    """Minor units of the demand's currency."""
    reference: str | None = None
    """The provider's own of the repayment, once there is one."""


@dataclass(frozen=True, slots=True)
class Repaid:
    """What has become of a repayment, as whoever moves the money tells it when asked."""

    state: Literal["pending", "succeeded", "failed", "cancelled"]
    """`succeeded` is not for ever: a bank may send the money back days later. `pending` without a `reference`: it
    never heard of it."""
    amount: int
    reference: str | None
    reason: str | None = None
    """The provider's code of a failure."""


class Checkout(Protocol):
    """Somebody who moves money. Never called inside a transaction. Raises Unavailable while out of reach."""

    @property
    def name(self) -> str: ...

    @property
    def live(self) -> bool:
        """Whether money really moves; else it is refused in live mode."""
        ...

    async def begin(self, demand: Demand) -> Begun:
        """Called again with the same key after a crash: then it must answer as it did before. Raises Conflict for what
        will never be taken."""
        ...

    async def retrieve(self, demand: Demand) -> Outcome: ...

    async def close(self, demand: Demand) -> Outcome:
        """Call it off, if it is not paid. What is not `unpaid` afterwards keeps its claims."""
        ...

    async def repay(self, repayment: Repayment) -> Repaid:
        """Called again with the same key after a crash: then it must give back once, and answer as it did before."""
        ...

    async def repayment(self, repayment: Repayment) -> Repaid:
        """What became of it, asked again. Gives nothing back."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What something in the books is of. A source is written down once for each of the ways below, however often."""

    source: str
    """Id of what made it true: an attempt, a cancellation, a refund, a dispute."""
    org_id: str
    currency: str
    test: bool
    order_id: str
    about: str
    """Id of what was sold: the performance, at whose end it is earned."""
    memo: str
    """For people: the order's code."""
    at: int


Parts = Sequence[tuple[int, int]]
"""Gross amounts, each with its rate of tax in basis points."""


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
