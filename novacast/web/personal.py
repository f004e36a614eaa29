"""What remembered answers hold about a person. Fits accounts' `PersonalData`."""

import json
from typing import Any, Protocol

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.web import idempotency
from novacast.web.idempotency import Kept


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...
    @property
    def email(self) -> str: ...


class AnswersData:
    section = "remembered_answers"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        return [_shown(kept) for kept in await self._db.all(idempotency.of_person(subject.person_id))]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        idempotency.forget_person(tx, subject.person_id, subject.email)


def _shown(kept: Kept) -> dict[str, Any]:
    return {
        "key": kept.key,
        "status": kept.status,
        "answer": None if kept.body is None else json.loads(kept.body),
        "created_at": iso(kept.created_at),
    }
