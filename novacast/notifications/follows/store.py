"""SQL of who follows what."""

from collections.abc import Sequence

from novacast.database import Query, Row, Transaction
from novacast.notifications.follows.models import Follow, Followed


def of_person(person_id: str) -> Query[Follow]:
    return Query("SELECT * FROM follows WHERE person_id = ? ORDER BY since DESC, thing_id", (person_id,), _follow)


def one(person_id: str, kind: Followed, thing_id: str) -> Query[Follow]:
    return Query(
        "SELECT * FROM follows WHERE person_id = ? AND kind = ? AND thing_id = ?", (person_id, kind, thing_id), _follow
    )


def count(person_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM follows WHERE person_id = ?", (person_id,), lambda row: int(row[0]))


def followers(things: Sequence[str], after: str, limit: int) -> Query[str]:
    """Ids of people who follow any of these, each once, in the order of their ids."""
    marks = ", ".join("?" * len(things))
    return Query(
        f"SELECT DISTINCT person_id FROM follows WHERE thing_id IN ({marks}) AND person_id > ? "  # noqa: S608 - question marks only
        "ORDER BY person_id LIMIT ?",
        (*things, after, limit),
        lambda row: str(row["person_id"]),
    )


def add(tx: Transaction, person_id: str, kind: Followed, thing_id: str) -> None:
    tx.run("INSERT INTO follows VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", (person_id, kind, thing_id, tx.now))


def remove(tx: Transaction, person_id: str, kind: Followed, thing_id: str) -> int:
    return tx.run("DELETE FROM follows WHERE person_id = ? AND kind = ? AND thing_id = ?", (person_id, kind, thing_id))


def forget(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM follows WHERE person_id = ?", (person_id,))


def _follow(row: Row) -> Follow:
    return Follow(Followed(row["kind"]), row["thing_id"], row["since"])
