"""All SQL about events' pictures."""

from collections.abc import Iterable

from novacast.database import Query, Transaction


def posters(event_ids: Iterable[str]) -> Query[tuple[str, str]]:
    """Event and id of its picture, of those that have one."""
    wanted = tuple(event_ids)
    marks = ", ".join("?" * len(wanted))
    return Query(
        f"SELECT event_id, picture FROM event_posters WHERE event_id IN ({marks})",  # noqa: S608 - question marks only
        wanted,
        lambda row: (row["event_id"], row["picture"]),
    )


def named() -> Query[str]:
    return Query("SELECT picture FROM event_posters", (), lambda row: str(row["picture"]))


def put(tx: Transaction, event_id: str, picture: str) -> None:
    tx.run(
        "INSERT INTO event_posters VALUES (?1, ?2, ?3) "
        "ON CONFLICT (event_id) DO UPDATE SET picture = ?2, brought_at = ?3",
        (event_id, picture, tx.now),
    )


def drop(tx: Transaction, event_id: str) -> int:
    return tx.run("DELETE FROM event_posters WHERE event_id = ?", (event_id,))
