"""All SQL about stream keys. Only digests of the secrets are stored."""

from novacast.database import Query, Row, Transaction
from novacast.live.channels.store import Key
from novacast.live.models import FeedRole, StreamKey


def by_id(key_id: str) -> Query[StreamKey]:
    return Query("SELECT * FROM stream_keys WHERE id = ?", (key_id,), key)


def by_digest(digest: bytes) -> Query[tuple[StreamKey, bytes]]:
    """With the digest that is stored, to be compared in constant time."""
    return Query("SELECT * FROM stream_keys WHERE digest = ?", (digest,), lambda row: (key(row), bytes(row["digest"])))


def of_channel(channel_id: str, person_id: str | None, start: Key, limit: int) -> Query[StreamKey]:
    """Newest first; only `person_id`'s if given."""
    mine = "" if person_id is None else "AND person_id = :person "
    return Query(
        f"SELECT * FROM stream_keys WHERE channel_id = :channel {mine}AND (created_at, id) < (:at, :id) "  # noqa: S608 - conditions of ours
        "ORDER BY created_at DESC, id DESC LIMIT :limit",
        {"channel": channel_id, "person": person_id, "at": start[0], "id": start[1], "limit": limit},
        key,
    )


def good(channel_id: str, now: int) -> Query[int]:
    """How many are neither revoked nor over."""
    return Query(
        """SELECT count(*) FROM stream_keys
        WHERE channel_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)""",
        (channel_id, now),
        lambda row: int(row[0]),
    )


def of_person(person_id: str, org_id: str | None = None) -> Query[StreamKey]:
    """Those not revoked; of one organization if given."""
    within = "" if org_id is None else " AND org_id = :org"
    return Query(
        f"SELECT * FROM stream_keys WHERE person_id = :person{within} AND revoked_at IS NULL ORDER BY created_at",  # noqa: S608 - conditions of ours
        {"person": person_id, "org": org_id},
        key,
    )


def open_of_channel(channel_id: str) -> Query[StreamKey]:
    return Query("SELECT * FROM stream_keys WHERE channel_id = ? AND revoked_at IS NULL", (channel_id,), key)


def ever_of(person_id: str) -> Query[StreamKey]:
    return Query("SELECT * FROM stream_keys WHERE person_id = ? ORDER BY created_at", (person_id,), key)


def add(tx: Transaction, one: StreamKey, digest: bytes) -> None:
    tx.insert(
        "stream_keys",
        id=one.id,
        channel_id=one.channel_id,
        org_id=one.org_id,
        person_id=one.person_id,
        name=one.name,
        role=one.role.value,
        digest=digest,
        created_at=one.created_at,
        expires_at=one.expires_at,
    )


def used(tx: Transaction, key_id: str) -> None:
    tx.run("UPDATE stream_keys SET used_at = ? WHERE id = ?", (tx.now, key_id))


def revoke(tx: Transaction, key_id: str) -> bool:
    """Whether it was not revoked before."""
    return tx.run("UPDATE stream_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (tx.now, key_id)) > 0


def erase_person(tx: Transaction, person_id: str) -> None:
    """What they called their keys goes too; the rows stay for the log of feeds. To be revoked first."""
    tx.run("UPDATE stream_keys SET person_id = NULL, name = '' WHERE person_id = ?", (person_id,))


def key(row: Row) -> StreamKey:
    return StreamKey(
        id=row["id"],
        channel_id=row["channel_id"],
        org_id=row["org_id"],
        person_id=row["person_id"],
        name=row["name"],
        role=FeedRole(row["role"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )
