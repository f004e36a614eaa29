"""Facts, written in the transaction that makes them true, delivered after its commit, in order, to whoever asked.

`seq` is handed out under SQLite's write lock, so its order is the order of commits over all processes. A subscriber is
told at least once and in order; a durable one goes on after a restart where it stopped. The outbox only tells: what
must not be lost is done inside the transaction, by a port.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from novacast.database import Database, Migrations, Query, Row, Transaction, statements
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
"""How often commits of other processes are looked for; those of this one wake the delivery at once."""
BATCH = 200
BACK_OFF = (0.1, 0.5, 2.0, 10.0)

migrations = Migrations("outbox")


@migrations()
def m001_outbox(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            topic TEXT NOT NULL,
            subject TEXT NOT NULL,
            audience TEXT NOT NULL,
            payload TEXT NOT NULL CHECK (json_valid(payload))
        ) STRICT""",
        "CREATE INDEX outbox_at ON outbox (at)",
        "CREATE TABLE outbox_cursor (subscriber TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    )


@dataclass(frozen=True, slots=True)
class Event:
    """`audience`: `public`, `person:ID`, `org:ID` (its members), `link:ORG:ID` (its members, and those who name the id
    of something that is for all who have its address) or `internal` (never leaves the machine)."""

    seq: int
    at: int
    topic: str
    subject: str
    audience: str
    payload: Mapping[str, Any]


Handler = Callable[[Event], Awaitable[None]]

PUBLIC = "public"
INTERNAL = "internal"


def person(person_id: str) -> str:
    return f"person:{person_id}"


def org(org_id: str) -> str:
    return f"org:{org_id}"


def link(org_id: str, subject: str) -> str:
    return f"link:{org_id}:{subject}"


def emit(tx: Transaction, topic: str, subject: str, audience: str, **payload: Any) -> None:
    """Write a fact. `topic` is a noun and a past verb (`video.published`), `subject` the id it is about."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    tx.insert("outbox", at=tx.now, topic=topic, subject=subject, audience=audience, payload=text)
    tx.announce()


def after(seq: int, limit: int = BATCH) -> Query[Event]:
    return Query("SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit), _event)


def last_seq() -> Query[int]:
    # sqlite_sequence keeps counting when old rows are pruned away.
    return Query("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'", (), lambda row: int(row[0]))


def first_seq() -> Query[int]:
    """The oldest row still kept; 0 if there is none."""
    return Query("SELECT coalesce(min(seq), 0) FROM outbox", (), lambda row: int(row[0]))


def prune(tx: Transaction, before: int) -> int:
    """Drop facts older than the instant `before`; how many."""
    return tx.run("DELETE FROM outbox WHERE at < ?", (before,))


class Outbox:
    """Delivery in one process. Subscribe first, then `start`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tasks = TaskGroup("outbox")
        self._subscribers: list[_Subscriber] = []
        self._tail = 0

    def subscribe(self, name: str, handler: Handler, *, durable: bool = False) -> None:
        """Call `handler` for every fact; one that raises is tried again, later facts wait behind it."""
        self._subscribers.append(_Subscriber(self._db, name, handler, durable))

    async def start(self) -> None:
        self._tail = await self._db.one(last_seq()) or 0
        for subscriber in self._subscribers:
            await subscriber.place(self._tail)
            self._tasks.start(subscriber.run(), subscriber.name)
        self._db.on_announcement(self._wake)
        self._tasks.start(self._watch(), "watch")
        self._wake()

    async def close(self) -> None:
        await self._tasks.close()

    def _wake(self) -> None:
        for subscriber in self._subscribers:
            subscriber.wake.set()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                seq = await self._db.one(last_seq()) or 0
            except Exception:
                log.exception("looking for new facts failed")
                await asyncio.sleep(BACK_OFF[-1])
                continue
            if seq != self._tail:
                self._tail = seq
                self._wake()


class _Subscriber:
    def __init__(self, db: Database, name: str, handler: Handler, durable: bool) -> None:
        self._db, self.name, self._handler, self._durable = db, name, handler, durable
        self._seq = 0
        self.wake = asyncio.Event()

    async def place(self, tail: int) -> None:
        kept: int | None = None
        if self._durable:
            kept = await self._db.one(_cursor(self.name))
        self._seq = tail if kept is None else kept
        if self._durable and kept is None:
            await self._keep()

    async def run(self) -> None:
        while True:
            await self.wake.wait()
            self.wake.clear()
            while events := await self._read():
                for event in events:
                    await self._deliver(event)
                if self._durable:
                    await self._keep()

    async def _read(self) -> list[Event]:
        try:
            return await self._db.all(after(self._seq))
        except Exception:
            log.exception("subscriber %s can't read the outbox", self.name)
            return []

    async def _deliver(self, event: Event) -> None:
        for attempt in range(1_000_000):
            try:
                await self._handler(event)
                break
            except Exception:
                wait = BACK_OFF[min(attempt, len(BACK_OFF) - 1)]
                log.exception("subscriber %s failed on %s %d; again in %s s", self.name, event.topic, event.seq, wait)
                await asyncio.sleep(wait)
        self._seq = event.seq

    async def _keep(self) -> None:
        seq, name = self._seq, self.name
        await self._db.write(
            lambda tx: tx.run(
                "INSERT INTO outbox_cursor VALUES (?, ?) ON CONFLICT (subscriber) DO UPDATE SET seq = excluded.seq",
                (name, seq),
            )
        )


def _cursor(name: str) -> Query[int]:
    return Query("SELECT seq FROM outbox_cursor WHERE subscriber = ?", (name,), lambda row: int(row[0]))


def _event(row: Row) -> Event:
    return Event(row["seq"], row["at"], row["topic"], row["subject"], row["audience"], json.loads(row["payload"]))
