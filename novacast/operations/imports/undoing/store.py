"""All SQL of undoing imports."""

from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, translated, unpacked
from novacast.importing import Made
from novacast.operations.imports.undoing.models import MOST_KEPT, ORDER, Kept, Undone


def undone(import_id: str) -> Query[Undone]:
    return Query("SELECT * FROM import_undoings WHERE import_id = ?", (import_id,), _undone)


def begin(tx: Transaction, import_id: str, person_id: str | None) -> None:
    """What stayed before is looked at again."""
    tx.run("DELETE FROM import_kept WHERE import_id = ?", (import_id,))
    tx.run(
        "INSERT INTO import_undoings (import_id, person_id, beat_at, begun_at) VALUES (?1, ?2, ?3, ?3) "
        "ON CONFLICT (import_id) DO UPDATE SET kept = 0, person_id = ?2, beat_at = ?3, begun_at = ?3, ended_at = NULL",
        (import_id, person_id, tx.now),
    )


def again(tx: Transaction, import_id: str) -> None:
    """From the first thing on: what is gone is no more in its way."""
    tx.run("DELETE FROM import_kept WHERE import_id = ?", (import_id,))
    tx.run("UPDATE import_undoings SET kept = 0, beat_at = ? WHERE import_id = ?", (tx.now, import_id))


def advance(tx: Transaction, import_id: str, gone: int, kept: int) -> None:
    tx.run(
        "UPDATE import_undoings SET undone = undone + ?, kept = kept + ?, beat_at = ? WHERE import_id = ?",
        (gone, kept, tx.now, import_id),
    )


def end(tx: Transaction, import_id: str) -> None:
    tx.run("UPDATE import_undoings SET ended_at = ? WHERE import_id = ?", (tx.now, import_id))


def due(silent: int) -> Query[str]:
    return Query(
        "SELECT import_id FROM import_undoings WHERE ended_at IS NULL AND beat_at < ? ORDER BY beat_at LIMIT 20",
        (silent,),
        lambda row: str(row["import_id"]),
    )


def called(tx: Transaction, import_id: str) -> None:
    """Somebody is told to go on with it."""
    tx.run("UPDATE import_undoings SET beat_at = ? WHERE import_id = ?", (tx.now, import_id))


def made(import_id: str, kind: str, behind: str, limit: int) -> Query[Made]:
    return Query(
        "SELECT kind, key, id FROM import_links WHERE import_id = ? AND kind = ? AND id > ? AND made = 1 "
        "ORDER BY id LIMIT ?",
        (import_id, kind, behind, limit),
        lambda row: Made(row["kind"], row["key"], row["id"]),
    )


def is_made(import_id: str, kind: str, id_: str) -> Query[bool]:
    return Query(
        "SELECT 1 FROM import_links WHERE import_id = ? AND kind = ? AND id = ? AND made = 1 LIMIT 1",
        (import_id, kind, id_),
        lambda _: True,
    )


def count(import_id: str) -> Query[int]:
    """Things that it made, and that were not taken back."""
    return Query(
        "SELECT count(*) FROM import_links WHERE import_id = ? AND made = 1", (import_id,), lambda row: int(row[0])
    )


def drop_link(tx: Transaction, import_id: str, id_: str) -> int:
    """It can come over once more."""
    marks = ", ".join("?" * len(ORDER))
    return tx.run(
        f"DELETE FROM import_links WHERE import_id = ? AND kind IN ({marks}) AND id = ? AND made = 1",  # noqa: S608 - question marks only
        (import_id, *ORDER, id_),
    )


def keep(tx: Transaction, import_id: str, made_: Made, reason: str) -> None:
    known = Query("SELECT count(*) FROM import_kept WHERE import_id = ?", (import_id,), lambda row: int(row[0]))
    if (tx.one(known) or 0) < MOST_KEPT:
        tx.insert("import_kept", import_id=import_id, kind=made_.kind, key=made_.key[:200], reason=packed(reason))


def kept(import_id: str, behind: int, limit: int) -> Query[Kept]:
    return Query(
        "SELECT * FROM import_kept WHERE import_id = ? AND n > ? ORDER BY n LIMIT ?",
        (import_id, behind, limit),
        lambda row: Kept(row["n"], row["kind"], row["key"], translated(unpacked(row["reason"]))),
    )


def _undone(row: Row) -> Undone:
    return Undone(row["import_id"], row["undone"], row["kept"], row["person_id"], row["begun_at"], row["ended_at"])
