"""What a purchase needs of whoever sells memberships."""

from collections.abc import Collection
from typing import Protocol

from novacast.database import Transaction
from novacast.tickets.purchases.models import Member


class Plans(Protocol):
    """Memberships that begin with a purchase."""

    @property
    def ways(self) -> Collection[str]:
        """Names of those who collect what it costs."""
        ...

    async def prepare(self, person_id: str, plan_id: str) -> None:
        """Before one is wanted: what was begun of the same circle and is not paid is given up. Raises NotFound,
        Unavailable where it is not known whether that is being paid."""
        ...

    def begin(self, tx: Transaction, person_id: str, plan_id: str, way: str, test: bool) -> tuple[str, Member]:
        """Whose house it is, and a membership that opens nothing until it is paid. Raises NotFound, Conflict where
        somebody has one of its circle."""
        ...

    def billed(self, way: str) -> bool:
        """Whether whoever collects it counts its periods too, and is asked for it by its own id."""
        ...

    def paid(self, tx: Transaction, subscription_id: str, way: str) -> None:
        """Its beginning is paid; again and again with the same effect. Not for those that are billed."""
        ...

    def over(self, tx: Transaction, subscription_id: str) -> None:
        """Nobody will pay its beginning. Not for those that are billed."""
        ...

    async def show(self, subscription_id: str) -> Member:
        """As it is now. `now` and `trial_days` are those of its beginning."""
        ...

    async def ask(self, subscription_id: str) -> None:
        """Ask whoever counts its periods what has become of it. Raises Unavailable."""
        ...
