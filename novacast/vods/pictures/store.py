"""All SQL about pictures."""

from novacast.clock import MINUTE
from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, unpacked
from novacast.identity import new_id
from novacast.vods import store as videos
from novacast.vods.pictures.models import Kind, Picture, State

REMIND = 10 * MINUTE
"""How long after a wake-up a picture that is still wanted gets another one."""


def picture(row: Row) -> Picture:
    return Picture(
        id=row["id"],
        video_id=row["video_id"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        at=row["at"],
        choose=bool(row["choose"]),
        reason=None if row["reason"] is None else unpacked(row["reason"]),
        created_at=row["created_at"],
    )


def of_video(video_id: str) -> Query[Picture]:
    """The proposed ones first, then the others, newest first."""
    return Query(
        """SELECT * FROM pictures WHERE video_id = ?
        ORDER BY kind <> 'proposed', CASE kind WHEN 'proposed' THEN at END, created_at DESC, id DESC""",
        (video_id,),
        picture,
    )


def named(video_id: str, picture_id: str) -> Query[Picture]:
    return Query("SELECT * FROM pictures WHERE video_id = ? AND id = ?", (video_id, picture_id), picture)


def wanted(video_id: str) -> Query[Picture]:
    return Query(
        "SELECT * FROM pictures WHERE video_id = ? AND state = 'wanted' ORDER BY created_at, id", (video_id,), picture
    )


def add(tx: Transaction, video_id: str, kind: Kind, at: int | None, *, choose: bool, id: str = "") -> str:
    """Its id."""
    picture_id = id or new_id()
    tx.insert(
        "pictures",
        id=picture_id,
        video_id=video_id,
        kind=kind.value,
        state=State.WANTED.value,
        at=at,
        choose=int(choose),
        created_at=tx.now,
        wake_at=tx.now + REMIND,
    )
    return picture_id


def choose_no_other(tx: Transaction, video_id: str) -> None:
    """The latest wish counts: none that is still in the making is chosen any more."""
    tx.run("UPDATE pictures SET choose = 0 WHERE video_id = ? AND choose = 1", (video_id,))


def ready(tx: Transaction, picture_id: str) -> bool:
    return (
        tx.run("UPDATE pictures SET state = 'ready', reason = NULL WHERE id = ? AND state <> 'ready'", (picture_id,))
        == 1
    )


def failed(tx: Transaction, picture_id: str, reason: str) -> bool:
    return (
        tx.run(
            "UPDATE pictures SET state = 'failed', reason = ? WHERE id = ? AND state = 'wanted'",
            (packed(reason), picture_id),
        )
        == 1
    )


def remove(tx: Transaction, picture_id: str) -> None:
    tx.run("DELETE FROM pictures WHERE id = ?", (picture_id,))


def forgotten(tx: Transaction) -> list[str]:
    """Videos with pictures whose wake-up must be lost by now; each is marked as woken again."""
    return videos.forgotten(tx, "pictures", "state = 'wanted'", REMIND)
