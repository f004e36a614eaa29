"""What the book of deeds holds about a person who runs the server."""

from typing import Any, Protocol

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.operations.audit import store
from novacast.operations.audit.models import Wanted


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...


class DeedsData:
    """Fits accounts' `PersonalData`."""

    section = "operator_deeds"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        """The last ten thousand, without those of others."""
        found = await self._db.all(store.deeds(Wanted(actor=f"person:{subject.person_id}"), store.START, 10_000))
        return [
            {"at": iso(one.at), "action": one.action, "subject": one.subject, "status": one.status} for one in found
        ]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        """Nothing: who did what with other people's accounts and money has to stay to be known."""
