"""Facts, written in the transaction that makes them true, delivered after its commit, in order, to whoever asked.

`seq` is handed out under SQLite's write lock, so its order is the order of commits over all processes. A subscriber is
told at least once and in order; a durable one goes on after a restart where it stopped. The outbox only tells: what
must not be lost is done inside the transaction, by a port.

What is true for a moment only (how far a job is, how many watch) is *mentioned*: told in the same order, to both
processes, but kept for a minute, and told again to nobody who comes later.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from novacast.database import Changes, Database, Migrations, Query, Row, Transaction, statements
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


@migrations()
def m002_mentions_and_horizon(db: Any) -> None:
    statements(
        db,
        "ALTER TABLE outbox ADD COLUMN kept INTEGER NOT NULL DEFAULT 1 CHECK (kept IN (0, 1))",
        "CREATE INDEX outbox_mentioned ON outbox (at) WHERE kept = 0",
        "CREATE TABLE outbox_horizon (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT",
        # Where rows are missing before the oldest, they were pruned.
        """INSERT INTO outbox_horizon SELECT 1, coalesce((SELECT min(seq) - 1 FROM outbox),
            (SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0)""",
    )


@dataclass(frozen=True, slots=True)
class Event:
    """`audience`: `public`, `person:ID`, `org:ID` (its members) or `internal` (never leaves the machine)."""

    seq: int
    at: int
    topic: str
    subject: str
    audience: str
    payload: Mapping[str, Any]
    kept: bool = True
    """Whether it is a fact; False: only mentioned."""


Handler = Callable[[Event], Awaitable[None]]

PUBLIC = "public"
INTERNAL = "internal"


def person(person_id: str) -> str:
    return f"person:{person_id}"


def org(org_id: str) -> str:
    return f"org:{org_id}"


def emit(tx: Transaction, topic: str, subject: str, audience: str, **payload: Any) -> None:
    """Write a fact. `topic` is a noun and a past verb (`video.published`), `subject` the id it is about."""
    _write(tx, topic, subject, audience, payload, kept=1)


def mention(tx: Transaction, topic: str, subject: str, audience: str, **payload: Any) -> None:
    """Tell what is true at this moment, and of which only the newest matters."""
    _write(tx, topic, subject, audience, payload, kept=0)


def _write(tx: Transaction, topic: str, subject: str, audience: str, payload: Mapping[str, Any], *, kept: int) -> None:
    tx.run(_WRITE, (tx.now, topic, subject, audience, _json(payload), kept))
    tx.announce()


_WRITE = "INSERT INTO outbox (at, topic, subject, audience, payload, kept) VALUES (?, ?, ?, ?, ?, ?)"
_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def after(seq: int, limit: int = BATCH) -> Query[Event]:
    return Query("SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit), _event)


def facts(seq: int, until: int, limit: int = BATCH) -> Query[Event]:
    """What is kept behind `seq` up to `until`."""
    sql = "SELECT * FROM outbox WHERE seq > ? AND seq <= ? AND kept = 1 ORDER BY seq LIMIT ?"
    return Query(sql, (seq, until, limit), _event)


def kept_after(seq: int, most: int) -> Query[int]:
    """How many facts are kept behind `seq`, counted up to `most`."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE seq > ? AND kept = 1 LIMIT ?)"
    return Query(sql, (seq, most), lambda row: int(row[0]))


def last_seq() -> Query[int]:
    # sqlite_sequence keeps counting when old rows are pruned away.
    return Query("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'outbox'", (), lambda row: int(row[0]))


def horizon() -> Query[int]:
    """Facts up to this one may be gone; all behind it are kept."""
    return Query("SELECT seq FROM outbox_horizon", (), lambda row: int(row[0]))


def behind() -> Query[tuple[str, int]]:
    """Durable subscribers that have not taken all yet, and the instant of the oldest fact that each has before it."""
    return Query(
        "SELECT c.subscriber, (SELECT min(o.at) FROM outbox o WHERE o.seq = (SELECT min(x.seq) FROM outbox x "
        "WHERE x.seq > c.seq)) AS at FROM outbox_cursor c WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.seq > c.seq)",
        (),
        lambda row: (row["subscriber"], int(row["at"])),
    )


def prune(tx: Transaction, before: int) -> int:
    """Drop all older than the instant `before`; how many."""
    last = "(SELECT coalesce(max(seq), 0) FROM outbox WHERE at < ?)"
    tx.run(f"UPDATE outbox_horizon SET seq = max(seq, {last})", (before,))  # noqa: S608 - a constant
    return tx.run("DELETE FROM outbox WHERE at < ?", (before,))


def prune_mentions(tx: Transaction, before: int) -> int:
    """Drop what was only mentioned before that instant; how many."""
    return tx.run("DELETE FROM outbox WHERE kept = 0 AND at < ?", (before,))


class Outbox:
    """Delivery in one process. Subscribe first, then `start`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tasks = TaskGroup("outbox")
        self._subscribers: list[Subscription] = []
        self._tail = 0

    def subscribe(self, name: str, handler: Handler, *, durable: bool = False) -> "Subscription":
        """Call `handler` for everything that is told; where it raises it is tried again, and what is later waits."""
        made = Subscription(self._db, name, handler, durable)
        self._subscribers.append(made)
        return made

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
        changes = Changes(self._db.path)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not changes.any():
                continue
            try:
                seq = await self._db.one(last_seq()) or 0
            except Exception:
                log.exception("looking for new facts failed")
                changes = Changes(self._db.path)
                await asyncio.sleep(BACK_OFF[-1])
                continue
            if seq != self._tail:
                self._tail = seq
                self._wake()


class Subscription:
    def __init__(self, db: Database, name: str, handler: Handler, durable: bool) -> None:
        self._db, self.name, self._handler, self._durable = db, name, handler, durable
        self.seq = 0
        """The last that the handler was told and took."""
        self.wake = asyncio.Event()

    async def place(self, tail: int) -> None:
        kept: int | None = None
        if self._durable:
            kept = await self._db.one(_cursor(self.name))
        self.seq = tail if kept is None else kept
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
            return await self._db.all(after(self.seq))
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
        self.seq = event.seq

    async def _keep(self) -> None:
        seq, name = self.seq, self.name
        await self._db.write(
            lambda tx: tx.run(
                "INSERT INTO outbox_cursor VALUES (?, ?) ON CONFLICT (subscriber) DO UPDATE SET seq = excluded.seq",
                (name, seq),
            )
        )


def _cursor(name: str) -> Query[int]:
    return Query("SELECT seq FROM outbox_cursor WHERE subscriber = ?", (name,), lambda row: int(row[0]))


def _event(row: Row) -> Event:
    return Event(
        row["seq"],
        row["at"],
        row["topic"],
        row["subject"],
        row["audience"],
        json.loads(row["payload"]),
        bool(row["kept"]),
    )
