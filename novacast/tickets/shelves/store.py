"""All SQL about what is sold without an hour."""

from collections.abc import Iterable

from novacast.database import Query, Row, Transaction
from novacast.tickets.shelves.models import Shelf, ShelfKind


def shelf(perf_id: str) -> Query[Shelf]:
    return Query("SELECT * FROM shelves WHERE perf_id = ?", (perf_id,), _shelf)


def among(perf_ids: Iterable[str]) -> Query[Shelf]:
    wanted = tuple(perf_ids)
    marks = ", ".join("?" * len(wanted))
    return Query(f"SELECT * FROM shelves WHERE perf_id IN ({marks})", wanted, _shelf)  # noqa: S608 - question marks only


def current(kind: ShelfKind, media_id: str) -> Query[Shelf]:
    return Query("SELECT * FROM shelves WHERE kind = ? AND media_id = ? AND current = 1", (kind, media_id), _shelf)


def of_media(kind: ShelfKind, media_id: str) -> Query[Shelf]:
    """In all currencies that it was ever sold in."""
    return Query("SELECT * FROM shelves WHERE media_id = ? AND kind = ?", (media_id, kind), _shelf)


def zone(org_id: str) -> Query[str]:
    """Of the house's latest event."""
    return Query(
        "SELECT timezone FROM events WHERE org_id = ? ORDER BY created_at DESC, id DESC LIMIT 1",
        (org_id,),
        lambda row: str(row[0]),
    )


def add(tx: Transaction, one: Shelf) -> None:
    tx.run("UPDATE shelves SET current = 0 WHERE kind = ? AND media_id = ? AND current = 1", (one.kind, one.media_id))
    tx.insert(
        "shelves",
        perf_id=one.perf_id,
        event_id=one.event_id,
        kind=one.kind,
        media_id=one.media_id,
        currency=one.currency,
    )


def end(tx: Transaction, perf_id: str, seq: int) -> None:
    """Once: a thing goes only once."""
    tx.run("UPDATE shelves SET gone = ? WHERE perf_id = ? AND gone IS NULL", (seq, perf_id))


def _shelf(row: Row) -> Shelf:
    return Shelf(
        row["perf_id"],
        row["event_id"],
        ShelfKind(row["kind"]),
        row["media_id"],
        row["currency"],
        bool(row["current"]),
        row["gone"],
    )
