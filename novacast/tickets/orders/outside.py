"""Whoever moves money outside, in the shapes of the box office. They fit by names alone."""

from collections.abc import Sequence
from typing import Literal, Protocol

from novacast.tickets.ports import Begun, Captured, Demand, Outcome, Repaid, Repayment


class ToldBegun(Protocol):
    @property
    def reference(self) -> str: ...
    @property
    def url(self) -> str | None: ...


class ToldOutcome(Protocol):
    @property
    def state(self) -> Literal["open", "processing", "paid", "unpaid"]: ...
    @property
    def amount(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def reference(self) -> str | None: ...


class ToldRepaid(Protocol):
    @property
    def state(self) -> Literal["pending", "succeeded", "failed", "cancelled"]: ...
    @property
    def amount(self) -> int: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...


class ToldCaptured(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def outcome(self) -> ToldOutcome: ...
    @property
    def begun_at(self) -> int: ...


class Mover(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def live(self) -> bool: ...
    async def begin(self, demand: Demand, /) -> ToldBegun: ...
    async def retrieve(self, demand: Demand, /) -> ToldOutcome: ...
    async def close(self, demand: Demand, /) -> ToldOutcome: ...
    async def repay(self, repayment: Repayment, /) -> ToldRepaid: ...
    async def repayment(self, repayment: Repayment, /) -> ToldRepaid: ...
    async def captured(self, instance: str, since: int, /) -> Sequence[ToldCaptured]:
        """Payments of this installation that were begun since an instant, and are paid or on their way. Raises
        Unavailable."""
        ...


class OutsideCheckout:
    def __init__(self, mover: Mover) -> None:
        self._mover = mover
        self.name, self.live = mover.name, mover.live

    async def begin(self, demand: Demand) -> Begun:
        told = await self._mover.begin(demand)
        return Begun(told.reference, told.url)

    async def retrieve(self, demand: Demand) -> Outcome:
        return _outcome(await self._mover.retrieve(demand))

    async def close(self, demand: Demand) -> Outcome:
        return _outcome(await self._mover.close(demand))

    async def repay(self, repayment: Repayment) -> Repaid:
        return _repaid(await self._mover.repay(repayment))

    async def repayment(self, repayment: Repayment) -> Repaid:
        return _repaid(await self._mover.repayment(repayment))

    async def captured(self, instance: str, since: int) -> Sequence[Captured]:
        return [
            Captured(one.key, _outcome(one.outcome), one.begun_at)
            for one in await self._mover.captured(instance, since)
        ]


def _outcome(told: ToldOutcome) -> Outcome:
    return Outcome(told.state, told.amount, told.currency, told.mode, told.instance, told.reference)


def _repaid(told: ToldRepaid) -> Repaid:
    return Repaid(told.state, told.amount, told.reference, told.reason)
