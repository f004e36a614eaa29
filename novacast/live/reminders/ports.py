"""What reminding needs of its neighbours: who is to be written to, and whoever sends mail."""

from collections.abc import Mapping
from typing import Protocol

from novacast.database import Transaction
from novacast.identity import Principal
from novacast.records import dataclass


class Addressee(Protocol):
    @property
    def email(self) -> str: ...
    @property
    def principal(self) -> Principal:
        """Whom they are and what they may see now; no session stands behind it."""
        ...


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

    def want(self, tx: Transaction, *, template: str, person_id: str) -> None:
        """Somebody has asked for such mails, whatever they switched off before."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """How people are written to."""

    mailer: Mailer
    people: Addressees
