"""What the end of an organization means for its memberships: none is offered, and nobody is charged for one again."""

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.outbox import Event as Fact
from novacast.payments.memberships import store
from novacast.payments.memberships.models import State
from novacast.payments.memberships.turning import end

BATCH = 100
"""Memberships that end in one transaction, so that none takes long."""


class Endings:
    """A durable subscriber of facts: what a crash interrupts is told again."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hear(self, fact: Fact) -> None:
        if fact.topic == "organization.deleted":
            while await self._db.write(lambda tx: _end_some(tx, fact.subject)):
                pass


def _end_some(tx: Transaction, org_id: str) -> int:
    """How many ended. What is over here is ended at its biller by the next sweep."""
    for tier in tx.all(store.tiers(org_id)):
        if not tier.archived:
            store.change_tier(tx, tier.id, {"archived": 1})
            outbox.emit(tx, "membership.plans_changed", tier.id, outbox.org(org_id))
    running = tx.all(store.running_of_org(org_id, BATCH))
    for one in running:
        end(tx, one, State.CANCELLED)
    return len(running)
