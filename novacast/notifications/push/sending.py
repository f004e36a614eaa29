"""Messages on their way to push services, in the worker: encrypted, signed, tried again, given up once they are old."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack

from novacast.clock import DAY, MINUTE, SECOND
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, Unavailable
from novacast.jobs import LOW, JobQueue
from novacast.notifications.push import store
from novacast.notifications.push.models import Sending, wait_after
from novacast.notifications.push.ports import Reply, Sender
from novacast.notifications.push.service import JOB
from novacast.security.webpush import Vapid, encrypted

log = logging.getLogger(__name__)

LOT = 100
LOTS = 10
"""Of one run: then others have their turn."""
LEASE = 5 * MINUTE
EXCERPT = 300
"""Bytes of an answer that are read."""
LONGEST_TTL = 28 * DAY // SECOND
GONE = (404, 410)
"""The browser is no more (RFC 8030, 7.3)."""


class Pusher:
    def __init__(
        self, db: Database, queue: JobQueue, vapid: Vapid, sender: Callable[[], Sender], contact: str, at_once: int
    ) -> None:
        """`sender`: makes one, in the event loop that it is used in. `contact`: where services reach the operator
        (RFC 8292, 2.1)."""
        self._db, self._queue, self._vapid = db, queue, vapid
        self._sender, self._contact, self._at_once = sender, contact, at_once

    async def run(self) -> None:
        """Whatever is due, in lots; whoever else runs takes others."""
        if not self._at_once:
            return
        async with AsyncExitStack() as stack:
            sender = self._sender()
            stack.push_async_callback(sender.close)
            room = asyncio.Semaphore(self._at_once)
            for _ in range(LOTS):
                lot = await self._db.write(_claim)
                if not lot:
                    return
                await asyncio.gather(*(self._send(room, sender, one) for one in lot))
        self._queue.enqueue(JOB, priority=LOW)

    async def sweep(self) -> None:
        """Messages whose wake-up was lost, or whose next try has come; what nobody needs to hear any more goes."""
        await self._db.write(store.expire)
        if await self._db.all(store.due(self._db.clock.now(), 1)):
            self._queue.enqueue(JOB, priority=LOW)

    async def _send(self, room: asyncio.Semaphore, sender: Sender, one: Sending) -> None:
        async with room:
            if not self._vapid.knows(one.browser.key):
                # Its key was retired: no service takes another's word for it. Its page makes it anew.
                await self._db.write(lambda tx: store.drop(tx, one.browser.id))
                return
            try:
                reply = await self._posted(sender, one)
            except (Unavailable, Forbidden) as error:
                await self._after(one, None, error.message)
            except ValueError as error:
                log.warning("browser %s has keys that nothing can be encrypted for: %s", one.browser.id, error)
                await self._db.write(lambda tx: store.drop(tx, one.browser.id))
            else:
                await self._after(one, reply, f"{reply.status} {reply.answer[:100]}")

    async def _posted(self, sender: Sender, one: Sending) -> Reply:
        browser, now = one.browser, self._db.clock.now()
        payload = self._payload(one).encode()
        body = await asyncio.to_thread(encrypted, browser.p256dh, browser.auth, payload)
        headers = {
            **self._vapid.headers(browser.endpoint, self._contact, now, browser.key),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(max(0, min((one.expires_at - now) // SECOND, LONGEST_TTL))),
            "Urgency": one.urgency.value,
            "Topic": one.topic,
        }
        return await sender.post(browser.endpoint, headers, body, EXCERPT)

    def _payload(self, one: Sending) -> str:
        """With the key to subscribe anew with, where the browser has an older one."""
        if not self._vapid.is_older(one.browser.key):
            return one.payload
        return json.dumps({**json.loads(one.payload), "key": self._vapid.public}, ensure_ascii=False)

    async def _after(self, one: Sending, reply: Reply | None, said: str) -> None:
        """What an answer means (RFC 8030, 5 and 8.4); None: there was none."""
        status = 0 if reply is None else reply.status
        if 200 <= status < 300:
            await self._db.write(lambda tx: store.done(tx, one.id))
        elif status in GONE:
            log.info("browser %s is no more", one.browser.id)
            await self._db.write(lambda tx: store.drop(tx, one.browser.id))
        elif reply is None or status == 429 or status >= 500:
            await self._again(one, None if reply is None else reply.retry_after, said)
        else:
            log.warning("a push to browser %s was refused: %s", one.browser.id, said)
            await self._db.write(lambda tx: store.done(tx, one.id))

    async def _again(self, one: Sending, retry_after: float | None, said: str) -> None:
        wait = wait_after(one.attempts + 1, retry_after)
        now = self._db.clock.now()
        if wait is None or now + wait >= one.expires_at:
            log.warning("a push to browser %s is given up: %s", one.browser.id, said)
            await self._db.write(lambda tx: store.done(tx, one.id))
            return
        await self._db.write(lambda tx: store.postpone(tx, one.id, tx.now + wait))


def _claim(tx: Transaction) -> list[Sending]:
    store.expire(tx)
    return [one for one in tx.all(store.due(tx.now, LOT)) if store.claim(tx, one.id, tx.now + LEASE)]
