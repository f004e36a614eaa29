"""The rows of facts, of mentions, and of how far durable subscribers came."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.database import Migrations, Query, Row, Transaction, statements
from novacast.records import dataclass

BATCH = 200

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


def cursors() -> Query[tuple[str, int]]:
    """How far each durable subscriber came."""
    return Query("SELECT subscriber, seq FROM outbox_cursor", (), lambda row: (row["subscriber"], row["seq"]))


def keep_cursors(tx: Transaction, moved: Mapping[str, int]) -> None:
    for cursor in moved.items():
        tx.run(
            "INSERT INTO outbox_cursor VALUES (?, ?) ON CONFLICT (subscriber) DO UPDATE SET seq = excluded.seq", cursor
        )


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
