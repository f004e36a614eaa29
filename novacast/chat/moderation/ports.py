"""What moderation needs of its neighbours."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from novacast.database import Transaction
from novacast.identity import Role


class Standing(Protocol):
    """A person as accounts knows them at this moment."""

    @property
    def name(self) -> str: ...

    @property
    def joined_at(self) -> int:
        """When the account was made, in microseconds UTC."""
        ...

    @property
    def verified(self) -> bool:
        """Whether its mail address is proven."""
        ...

    @property
    def role(self) -> Role | None:
        """In the organization that was asked for."""
        ...


class Standings(Protocol):
    def standing(self, tx: Transaction, person_id: str, org_id: str) -> Standing | None:
        """None for whoever has no account (any more)."""
        ...


class Judge(Protocol):
    """Says how likely texts are what nobody wants to read."""

    async def judge(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        """For each text its categories, from 0 to 1. Raises Unavailable."""
        ...

    async def close(self) -> None: ...
