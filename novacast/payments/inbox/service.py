"""Events of those who move money: kept and answered at once, worked on afterwards, and asked for where none came.

Nothing is true here because an event says so: it only says what is to be retrieved. So they may come twice, in any
order, late or never.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol

from novacast.clock import DAY, HOUR, MINUTE
from novacast.database import Database, Transaction
from novacast.errors import NovaCastError, Unavailable
from novacast.payments.inbox import store
from novacast.payments.inbox.models import MOST_TRIES, Heard, Kept, State, later
from novacast.payments.ports import Settles
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

BATCH = 200
TOGETHER = 8
"""Events that are worked on at once."""
OVERLAP = 10 * MINUTE
"""Events that were made while it was asked before, by another clock than ours, are asked for again."""
FIRST_LOOK = DAY
KEPT = 90 * DAY
GATHER_SECONDS = 0.03
RARELY, OFTEN = HOUR, 5 * MINUTE
"""How often is asked for events: with webhooks, and without."""


Hearing = Callable[[str, str], Awaitable[bool]]
"""Told a provider and the id of an object there; whether it is one of ours. Raises Unavailable."""


class News(Protocol):
    """A provider's side of it."""

    @property
    def name(self) -> str: ...
    @property
    def types(self) -> Collection[str]:
        """Of events that something may follow from."""
        ...

    @property
    def told(self) -> bool:
        """Whether it sends its events by itself."""
        ...

    def read(self, payload: bytes, header: str) -> Heard:
        """Raises Malformed for what it did not send."""
        ...

    def since(self, at: int) -> AsyncIterator[Heard]: ...

    async def work(self, heard: Heard, settles: Settles) -> bool:
        """Whether it is about something of ours. Raises Unavailable."""
        ...


class Inbox:
    def __init__(
        self, db: Database, news: Sequence[News], settles: Settles, own: Mapping[str, Hearing] | None = None
    ) -> None:
        """`own`: kinds of objects that moving money looks after by itself."""
        self._db, self._settles, self._own = db, settles, own or {}
        self._news = {one.name: one for one in news}
        self._tasks = TaskGroup("inbox")
        self._wake = asyncio.Event()
        self._looked: dict[str, int] = {}

    def takes(self, provider: str) -> bool:
        return provider in self._news and self._news[provider].told

    async def receive(self, provider: str, payload: bytes, header: str) -> None:
        """Kept on disk, if it was signed and something may follow from it; the rest is done when the answer is sent.
        Raises Malformed."""
        news = self._news[provider]
        heard = news.read(payload, header)
        if heard.type in news.types:
            await self._db.write(lambda tx: store.add(tx, provider, heard))
            self._wake.set()

    def start(self) -> None:
        """Work on what comes, as soon as it comes."""
        if self._news:
            self._tasks.start(self._working(), "events")

    async def close(self) -> None:
        await self._tasks.close()

    async def sweep(self) -> int:
        """Ask for what nobody sent, and work on what is due; how much was worked on."""
        for one in self._news.values():
            try:
                await self._catch_up(one)
            except Unavailable as error:
                log.warning("%s can't be asked for its events: %s", one.name, error)
        return await self.work()

    async def work(self) -> int:
        """All that is due; how many. What became of some is written at once, beside what comes meanwhile."""
        count = 0
        while found := await self._db.all(store.due(self._db.clock.now(), BATCH)):
            for start in range(0, len(found), TOGETHER):
                ends = await asyncio.gather(*map(self._work, found[start : start + TOGETHER]))
                await self._db.write(lambda tx, ends=ends: _ended(tx, ends))  # type: ignore[misc]  # a default binds the name
            count += len(found)
        return count

    async def prune(self) -> None:
        before = self._db.clock.now() - KEPT
        await self._db.write(lambda tx: store.prune(tx, before))

    async def _working(self) -> None:
        while True:
            await self._wake.wait()
            # What comes at the same time is worked on, and written down, together.
            await asyncio.sleep(GATHER_SECONDS)
            self._wake.clear()
            try:
                await self.work()
            except NovaCastError as error:
                log.warning("events are worked on later: %s", error)

    async def _work(self, kept: Kept) -> tuple[Kept, State]:
        """What has become of it. Whatever goes wrong, it stays new and is put off: no event is worked on twice in one
        round."""
        news = self._news.get(kept.provider)
        try:
            ours = news is not None and await self._ours(news, kept.heard)
        except Unavailable as error:
            log.warning("event %s is worked on later: %s", kept.heard.id, error)
        except Exception:
            log.exception("event %s could not be worked on", kept.heard.id)
        else:
            return kept, State.WORKED if ours else State.IGNORED
        if kept.tries + 1 < MOST_TRIES:
            return kept, State.NEW
        log.error("event %s (%s) of %s was given up: look at it", kept.heard.id, kept.heard.type, kept.provider)
        return kept, State.FAILED

    async def _ours(self, news: News, heard: Heard) -> bool:
        """Whether it is about something of ours. Raises Unavailable."""
        if (own := self._own.get(heard.kind)) is not None:
            return await own(news.name, heard.about)
        return await news.work(heard, self._settles)

    async def _add_some(self, provider: str, some: Sequence[Heard]) -> int:
        """How many of them are new."""
        return await self._db.write(lambda tx: sum(store.add(tx, provider, heard) for heard in some))

    async def _catch_up(self, news: News) -> None:
        now = self._db.clock.now()
        if now - self._looked.get(news.name, 0) < (RARELY if news.told else OFTEN):
            return
        last = await self._db.one(store.seen(news.name))
        since = now - FIRST_LOOK if last is None else last - OVERLAP
        found = [heard async for heard in news.since(since)]
        missed = 0
        for start in range(0, len(found), BATCH):
            missed += await self._add_some(news.name, found[start : start + BATCH])
        await self._db.write(lambda tx: store.see(tx, news.name, now))
        self._looked[news.name] = now
        if missed and news.told:
            log.warning("%d events of %s never came by webhook", missed, news.name)


def _ended(tx: Transaction, ends: Sequence[tuple[Kept, State]]) -> None:
    for kept, state in ends:
        if state is State.NEW:
            store.put_off(tx, kept, tx.now + later(kept.tries))
        else:
            store.worked(tx, kept.provider, kept.heard.id, state)
