"""All SQL about events that came."""

from novacast.database import Query, Row, Transaction
from novacast.payments.inbox.models import Heard, Kept, State


def add(tx: Transaction, provider: str, heard: Heard) -> bool:
    """Whether it is new."""
    return bool(
        tx.run(
            "INSERT INTO payment_events (provider, id, type, kind, about, at, received_at, due_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, id) DO NOTHING",
            (provider, heard.id, heard.type, heard.kind, heard.about, heard.at, tx.now, tx.now),
        )
    )


def due(now: int, limit: int) -> Query[Kept]:
    return Query(
        "SELECT * FROM payment_events WHERE state = 'new' AND due_at <= ? ORDER BY due_at LIMIT ?", (now, limit), _kept
    )


def worked(tx: Transaction, provider: str, event: str, state: State) -> None:
    tx.run("UPDATE payment_events SET state = ? WHERE provider = ? AND id = ?", (state, provider, event))


def put_off(tx: Transaction, kept: Kept, due_at: int) -> None:
    tx.run(
        "UPDATE payment_events SET tries = tries + 1, due_at = ? WHERE provider = ? AND id = ?",
        (due_at, kept.provider, kept.heard.id),
    )


def state(provider: str, event: str) -> Query[State]:
    return Query(
        "SELECT state FROM payment_events WHERE provider = ? AND id = ?",
        (provider, event),
        lambda row: State(row["state"]),
    )


def waiting() -> Query[int]:
    return Query("SELECT count(*) AS n FROM payment_events WHERE state = 'new'", (), lambda row: int(row["n"]))


def seen(provider: str) -> Query[int]:
    """Until when events were asked for."""
    return Query("SELECT until FROM payment_events_seen WHERE provider = ?", (provider,), lambda row: int(row["until"]))


def see(tx: Transaction, provider: str, until: int) -> None:
    tx.run(
        "INSERT INTO payment_events_seen VALUES (?, ?) ON CONFLICT (provider) DO UPDATE SET until = excluded.until",
        (provider, until),
    )


def prune(tx: Transaction, before: int) -> None:
    """What was worked on long ago; no provider sends it again."""
    tx.run("DELETE FROM payment_events WHERE received_at < ? AND state <> 'new' AND state <> 'failed'", (before,))


def _kept(row: Row) -> Kept:
    heard = Heard(row["id"], row["type"], row["kind"], row["about"], row["at"])
    return Kept(row["provider"], heard, row["tries"])
