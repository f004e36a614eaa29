"""What is asked of whoever moves money, what they tell, and what the books hear of it. Pure.

Whoever sells something and whoever moves money are slices that don't know each other: these are the words between them.
Amounts are minor units of their currency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, Protocol

from novacast.errors import Conflict
from novacast.records import dataclass

OTHER_AMOUNT = "amount"


class PaymentRefused(Conflict):
    """Whoever moves the money will not do this, however often it is asked."""

    code = "payment_refused"

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        """The provider's code."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be paid, frozen before anybody outside hears of it. The same key always means the same demand."""

    key: str
    amount: int
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
    again: bool = False
    """Whether there was an attempt to pay the same before it."""


@dataclass(frozen=True, slots=True)
class Begun:
    reference: str
    url: str | None
    """Where the buyer goes to pay; None: nowhere."""


@dataclass(frozen=True, slots=True)
class PayForm:
    """What a page of ours needs so that it is paid there, in frames of whoever moves the money."""

    script: str
    """Address of theirs, which makes the frames."""
    public_key: str
    secret: str
    """Of this payment, for its buyer alone: never kept, never logged."""
    policy: Mapping[str, str]
    """Directives of the content security policy, by name, that this page replaces."""
    frames: str
    """Whose frames may ask the browser for its wallet: a value of the permissions policy."""


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
    """Of the demand."""
    outcome: Outcome
    begun_at: int


@dataclass(frozen=True, slots=True)
class Repayment:
    """Money on its way back, frozen before anybody outside hears of it. The same key always means the same one."""

    key: str
    demand: Demand
    """What was paid; its `reference` is the provider's own."""
    amount: int
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

    def believed(self, amount: int) -> "Repaid":
        """`amount`: that was asked for. What is told of another is believed in nothing."""
        if self.amount == amount or self.state in ("failed", "cancelled"):
            return self
        return replace(self, state="pending", reason=f"{OTHER_AMOUNT}: {amount} asked, {self.amount} told")


Standing = Literal["open", "won", "lost", "asked", "answered", "closed"]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A bank wants a payment back, as whoever moved the money tells it when asked."""

    key: str
    """Of the attempt that was paid."""
    payment: str
    """The provider's own of that payment, which attempts have once they are captured."""
    reference: str
    """The provider's own of the dispute."""
    state: Standing
    """The last three: a bank only asks, has its answer, or lets the matter rest; it has taken nothing."""
    amount: int
    """Less than the payment where only a part is disputed."""
    currency: str
    reason: str
    """The provider's code."""
    due_at: int | None = None
    """Until when evidence is taken."""


@dataclass(frozen=True, slots=True)
class Contested:
    """What a bank wants back, or only asks about, as houses see it listed."""

    id: str
    org_id: str
    provider: str
    reference: str
    order_id: str | None
    """None: it is of a membership."""
    subscription_id: str | None
    code: str
    """For people: of the order, or the name of the tier."""
    name: str
    amount: int
    currency: str
    reason: str
    state: Standing
    """As of `Disputed`."""
    due_at: int | None
    created_at: int


class Provider(Protocol):
    """Somebody who moves money. Never called inside a transaction. Raises Unavailable while out of reach."""

    @property
    def name(self) -> str: ...

    @property
    def live(self) -> bool:
        """Whether money really moves; else it is refused in live mode."""
        ...

    async def begin(self, demand: Demand) -> Begun:
        """Called again with the same key after a crash: then it must answer as it did before. Raises PaymentRefused for
        what will never be taken."""
        ...

    async def form(self, demand: Demand) -> PayForm | None:
        """For a page of ours, of what was begun; None: it is not paid on one."""
        ...

    async def retrieve(self, demand: Demand) -> Outcome: ...

    async def close(self, demand: Demand) -> Outcome:
        """Call it off, if it is not paid. What is not `unpaid` afterwards keeps what it was to buy."""
        ...

    async def repay(self, repayment: Repayment) -> Repaid:
        """Called again with the same key after a crash: then it must give back once, and answer as it did before."""
        ...

    async def repayment(self, repayment: Repayment) -> Repaid:
        """What became of it, asked again. Gives nothing back."""
        ...


class Witness(Provider, Protocol):
    """One outside, who knows what was paid where our rows don't."""

    async def captured(self, instance: str, since: int) -> Sequence[Captured]:
        """Payments that this installation began since an instant, and that are paid or on their way. Raises
        Unavailable, also where there are more than are gone through."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What something in the books is of. A source is written down once for each thing that may happen to it, however
    often."""

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
    parts: tuple[str, ...] = ()
    """Of what the books have in several entries and a provider as one: their sources."""


Parts = Sequence[tuple[int, int]]
"""Gross amounts, each with its rate of tax in basis points."""
