"""Delivery in one process: in order, to each subscriber at least once."""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from novacast.database import Changes, Database
from novacast.outbox import store
from novacast.outbox.store import BATCH, Event
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
"""How often commits of other processes are looked for; those of this one wake the delivery at once."""
WINDOW = 5 * BATCH
"""Of what was read last, kept in memory: everybody who is up to date is told from one reading."""
FACT_SECONDS, MENTION_SECONDS = 0.05, 0.5
"""After which it is written down how far durable subscribers came, in one transaction for all of them. Whoever is
killed before hears that much again; of mentions there is nothing to lose."""
BACK_OFF = (0.1, 0.5, 2.0, 10.0)

Handler = Callable[[Event], Awaitable[None]]


class Outbox:
    """Delivery in one process. Subscribe first, then `start`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tasks = TaskGroup("outbox")
        self._subscribers: list[Subscription] = []
        self._cursors, self._window = _Cursors(db), _Window(db)
        self._tail = 0

    def subscribe(self, name: str, handler: Handler, *, durable: bool = False) -> "Subscription":
        """Call `handler` for everything that is told; where it raises it is tried again, and what is later waits."""
        made = Subscription(name, handler, self._window, self._cursors if durable else None)
        self._subscribers.append(made)
        return made

    async def start(self) -> None:
        self._tail = await self._db.one(store.last_seq()) or 0
        self._window.begin(self._tail)
        durable = [one.name for one in self._subscribers if one.durable]
        places = await self._cursors.places(durable, self._tail)
        for subscriber in self._subscribers:
            subscriber.seq = places.get(subscriber.name, self._tail)
            self._tasks.start(subscriber.run(), subscriber.name)
        self._tasks.start(self._cursors.run(), "cursors")
        self._db.on_announcement(self._wake)
        self._tasks.start(self._watch(), "watch")
        self._wake()

    async def close(self) -> None:
        await self._tasks.close()
        try:
            await self._cursors.keep()
        except Exception:
            log.exception("how far the subscribers came can't be written down; they are told a little again")

    def _wake(self) -> None:
        self._window.more = True
        for subscriber in self._subscribers:
            subscriber.wake.set()

    async def _watch(self) -> None:
        changes = Changes(self._db.path)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not changes.any():
                continue
            try:
                seq = await self._db.one(store.last_seq()) or 0
            except Exception:
                log.exception("looking for new facts failed")
                changes = Changes(self._db.path)
                await asyncio.sleep(BACK_OFF[-1])
                continue
            if seq != self._tail:
                self._tail = seq
                self._wake()


class Subscription:
    def __init__(self, name: str, handler: Handler, window: "_Window", cursors: "_Cursors | None") -> None:
        """`cursors`: of a durable one."""
        self.name, self._handler, self._window, self._cursors = name, handler, window, cursors
        self.seq = 0
        """The last that the handler was told and took."""
        self.wake = asyncio.Event()

    @property
    def durable(self) -> bool:
        return self._cursors is not None

    async def run(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            while events := await self._read():
                for event in events:
                    await self._deliver(event)

    async def _read(self) -> Sequence[Event]:
        try:
            return await self._window.after(self.seq)
        except Exception:
            log.exception("subscriber %s can't read the outbox", self.name)
            return ()

    async def _deliver(self, event: Event) -> None:
        for attempt in range(1_000_000):
            try:
                await self._handler(event)
                break
            except Exception:
                wait = BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
                log.exception("subscriber %s failed on %s %d; again in %s s", self.name, event.topic, event.seq, wait)
                await asyncio.sleep(wait)
        self.seq = event.seq
        if self._cursors is not None:
            self._cursors.moved(self.name, event)


class _Window:
    """The newest of what is told, read once for all who wait for it."""

    def __init__(self, db: Database) -> None:
        self._db, self._lock = db, asyncio.Lock()
        self._events: list[Event] = []
        self._first = self._last = 0
        """All behind `_first` up to `_last` is here."""
        self.more = True
        """Whether anything may have been told since the last reading."""

    def begin(self, tail: int) -> None:
        self._events, self._first, self._last = [], tail, tail

    async def after(self, seq: int) -> Sequence[Event]:
        """At most a batch. Whoever is behind the window reads for themselves."""
        if seq >= self._first:
            async with self._lock:
                if seq >= self._last and self.more:
                    await self._read()
        if seq < self._first:
            return await self._db.all(store.after(seq))
        start = bisect_right(self._events, seq, key=lambda event: event.seq)
        return self._events[start : start + BATCH]

    async def _read(self) -> None:
        self.more = False
        try:
            events = await self._db.all(store.after(self._last))
        except BaseException:
            self.more = True
            raise
        if not events:
            return
        self.more = self.more or len(events) == BATCH
        self._events += events
        self._last = events[-1].seq
        if len(self._events) > WINDOW:
            self._first = self._events[-WINDOW - 1].seq
            del self._events[:-WINDOW]


class _Cursors:
    """How far the durable subscribers came, on disk."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._moved: dict[str, int] = {}
        self._some, self._fact = asyncio.Event(), asyncio.Event()

    async def places(self, names: Sequence[str], tail: int) -> dict[str, int]:
        """Where each goes on; one that is new begins at `tail`."""
        known = dict(await self._db.all(store.cursors()))
        self._moved = {name: tail for name in names if name not in known}
        await self.keep()
        return {name: known.get(name, tail) for name in names}

    def moved(self, name: str, event: Event) -> None:
        self._moved[name] = event.seq
        self._some.set()
        if event.kept:
            self._fact.set()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(MENTION_SECONDS):
                    await self._fact.wait()
                    await asyncio.sleep(FACT_SECONDS)
            try:
                await self.keep()
            except Exception:
                log.exception("how far the subscribers came can't be written down")
                await asyncio.sleep(BACK_OFF[-1])

    async def keep(self) -> None:
        moved = dict(self._moved)
        self._some.clear()
        self._fact.clear()
        if not moved:
            return
        try:
            await self._db.write(lambda tx: store.keep_cursors(tx, moved))
        except BaseException:
            self._some.set()
            raise
        # What moved on meanwhile is kept the next time.
        self._moved = {name: seq for name, seq in self._moved.items() if seq != moved.get(name)}
