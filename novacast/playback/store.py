"""All SQL of playback."""

from collections.abc import Sequence

from novacast.database import Query, Row, Transaction
from novacast.playback.models import EndReason, Viewer, Viewing

SWEPT = 1000
"""Rows deleted in one unit, so that a sweep never holds the writer."""


def viewing(id_: str) -> Query[Viewing]:
    return Query("SELECT * FROM playback_viewings WHERE id = ?", (id_,), _viewing)


def active_on(person_id: str, media_id: str, now: int, *, besides: str = "") -> Query[Viewing]:
    """A person's sessions on one thing that have not ended, `besides` one of them."""
    return Query(
        "SELECT * FROM playback_viewings WHERE person_id = ? AND media_id = ? AND ended_at IS NULL AND expires_at > ? "
        "AND id <> ?",
        (person_id, media_id, now, besides),
        _viewing,
    )


def active_of(person_id: str, now: int, limit: int, after: tuple[int, str] | None) -> Query[Viewing]:
    """A person's sessions, newest first, older than the key `after` (started_at, id)."""
    started_at, id_ = after or (2**62, "")
    return Query(
        "SELECT * FROM playback_viewings WHERE person_id = ? AND ended_at IS NULL AND expires_at > ? "
        "AND (started_at, id) < (?, ?) ORDER BY started_at DESC, id DESC LIMIT ?",
        (person_id, now, started_at, id_, limit),
        _viewing,
    )


def seen_between(media_id: str, first: int, last: int) -> Query[str]:
    """Ids of sessions on a thing whose last written sign of life lies between two instants."""
    return Query(
        "SELECT id FROM playback_viewings WHERE media_id = ? AND seen_at >= ? AND seen_at < ? AND ended_at IS NULL",
        (media_id, first, last),
        lambda row: str(row["id"]),
    )


def seen_since(at: int) -> Query[tuple[str, str, str, str, int, int]]:
    """Sessions of people that gave a sign of life since: id, person, what they watched, device, begin, last sign."""
    return Query(
        "SELECT * FROM playback_viewings WHERE seen_at >= ? AND person_id IS NOT NULL",
        (at,),
        lambda row: (
            row["id"], row["person_id"], row["media_id"], row["device"], row["started_at"], row["seen_at"],
        ),
    )  # fmt: skip


def of_person(person_id: str) -> Query[Viewing]:
    """All that is kept of a person, ended or not, newest first."""
    return Query(
        "SELECT * FROM playback_viewings WHERE person_id = ? ORDER BY started_at DESC, id DESC", (person_id,), _viewing
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM playback_viewings WHERE person_id = ?", (person_id,))


def add(tx: Transaction, one: Viewing) -> None:
    tx.insert(
        "playback_viewings",
        id=one.id,
        media_id=one.media_id,
        org_id=one.org_id,
        title=one.title,
        person_id=one.viewer.person_id,
        session_id=one.viewer.session_id,
        device=one.device,
        started_at=one.started_at,
        seen_at=one.seen_at,
        expires_at=one.expires_at,
    )


def end(tx: Transaction, id_: str, reason: EndReason) -> bool:
    """Whether it was still running."""
    return bool(
        tx.run(
            "UPDATE playback_viewings SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL",
            (tx.now, reason, id_),
        )
    )


def touch(tx: Transaction, signs: Sequence[tuple[str, int, int]]) -> None:
    """Write down signs of life: (id, seen_at, expires_at)."""
    for id_, seen_at, expires_at in signs:
        tx.run(
            "UPDATE playback_viewings SET seen_at = max(seen_at, ?), expires_at = max(expires_at, ?) "
            "WHERE id = ? AND ended_at IS NULL",
            (seen_at, expires_at, id_),
        )


def sweep(tx: Transaction, before: int) -> int:
    """Delete sessions that expired before an instant; how many, at most SWEPT. Ended ones expire as well."""
    return tx.run(
        "DELETE FROM playback_viewings WHERE id IN "
        "(SELECT id FROM playback_viewings WHERE expires_at < ? ORDER BY expires_at LIMIT ?)",
        (before, SWEPT),
    )


def _viewing(row: Row) -> Viewing:
    return Viewing(
        id=row["id"],
        media_id=row["media_id"],
        org_id=row["org_id"],
        title=row["title"],
        viewer=Viewer(row["person_id"], row["session_id"]),
        device=row["device"],
        started_at=row["started_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
    )
