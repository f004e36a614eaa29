"""What memberships need of others: whoever collects money, and whoever knows people by their addresses."""

from dataclasses import dataclass
from typing import Protocol

from novacast.payments.memberships.models import Charge


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of a charge. `reference`: the provider's own."""

    paid: bool
    reference: str | None = None


class Collector(Protocol):
    """Who collects what periods cost. Never called inside a transaction. The id of a charge is its key: the same charge
    is collected once, however often it is asked for."""

    @property
    def name(self) -> str: ...

    async def collect(self, charge: Charge) -> Collected:
        """Raises Unavailable."""
        ...


class Sandbox:
    """Pays everything at once and moves no money; for installations in test mode."""

    name = "sandbox"

    async def collect(self, charge: Charge) -> Collected:
        return Collected(True, f"sandbox-{charge.id}")


class People(Protocol):
    async def person_id(self, email: str, /) -> str | None:
        """None: nobody has this address."""
        ...
