"""What memberships hold about a person, for export and erasure of an account. Fits accounts' `PersonalData`."""

from typing import Any, Protocol

from novacast.clock import iso
from novacast.database import Database, Transaction
from novacast.payments.memberships import store
from novacast.payments.memberships.evidence import store as evidence


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...


class MembershipData:
    section = "memberships"

    def __init__(self, db: Database) -> None:
        self._db = db

    async def export(self, subject: Subject) -> Any:
        found = await self._db.all(store.of_person(subject.person_id))
        return [
            {
                "id": one.id,
                "kind": one.kind,
                "state": one.state,
                "price": one.price,
                "currency": one.currency,
                "created_at": iso(one.created_at),
                "ends_at": iso(one.ends_at),
                "charges": [
                    {"amount": charge.amount, "state": charge.state, "at": iso(charge.created_at)}
                    for charge in await self._db.all(store.charges(one.id))
                ],
            }
            for one in found
        ]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        evidence.erase_person(tx, subject.person_id)
        store.erase(tx, subject.person_id)
