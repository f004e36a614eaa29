"""What moving money needs of its neighbours, and what they need to give. Wiring joins them."""

from collections.abc import Sequence
from typing import Protocol

from novacast.payments.models import Begun, Captured, Dispute, Outcome, Repaid


class Demand(Protocol):
    """What is to be paid, frozen. The same key always means the same demand."""

    @property
    def key(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def back(self) -> str:
        """Address where the buyer comes back to."""
        ...

    @property
    def until(self) -> int | None:
        """When it is called off."""
        ...


class Repayment(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def demand(self) -> Demand: ...
    @property
    def amount(self) -> int: ...
    @property
    def reference(self) -> str | None: ...


class Provider(Protocol):
    """Somebody outside who moves money. Never called inside a transaction. All raise Unavailable."""

    @property
    def name(self) -> str: ...
    @property
    def live(self) -> bool: ...

    async def begin(self, demand: Demand) -> Begun:
        """Raises PaymentRefused."""
        ...

    async def retrieve(self, demand: Demand) -> Outcome: ...
    async def close(self, demand: Demand) -> Outcome: ...
    async def repay(self, repayment: Repayment) -> Repaid: ...
    async def repayment(self, repayment: Repayment) -> Repaid: ...

    async def captured(self, instance: str, since: int) -> Sequence[Captured]:
        """What this installation began since an instant, and is paid or on its way."""
        ...


class Settles(Protocol):
    """Who makes true here what a provider tells. Each is asked again and again, with what is known already too, and
    answers whether the thing is one of ours. They raise Unavailable."""

    async def attempt(self, provider: str, key: str) -> bool:
        """Something became of the payment with this key: whoever moves the money is to be asked about it."""
        ...

    async def repayment(self, provider: str, key: str) -> bool:
        """The same of money on its way back."""
        ...

    async def repaid_elsewhere(self, provider: str, key: str, reference: str, amount: int) -> bool:
        """Money of the payment with this key was given back, and not by us."""
        ...

    async def dispute(self, provider: str, dispute: Dispute) -> bool: ...
