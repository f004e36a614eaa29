"""A year that is paid in advance is revenue month by month."""

from collections.abc import Sequence
from functools import partial

from novacast.database import Database, Transaction
from novacast.payments.memberships import store
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.earning import store as earning
from novacast.payments.memberships.models import Charge

BATCH = 200


class Earning:
    def __init__(self, db: Database, booking: Booking) -> None:
        self._db, self._booking = db, booking

    async def sweep(self) -> int:
        """What was missed for months is made good month by month; how many months."""
        count = 0
        while found := await self._db.all(earning.due(self._db.clock.now(), BATCH)):
            await self._db.write(partial(self._earn, found))
            count += len(found)
        return count

    def _earn(self, found: Sequence[Charge], tx: Transaction) -> None:
        for one in found:
            charge = tx.one(store.charge(one.id))
            subscription = None if charge is None else tx.one(store.subscription(charge.subscription_id))
            if charge is not None and subscription is not None and charge.earned == one.earned:
                self._booking.earn(tx, subscription, charge)
