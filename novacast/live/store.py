"""All SQL about feeds, health, and the log of what was done."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, unpacked
from novacast.keeping import number
from novacast.live.channels.store import Key
from novacast.live.models import Channel, Feed, FeedRole, Programme
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """What the engine measured last."""

    at: int
    numbers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done. `action` is a noun and a verb (`key.revoked`); `detail` what it was done to or with."""

    n: int
    at: int
    channel_id: str
    programme_id: str | None
    key_id: str | None
    person_id: str | None
    """None: the house itself, or somebody who is erased."""
    action: str
    detail: str
    address: str
    """Network address it came from; empty where that is not kept."""


def feed_by_id(feed_id: str) -> Query[Feed]:
    return Query("SELECT * FROM feeds WHERE id = ?", (feed_id,), _feed)


def feeds(programme_id: str, start: Key, limit: int) -> Query[Feed]:
    """Latest first."""
    return Query(
        """SELECT * FROM feeds WHERE programme_id = ? AND (began_at, id) < (?, ?)
        ORDER BY began_at DESC, id DESC LIMIT ?""",
        (programme_id, *start, limit),
        _feed,
    )


def open_feeds() -> Query[Feed]:
    return Query("SELECT * FROM feeds WHERE ended_at IS NULL", (), _feed)


def fed(programme_id: str) -> Query[Feed]:
    """Connections that feed it now."""
    return Query(
        "SELECT * FROM feeds WHERE programme_id = ? AND ended_at IS NULL ORDER BY began_at", (programme_id,), _feed
    )


def feeds_of(person_id: str) -> Query[Feed]:
    return Query(
        """SELECT feeds.* FROM feeds JOIN stream_keys ON stream_keys.id = feeds.key_id
        WHERE stream_keys.person_id = ? ORDER BY began_at""",
        (person_id,),
        _feed,
    )


def begin_feed(tx: Transaction, feed: Feed) -> None:
    tx.insert(
        "feeds",
        id=feed.id,
        programme_id=feed.programme_id,
        channel_id=feed.channel_id,
        key_id=feed.key_id,
        role=feed.role.value,
        protocol=feed.protocol,
        address=feed.address,
        software=feed.software,
        began_at=feed.began_at,
    )


def end_feed(tx: Transaction, feed_id: str, reason: str) -> bool:
    """Whether it was open."""
    return (
        tx.run(
            "UPDATE feeds SET ended_at = ?, reason = ? WHERE id = ? AND ended_at IS NULL",
            (tx.now, packed(reason), feed_id),
        )
        > 0
    )


def measured(tx: Transaction, programme_id: str, numbers: Mapping[str, Any]) -> None:
    """One row a programme; the last numbers are all that is kept. Nothing for a programme that is gone."""
    tx.run(
        """INSERT INTO health (programme_id, at, numbers) SELECT id, ?, ? FROM programmes WHERE id = ?
        ON CONFLICT (programme_id) DO UPDATE SET at = excluded.at, numbers = excluded.numbers""",
        (tx.now, json.dumps(dict(numbers), separators=(",", ":")), programme_id),
    )


def health(programme_id: str) -> Query[Health]:
    return Query(
        "SELECT * FROM health WHERE programme_id = ?",
        (programme_id,),
        lambda row: Health(row["at"], json.loads(row["numbers"])),
    )


def live_since(at: int) -> Query[str]:
    """Programmes on air whose numbers are no older."""
    return Query(
        """SELECT programmes.id FROM programmes JOIN health ON health.programme_id = programmes.id
        WHERE programmes.state = 'on_air' AND health.at >= ? LIMIT 1""",
        (at,),
        lambda row: str(row["id"]),
    )


def log(
    tx: Transaction,
    action: str,
    about: Channel | Programme,
    *,
    person_id: str | None,
    key_id: str | None = None,
    detail: str = "",
    address: str = "",
) -> None:
    programme = about if isinstance(about, Programme) else None
    tx.insert(
        "live_log",
        at=tx.now,
        org_id=about.org_id,
        channel_id=about.id if programme is None else programme.channel_id,
        programme_id=None if programme is None else programme.id,
        key_id=key_id,
        person_id=person_id,
        action=action,
        detail=detail,
        address=address,
    )


def logged(channel_id: str, before: int, limit: int) -> Query[Entry]:
    """Latest first, those below number `before`."""
    return Query(
        "SELECT * FROM live_log WHERE channel_id = ? AND n < ? ORDER BY n DESC LIMIT ?",
        (channel_id, before, limit),
        _entry,
    )


def logged_of(person_id: str) -> Query[Entry]:
    return Query("SELECT * FROM live_log WHERE person_id = ? ORDER BY n", (person_id,), _entry)


def test_ended(channel_id: str, since: int) -> Query[int]:
    """Number of the entry that says so, if a test that was on air ended since then."""
    return Query(
        "SELECT n FROM live_log WHERE channel_id = ? AND action = 'test.ended' AND at > ? ORDER BY n DESC LIMIT 1",
        (channel_id, since),
        lambda row: int(row["n"]),
    )


def forget_org(tx: Transaction, org_id: str) -> None:
    tx.run("DELETE FROM live_log WHERE org_id = ?", (org_id,))


_OLD = (
    "SELECT count(*) FROM live_log WHERE at < ?1",
    "SELECT count(*) FROM feeds WHERE ended_at < ?1 AND (address <> '' OR software <> '')",
)


def old(before: int) -> Query[int]:
    """Entries of the log, and connections of encoders whose address is known."""
    return number(f"SELECT ({_OLD[0]}) + ({_OLD[1]})", before)


def forget_old(tx: Transaction, before: int, limit: int) -> int:
    """Entries go; connections stay, as programmes are told by them, without the address."""
    gone = tx.run("DELETE FROM live_log WHERE n IN (SELECT n FROM live_log WHERE at < ? LIMIT ?)", (before, limit))
    return gone + tx.run(
        """UPDATE feeds SET address = '', software = '' WHERE id IN (SELECT id FROM feeds
        WHERE ended_at < ? AND (address <> '' OR software <> '') LIMIT ?)""",
        (before, limit),
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    """Addresses that a person's encoders came from, and their name in the log, go. Before the keys lose the person."""
    tx.run(
        """UPDATE feeds SET address = '', software = ''
        WHERE key_id IN (SELECT id FROM stream_keys WHERE person_id = ?)""",
        (person_id,),
    )
    tx.run(
        """UPDATE live_log SET address = '', detail = ''
        WHERE key_id IN (SELECT id FROM stream_keys WHERE person_id = ?)""",
        (person_id,),
    )
    tx.run("UPDATE live_log SET person_id = NULL, address = '' WHERE person_id = ?", (person_id,))


def _feed(row: Row) -> Feed:
    return Feed(
        id=row["id"],
        programme_id=row["programme_id"],
        channel_id=row["channel_id"],
        key_id=row["key_id"],
        role=FeedRole(row["role"]),
        protocol=row["protocol"],
        address=row["address"],
        software=row["software"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        reason=None if row["reason"] is None else unpacked(row["reason"]),
    )


def _entry(row: Row) -> Entry:
    return Entry(
        n=row["n"],
        at=row["at"],
        channel_id=row["channel_id"],
        programme_id=row["programme_id"],
        key_id=row["key_id"],
        person_id=row["person_id"],
        action=row["action"],
        detail=row["detail"],
        address=row["address"],
    )
