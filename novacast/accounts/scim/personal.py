"""What a provisioning client keeps here about people. Fits `PersonalData`."""

from typing import Any

from novacast.accounts.ports import Subject
from novacast.accounts.scim import store
from novacast.database import Database, Transaction


class ProvisionedData:
    section = "provisioned"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        found = await self._db.all(store.told(subject.person_id))
        return [{"name": name, "external_id": id_, "kept": extra} for name, id_, extra in found]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        store.erase_person(tx, subject.person_id)
