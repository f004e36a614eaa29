"""What the box office needs of whoever sends mail."""

from collections.abc import Mapping
from typing import Protocol

from novacast.database import Transaction


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
