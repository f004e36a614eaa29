"""All SQL about uploads. How far one has got is not here: the length of its file says that."""

from novacast.database import Query, Row, Transaction
from novacast.vods.models import Visibility
from novacast.vods.uploads.models import Upload

WITHDRAWN = 0
"""Instant of expiry of an upload that nothing may prolong: not even a request that brings bytes to it."""


def upload(row: Row) -> Upload:
    return Upload(
        id=row["id"],
        org_id=row["org_id"],
        person_id=row["person_id"],
        title=row["title"],
        description=row["description"],
        language=row["language"],
        visibility=Visibility(row["visibility"]),
        filename=row["filename"],
        metadata=row["metadata"],
        length=row["length"],
        finished=row["state"] == "finished",
        unchecked_from=row["unchecked_from"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def by_id(upload_id: str) -> Query[Upload]:
    return Query("SELECT * FROM uploads WHERE id = ?", (upload_id,), upload)


def unfinished_of(person_id: str, limit: int) -> Query[Upload]:
    return Query(
        "SELECT * FROM uploads WHERE person_id = ? AND +state = 'open' ORDER BY created_at DESC, id DESC LIMIT ?",
        (person_id, limit),
        upload,
    )


def count_unfinished(person_id: str) -> Query[int]:
    return Query(
        "SELECT count(*) FROM uploads WHERE person_id = ? AND state = 'open'", (person_id,), lambda row: int(row[0])
    )


def unfinished() -> Query[Upload]:
    return Query("SELECT * FROM uploads WHERE state = 'open'", (), upload)


def expired(now: int) -> Query[Upload]:
    return Query("SELECT * FROM uploads WHERE expires_at <= ? ORDER BY expires_at LIMIT 1000", (now,), upload)


def add(tx: Transaction, new: Upload) -> None:
    tx.insert(
        "uploads",
        id=new.id,
        org_id=new.org_id,
        person_id=new.person_id,
        title=new.title,
        description=new.description,
        language=new.language,
        visibility=new.visibility.value,
        filename=new.filename,
        metadata=new.metadata,
        length=new.length,
        state="open",
        created_at=new.created_at,
        expires_at=new.expires_at,
    )


def mark_unchecked(tx: Transaction, upload_id: str, offset: int | None) -> None:
    tx.run("UPDATE uploads SET unchecked_from = ? WHERE id = ?", (offset, upload_id))


def touch(tx: Transaction, upload_id: str, expires_at: int) -> None:
    """Something arrived and is good."""
    tx.run(
        "UPDATE uploads SET unchecked_from = NULL, expires_at = ? WHERE id = ? AND expires_at > ?",
        (expires_at, upload_id, WITHDRAWN),
    )


def finish(tx: Transaction, upload_id: str, expires_at: int) -> bool:
    """False if it is finished already, withdrawn, or gone."""
    return (
        tx.run(
            "UPDATE uploads SET state = 'finished', unchecked_from = NULL, expires_at = ? "
            "WHERE id = ? AND state = 'open' AND expires_at > ?",
            (expires_at, upload_id, WITHDRAWN),
        )
        == 1
    )


def withdraw(tx: Transaction, org_id: str, person_id: str | None = None) -> None:
    """What is unfinished for this organization (of this person) never becomes a video; the sweep takes the files."""
    tx.run(
        "UPDATE uploads SET expires_at = :never WHERE org_id = :org AND state = 'open' "
        "AND (:person IS NULL OR person_id = :person)",
        {"never": WITHDRAWN, "org": org_id, "person": person_id},
    )


def remove(tx: Transaction, upload_id: str) -> None:
    tx.run("DELETE FROM uploads WHERE id = ?", (upload_id,))


def of_person(person_id: str) -> Query[Upload]:
    return Query("SELECT * FROM uploads WHERE person_id = ? ORDER BY created_at DESC, id DESC", (person_id,), upload)
