"""What carts hold about a person, for export and erasure of an account. Fits accounts' `PersonalData`."""

from typing import Any, Protocol

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.tickets.carts import store


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...


class CartData:
    section = "carts"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        found = await self._db.all(store.of_person(subject.person_id))
        return [{"kind": kind, "id": ref, "at": iso(at)} for kind, ref, at in found]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        store.erase_person(tx, subject.person_id)
