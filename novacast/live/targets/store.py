"""All SQL about targets."""

from collections.abc import Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, unpacked
from novacast.live.targets.models import Target, TargetState


def by_id(target_id: str) -> Query[Target]:
    return Query("SELECT * FROM targets WHERE id = ?", (target_id,), target)


def of_channel(channel_id: str) -> Query[Target]:
    """There are few of one channel."""
    return Query("SELECT * FROM targets WHERE channel_id = ? ORDER BY created_at, id", (channel_id,), target)


def sealed(target_id: str) -> Query[tuple[bytes, bytes]]:
    """Key and passphrase; empty where there is none."""
    sql = "SELECT key, passphrase FROM targets WHERE id = ?"
    return Query(sql, (target_id,), lambda row: (bytes(row["key"]), bytes(row["passphrase"])))


def count(channel_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM targets WHERE channel_id = ?", (channel_id,), lambda row: int(row[0]))


def add(tx: Transaction, one: Target, key: bytes, passphrase: bytes) -> None:
    tx.insert(
        "targets",
        id=one.id,
        channel_id=one.channel_id,
        org_id=one.org_id,
        name=one.name,
        url=one.url,
        key=key,
        passphrase=passphrase,
        enabled=one.enabled,
        delay_seconds=one.delay_seconds,
        state=one.state.value,
        state_at=one.state_at,
        words=one.words,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def change(tx: Transaction, target_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    sets = "".join(f"{name} = :{name}, " for name in columns)
    tx.run(
        f"UPDATE targets SET {sets}changed_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**columns, "now": tx.now, "id": target_id},
    )


def move(tx: Transaction, target_id: str, state: TargetState, words: str) -> bool:
    """Whether that is news."""
    done = tx.run(
        """UPDATE targets SET state = :state, words = :words, state_at = :now
        WHERE id = :id AND (state <> :state OR words <> :words)""",
        {"state": state.value, "words": packed(words), "now": tx.now, "id": target_id},
    )
    return done > 0


def silence(tx: Transaction) -> None:
    tx.run("UPDATE targets SET state = 'off', words = '', state_at = ? WHERE state <> 'off'", (tx.now,))


def remove(tx: Transaction, target_id: str) -> None:
    tx.run("DELETE FROM targets WHERE id = ?", (target_id,))


def target(row: Row) -> Target:
    return Target(
        id=row["id"],
        channel_id=row["channel_id"],
        org_id=row["org_id"],
        name=row["name"],
        url=row["url"],
        has_key=bool(row["key"]),
        has_passphrase=bool(row["passphrase"]),
        enabled=bool(row["enabled"]),
        delay_seconds=row["delay_seconds"],
        state=TargetState(row["state"]),
        state_at=row["state_at"],
        words=unpacked(row["words"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )
