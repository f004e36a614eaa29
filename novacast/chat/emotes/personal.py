"""What emotes tell of a person, for the export and the erasure of an account. Fits accounts' `PersonalData`."""

from typing import Any

from novacast.chat.emotes import store
from novacast.chat.ports import Subject
from novacast.clock import iso
from novacast.database import Database, Transaction


class EmotePersonalData:
    section = "emotes"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        async with self._db.snapshot() as view:
            added = await view.all(store.added_by(subject.person_id))
            done = await view.all(store.done_by(subject.person_id))
        return {
            "added": [{"name": one.name, "organization": one.org_id, "at": iso(one.added_at)} for one in added],
            "done": [{"action": one.action, "name": one.name, "at": iso(one.at)} for one in done],
        }

    def erase(self, tx: Transaction, subject: Subject) -> None:
        """Emotes are the organization's: they stay, without the name."""
        store.unname(tx, subject.person_id)
