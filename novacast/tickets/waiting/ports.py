"""What the waiting list needs of its neighbours: whoever sends mail, and knows the addresses of those with accounts."""

from collections.abc import Mapping
from typing import Protocol

from novacast.database import Transaction


class Addressee(Protocol):
    @property
    def email(self) -> str: ...


class Addressees(Protocol):
    def addressee(self, tx: Transaction, person_id: str, /) -> Addressee | None:
        """None for whoever has no account any more."""
        ...


class Mailer(Protocol):
    def send(
        self,
        tx: Transaction,
        *,
        to: str,
        template: str,
        language: str,
        context: Mapping[str, str],
        person_id: str | None = None,
    ) -> None:
        """Queue a mail that leaves once the transaction is on disk."""
        ...
