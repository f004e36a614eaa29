"""All SQL about replacements."""

from novacast.clock import MINUTE
from novacast.database import Query, Transaction
from novacast.i18n import packed, unpacked
from novacast.vods import store as videos
from novacast.vods.models import Draft
from novacast.vods.replacement.models import Replacement

REMIND = 10 * MINUTE
"""How long after a wake-up one that still waits gets another."""


def of_video(video_id: str) -> Query[Replacement]:
    return Query(
        "SELECT * FROM replacements WHERE video_id = ?",
        (video_id,),
        lambda row: Replacement(
            row["video_id"],
            row["upload_id"],
            row["source_name"],
            row["source_bytes"],
            None if row["reason"] is None else unpacked(row["reason"]),
            row["asked_at"],
        ),
    )


def add(tx: Transaction, video_id: str, draft: Draft) -> None:
    """Instead of one that waits already."""
    remove(tx, video_id)
    tx.insert(
        "replacements",
        video_id=video_id,
        upload_id=draft.id,
        source_name=draft.source_name,
        source_bytes=draft.source_bytes,
        asked_at=tx.now,
        wake_at=tx.now + REMIND,
    )


def refuse(tx: Transaction, one: Replacement, reason: str) -> bool:
    return (
        tx.run(
            "UPDATE replacements SET reason = ? WHERE video_id = ? AND upload_id = ?",
            (packed(reason), one.video_id, one.upload_id),
        )
        == 1
    )


def remove(tx: Transaction, video_id: str) -> None:
    tx.run("DELETE FROM replacements WHERE video_id = ?", (video_id,))


def forgotten(tx: Transaction) -> list[str]:
    """Videos whose wake-up must be lost by now; each is marked as woken again."""
    return videos.forgotten(tx, "replacements", "reason IS NULL", REMIND)
