"""The books looked through, and attacked: does the database refuse what must never be?"""

import logging
from collections.abc import Sequence
from contextlib import suppress

from novacast.database import Database, DatabaseError, Transaction
from novacast.records import dataclass
from novacast.tickets.models import MACHINES
from novacast.tickets.proof import store
from novacast.tickets.proof.attacks import Attack
from novacast.tickets.proof.store import ATTACKS, Oddity

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked through, and what is wrong: `broken` must never be, `waiting` needs a person."""

    quotas: int
    claims: int
    moves: int
    transfers: int
    """Of the ledger."""
    broken: Sequence[Oddity]
    waiting: Sequence[Oddity]
    attacks: Sequence[str]
    """Names of attacks that worked."""

    @property
    def clean(self) -> bool:
        return not self.broken and not self.attacks


class _Over(Exception):
    """Undoes the attacks with all that they did."""


class Proof:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def audit(self, *, attack: bool = True) -> Audit:
        """Recount every quota, replay every state machine, look for contradictions, and attack."""
        async with self._db.snapshot() as view:
            sizes = await view.one(store.sizes()) or (0, 0, 0, 0)
            broken = await view.all(store.miscounted())
            for machine in MACHINES:
                broken += await view.all(store.misled(machine))
            for query in store.contradictions():
                broken += await view.all(query)
            waiting = await view.all(store.waiting())
        return Audit(*sizes, broken, waiting, await self.attacked() if attack else ())

    async def attacked(self, attacks: Sequence[Attack] = ATTACKS) -> Sequence[str]:
        """Names of the attacks that work on this database, through this connection. Nothing of it stays."""
        worked: list[str] = []

        def unit(tx: Transaction) -> None:
            worked.clear()
            try:
                store.set_scene(tx)
            except DatabaseError as error:
                worked.append(f"the scene can't be set: {error}")
                raise _Over from error
            worked.extend(one.name for one in attacks if not _refused(tx, one))
            raise _Over

        with suppress(_Over):
            await self._db.write(unit)
        return tuple(worked)


def _refused(tx: Transaction, one: Attack) -> bool:
    try:
        store.attack(tx, one)
    except DatabaseError as error:
        if one.refusal in str(error):
            return True
        log.error("the attack %r was refused for another reason: %s", one.name, error)
    return False
