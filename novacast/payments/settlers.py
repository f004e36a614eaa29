"""Several that make true what a provider tells, each of what is its own. Fits the inbox's `Settles`."""

from collections.abc import Awaitable, Iterable, Sequence
from typing import Protocol

from novacast.money import Disputed, Entry
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.ports import Booked

INQUIRIES = frozenset({"asked", "answered", "closed"})


class Settler(Protocol):
    """As `Settles`, without memberships."""

    async def attempt(self, provider: str, key: str) -> bool: ...
    async def repayment(self, provider: str, key: str) -> bool: ...
    async def repaid_elsewhere(self, provider: str, key: str, reference: str, amount: int) -> bool: ...
    async def dispute(self, provider: str, dispute: Disputed) -> bool: ...
    async def booked(self, provider: str, kind: Booked, key: str) -> Entry | None: ...


class Settling:
    """The first whose thing it is has it."""

    def __init__(self, settlers: Sequence[Settler], inquiries: Inquiries) -> None:
        self._settlers, self._inquiries = settlers, inquiries

    async def attempt(self, provider: str, key: str) -> bool:
        """All whose thing it is: one payment may begin a membership and pay for more."""
        return any([await one.attempt(provider, key) for one in self._settlers])

    async def repayment(self, provider: str, key: str) -> bool:
        return await _first(one.repayment(provider, key) for one in self._settlers)

    async def repaid_elsewhere(self, provider: str, key: str, reference: str, amount: int) -> bool:
        return await _first(one.repaid_elsewhere(provider, key, reference, amount) for one in self._settlers)

    async def dispute(self, provider: str, dispute: Disputed) -> bool:
        if dispute.state in INQUIRIES:
            return await self._asked(provider, dispute)
        await self._inquiries.became_dispute(provider, dispute.reference)
        return await _first(one.dispute(provider, dispute) for one in self._settlers)

    async def booked(self, provider: str, kind: Booked, key: str) -> Entry | None:
        for one in self._settlers:
            if (entry := await one.booked(provider, kind, key)) is not None:
                return entry
        return None

    async def _asked(self, provider: str, dispute: Disputed) -> bool:
        """A bank asks, and no more. What it asks about may not have been heard of before."""
        await self.attempt(provider, dispute.key)
        paid = await self.booked(provider, "payment", dispute.key)
        if paid is None:
            return False
        await self._inquiries.hear(provider, paid, dispute)
        return True

    async def subscription(self, provider: str, reference: str) -> bool:
        """Only who sells memberships knows any."""
        found = (getattr(one, "subscription", None) for one in self._settlers)
        return await _first(ask(provider, reference) for ask in found if ask is not None)


async def _first(tries: Iterable[Awaitable[bool]]) -> bool:
    for one in tries:
        if await one:
            return True
    return False
