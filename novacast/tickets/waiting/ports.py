"""What the waiting list needs of its neighbours: whoever knows the addresses of those with accounts."""

from typing import Protocol

from novacast.database import Transaction


class Addressee(Protocol):
    @property
    def email(self) -> str: ...


class Addressees(Protocol):
    def addressee(self, tx: Transaction, person_id: str, /) -> Addressee | None:
        """None for whoever has no account any more."""
        ...
