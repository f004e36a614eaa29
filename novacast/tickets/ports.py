"""What the box office needs of its neighbours: of whoever moves money, and of those who know names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

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


class Organizations(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...


class Programmes(Protocol):
    async def linkable(self, principal: Principal, org_id: str, /) -> Sequence[tuple[str, str]]:
        """Id and title of an organization's programmes that passes can open; the next ones first."""
        ...
