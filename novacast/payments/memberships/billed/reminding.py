"""What nobody outside tells: a trial that ends soon, and a grace that is over."""

from novacast import outbox
from novacast.clock import DAY
from novacast.database import Database, Transaction
from novacast.payments.memberships import store
from novacast.payments.memberships.billed import store as billed
from novacast.payments.memberships.turning import tell

BEFORE = 3 * DAY
"""The end of a trial."""
BATCH = 200


class Reminding:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def sweep(self) -> None:
        while await self._db.write(self._some) == BATCH:
            pass

    def _some(self, tx: Transaction) -> int:
        """Each is told once: the row says so, in the transaction that tells it."""
        ending = tx.all(billed.remindable(tx.now, tx.now + BEFORE, BATCH))
        for one in ending:
            store.change(tx, one.id, reminded_at=tx.now)
            outbox.emit(tx, "membership.trial_ending", one.id, outbox.org(one.org_id))
        over = tx.all(billed.suspendable(tx.now, BATCH))
        for one in over:
            store.change(tx, one.id, suspended_at=tx.now)
            outbox.emit(tx, "membership.suspended", one.id, outbox.org(one.org_id))
            tell(tx, one, one.state)
        return max(len(ending), len(over))
