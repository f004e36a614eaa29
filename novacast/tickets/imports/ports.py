"""What taking orders over needs of its neighbours."""

from typing import Protocol

from novacast.database import Transaction


class Accounts(Protocol):
    def person_id(self, tx: Transaction, email: str) -> str | None:
        """Whose account an address is."""
        ...


class Nobody:
    """Where there are no accounts."""

    def person_id(self, _tx: Transaction, _email: str) -> str | None:
        return None
