"""The instant by which holds expire. A wall clock that leaps must not empty everybody's basket."""

import logging

from novacast.clock import SECOND, Clock
from novacast.database import Database, Transaction
from novacast.tickets import store
from novacast.tickets.store import Freeze

log = logging.getLogger(__name__)

LEAP = 90 * SECOND
"""More than this ahead of the monotonic clock within one process is no time that passed, but a clock that was set."""


class Expiry:
    """For one process. `instant` and `sweep` run in the writer's thread alone."""

    def __init__(self, db: Database) -> None:
        self._db, self._clock = db, db.clock
        self._wall, self._monotonic = self._seen(self._clock)
        self._frozen: int | None = None
        self._noted = False
        """Whether the row in the database tells of it."""

    def instant(self, tx: Transaction) -> int:
        """What is due at this instant is free. It stands still from a leap of the clock until somebody confirms it."""
        wall, monotonic = max(tx.now, self._wall), self._clock.monotonic()
        expected = self._wall + round((monotonic - self._monotonic) * SECOND)
        if self._frozen is None and wall - expected > LEAP:
            self._frozen = expected
            log.error(
                "the clock leapt %d s ahead: nothing expires until somebody confirms it", (wall - expected) / SECOND
            )
        self._wall, self._monotonic = wall, monotonic
        return wall if self._frozen is None else min(wall, self._frozen)

    def note(self, tx: Transaction) -> None:
        """Bring what this process knows and what the row says together: commands confirm by taking the row away."""
        self.instant(tx)
        row = tx.one(store.freeze())
        if self._frozen is not None and row is None and not self._noted:
            store.begin_freeze(tx, self._frozen)
            self._noted = True
        elif self._frozen is None and row is not None:
            self._frozen, self._noted = row.frozen_at, True
        elif self._frozen is not None and row is None:
            self._frozen, self._noted = None, False

    async def state(self) -> Freeze | None:
        return await self._db.one(store.freeze())

    async def confirm(self) -> bool:
        """The clock is right as it is: what is due by it expires. Whether it stood still."""
        return bool(await self._db.write(store.end_freeze))

    @staticmethod
    def _seen(clock: Clock) -> tuple[int, float]:
        return clock.now(), clock.monotonic()
