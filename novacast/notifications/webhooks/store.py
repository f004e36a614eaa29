"""SQL of endpoints and their secrets."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.notifications.webhooks.models import Endpoint, KnownSecret, State
from novacast.notifications.webhooks.signing import Scheme, Secret


def by_id(endpoint_id: str) -> Query[Endpoint]:
    return Query("SELECT * FROM webhook_endpoints WHERE id = ?", (endpoint_id,), _endpoint)


def of_org(org_id: str) -> Query[Endpoint]:
    """There are few of one organization."""
    return Query("SELECT * FROM webhook_endpoints WHERE org_id = ? ORDER BY created_at, id", (org_id,), _endpoint)


def count(org_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM webhook_endpoints WHERE org_id = ?", (org_id,), lambda row: int(row[0]))


def by_url(org_id: str, url: str) -> Query[str]:
    sql = "SELECT id FROM webhook_endpoints WHERE org_id = ? AND url = ?"
    return Query(sql, (org_id, url), lambda row: str(row["id"]))


def add(tx: Transaction, one: Endpoint) -> None:
    tx.insert(
        "webhook_endpoints",
        id=one.id,
        org_id=one.org_id,
        url=one.url,
        description=one.description,
        topics=_topics(one.topics),
        state=one.state.value,
        state_at=one.state_at,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def change(tx: Transaction, endpoint_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    values = {name: _topics(value) if name == "topics" else value for name, value in columns.items()}
    sets = "".join(f"{name} = :{name}, " for name in values)
    tx.run(
        f"UPDATE webhook_endpoints SET {sets}changed_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**values, "now": tx.now, "id": endpoint_id},
    )


def move(tx: Transaction, endpoint_id: str, state: State) -> bool:
    """Whether that is news. What is enabled again begins with a clean record."""
    moved = tx.run(
        "UPDATE webhook_endpoints SET state = :to, state_at = :now, failing_since = NULL "
        "WHERE id = :id AND state <> :to",
        {"to": state.value, "now": tx.now, "id": endpoint_id},
    )
    return moved > 0


def fail(tx: Transaction, endpoint_id: str, at: int) -> None:
    sql = "UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, ?) WHERE id = ?"
    tx.run(sql, (at, endpoint_id))


def succeed(tx: Transaction, endpoint_id: str) -> None:
    tx.run(
        "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL", (endpoint_id,)
    )


def remove(tx: Transaction, endpoint_id: str) -> None:
    tx.run("DELETE FROM webhook_endpoints WHERE id = ?", (endpoint_id,))


def remove_of_org(tx: Transaction, org_id: str) -> None:
    tx.run("DELETE FROM webhook_endpoints WHERE org_id = ?", (org_id,))
    tx.run("DELETE FROM webhook_messages WHERE org_id = ?", (org_id,))


def known_secrets(endpoint_ids: Sequence[str], now: int) -> Query[tuple[str, KnownSecret]]:
    """With whose each is; the newest first. What has run out is left out."""
    marks = ", ".join("?" * len(endpoint_ids))
    return Query(
        f"SELECT * FROM webhook_secrets WHERE endpoint_id IN ({marks}) "  # noqa: S608 - question marks
        "AND coalesce(expires_at > ?, 1) ORDER BY expires_at IS NOT NULL, created_at DESC, id",
        (*endpoint_ids, now),
        lambda row: (str(row["endpoint_id"]), _known(row)),
    )


def sealed_secrets(endpoint_id: str, now: int) -> Query[tuple[str, Scheme, bytes]]:
    """Id, scheme and what is sealed; the newest first."""
    return Query(
        "SELECT id, scheme, sealed FROM webhook_secrets WHERE endpoint_id = ? AND coalesce(expires_at > ?, 1) "
        "ORDER BY expires_at IS NOT NULL, created_at DESC, id",
        (endpoint_id, now),
        lambda row: (str(row["id"]), Scheme(row["scheme"]), bytes(row["sealed"])),
    )


def add_secret(tx: Transaction, secret_id: str, endpoint_id: str, secret: Secret, sealed: bytes) -> None:
    tx.insert(
        "webhook_secrets",
        id=secret_id,
        endpoint_id=endpoint_id,
        scheme=secret.scheme.value,
        sealed=sealed,
        public=secret.public,
        created_at=tx.now,
        expires_at=None,
    )


def retire_secrets(tx: Transaction, endpoint_id: str, until: int, keep: int) -> None:
    """What is replaced signs until `until`, the `keep` newest of all; the others, and what has run out, are gone."""
    tx.run(
        "UPDATE webhook_secrets SET expires_at = ? WHERE endpoint_id = ? AND expires_at IS NULL", (until, endpoint_id)
    )
    tx.run(
        "DELETE FROM webhook_secrets WHERE endpoint_id = :id AND (expires_at <= :now OR id NOT IN (SELECT id FROM "
        "webhook_secrets WHERE endpoint_id = :id ORDER BY created_at DESC, id LIMIT :keep))",
        {"id": endpoint_id, "now": tx.now, "keep": keep},
    )


def _topics(names: frozenset[str]) -> str:
    return json.dumps(sorted(names))


def _endpoint(row: Row) -> Endpoint:
    return Endpoint(
        id=row["id"],
        org_id=row["org_id"],
        url=row["url"],
        description=row["description"],
        topics=frozenset(json.loads(row["topics"])),
        state=State(row["state"]),
        state_at=row["state_at"],
        failing_since=row["failing_since"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


def _known(row: Row) -> KnownSecret:
    return KnownSecret(row["id"], Scheme(row["scheme"]), row["public"], row["created_at"], row["expires_at"])
