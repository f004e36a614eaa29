"""What incidents hold about a person: that they looked at some. Fits accounts' `PersonalData`."""

from typing import Any, Protocol

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.payments.incidents import store


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...


class IncidentData:
    section = "incidents"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        found = await self._db.all(store.of_person(subject.person_id))
        return [{"kind": one.kind, "code": one.code, "done_at": iso(one.done_at), "note": one.note} for one in found]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        store.erase_person(tx, subject.person_id)
