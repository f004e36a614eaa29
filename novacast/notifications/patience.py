"""Patient mails: those of one occasion to many people. They leave in small lots, so many a minute, one lot at a time
whoever was woken; between two lots everything that somebody waits for goes first."""

import asyncio
import logging

from novacast.clock import HOUR, MINUTE, SECOND
from novacast.database import Database, Transaction
from novacast.jobs import LOW, JobQueue
from novacast.notifications import store
from novacast.notifications.service import LEASE, PATIENT, Delivery

log = logging.getLogger(__name__)

JOB = PATIENT
LOT = 5 * SECOND
AT_ONCE = 4
"""Connections to the mail server."""
LONGEST = 20 * SECOND
"""For which one lot keeps mails waiting that somebody waits for; far less than the lease of its own."""
PATIENCE = 3
"""After so many mails of one lot that can't be delivered now the rest is not tried: the mail server is away."""


class Post:
    def __init__(self, db: Database, queue: JobQueue, delivery: Delivery, per_minute: int) -> None:
        self._db, self._queue, self._delivery = db, queue, delivery
        self._size = max(1, per_minute * LOT // MINUTE)
        self._wait = max(LOT, MINUTE // per_minute)

    async def run(self) -> None:
        """One lot, and a wake-up for the next. Whoever comes while another's lot is new does nothing."""
        lot = await self._db.write(self._claim)
        if not lot:
            return
        await self._send(lot)
        next_at = await self._db.one(store.pace()) or 0
        wait = max(0, min(next_at - self._db.clock.now(), self._wait)) / SECOND
        if await self._db.all(store.waiting(self._db.clock.now(), 1)):
            self._queue.enqueue(JOB, priority=LOW, delay=wait)

    async def _send(self, lot: list[str]) -> None:
        """What is not tried waits for another lot."""
        left, delayed, until = list(lot), 0, self._db.clock.now() + LONGEST
        while left and delayed < PATIENCE and self._db.clock.now() < until:
            now, left = left[:AT_ONCE], left[AT_ONCE:]
            delayed += (await asyncio.gather(*map(self._delivery.send_claimed, now))).count(False)
        if left:
            log.warning("%d mails that can wait do so: the mail server is slow or away", len(left))
            wait = MINUTE if delayed >= PATIENCE else 0
            await self._db.write(lambda tx: store.release(tx, left, tx.now + wait))

    async def sweep(self) -> None:
        """A lot whose wake-up was lost."""
        if await self._db.all(store.waiting(self._db.clock.now(), 1)):
            self._queue.enqueue(JOB, priority=LOW)

    def _claim(self, tx: Transaction) -> list[str]:
        next_at = tx.one(store.pace()) or 0
        # One beyond was written before someone set the clock back.
        if tx.now < next_at <= tx.now + HOUR:
            return []
        lot = [
            mail_id for mail_id in tx.all(store.waiting(tx.now, self._size)) if store.claim(tx, mail_id, tx.now + LEASE)
        ]
        if lot:
            store.set_pace(tx, tx.now + self._wait)
        return lot
