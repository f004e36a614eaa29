"""What a purchase needs of whoever sells memberships."""

from collections.abc import Collection
from typing import Protocol

from novacast.database import Transaction
from novacast.money import Disputed
from novacast.records import dataclass


class Member(Protocol):
    """A membership that begins with a purchase, as it is now. Amounts are minor units."""

    @property
    def id(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def price(self) -> int:
        """Of a period."""
        ...

    @property
    def currency(self) -> str: ...
    @property
    def interval(self) -> str: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Part:
    """What of a dispute is a membership's."""

    subscription_id: str
    told: Disputed


class Plans(Protocol):
    @property
    def ways(self) -> Collection[str]:
        """Names of those who collect what memberships cost."""
        ...

    @property
    def patience(self) -> int:
        """Microseconds for which one surely waits for its beginning to be paid."""
        ...

    def billed(self, way: str) -> bool:
        """Whether whoever collects it counts its periods too: then they are asked for it by its own id, and it follows
        what they answer."""
        ...

    async def prepare(self, person_id: str, plan_id: str) -> None:
        """Before one is wanted: what was begun of the same circle and is not paid is given up. Raises NotFound,
        Unavailable where it is not known whether that is being paid."""
        ...

    def begin(self, tx: Transaction, person_id: str, plan_id: str, way: str) -> tuple[Member, int]:
        """One that opens nothing until it is paid, and the days that it is tried for nothing. Raises NotFound, Conflict
        where somebody has one of its circle."""
        ...

    def member(self, tx: Transaction, subscription_id: str) -> Member: ...

    async def lead(self, subscription_id: str) -> str | None:
        """Where it is begun, with all that is bought beside it; None: nowhere any more. Raises PaymentRefused,
        Unavailable."""
        ...

    async def ready(self, org_id: str) -> None:
        """Before the transaction in which something is paid."""
        ...

    def paid(self, tx: Transaction, subscription_id: str, amount: int) -> None:
        """Its beginning is paid, with nothing where it is tried first; again and again with the same effect."""
        ...

    def over(self, tx: Transaction, subscription_id: str) -> None:
        """Nobody will pay its beginning."""
        ...

    async def ask(self, subscription_id: str) -> None:
        """Ask whoever counts its periods what has become of it. Raises Unavailable."""
        ...

    async def left(self, subscription_id: str) -> int:
        """What was paid with the purchase, less what is given back of it or on its way. Raises Unavailable."""
        ...

    async def disputed(self, provider: str, part: Part) -> bool:
        """Whether its beginning was paid. Raises Unavailable."""
        ...

    async def booked(self, subscription_id: str) -> str | None:
        """Under which source the books have what was paid with the purchase."""
        ...
