"""All SQL about chapters."""

from collections.abc import Iterable

from novacast.database import Query, Transaction
from novacast.vods.chapters.models import Chapter


def of_video(video_id: str) -> Query[Chapter]:
    return Query(
        "SELECT at, title FROM chapters WHERE video_id = ? ORDER BY at",
        (video_id,),
        lambda row: Chapter(row["at"], row["title"]),
    )


def typed(video_id: str) -> Query[bool]:
    return Query("SELECT 1 FROM chapters_typed WHERE video_id = ?", (video_id,), lambda _: True)


def mark_typed(tx: Transaction, video_id: str) -> None:
    tx.run("INSERT INTO chapters_typed (video_id) VALUES (?) ON CONFLICT DO NOTHING", (video_id,))


def replace(tx: Transaction, video_id: str, chapters: Iterable[Chapter]) -> None:
    """Exactly these."""
    tx.run("DELETE FROM chapters WHERE video_id = ?", (video_id,))
    for one in chapters:
        tx.run("INSERT INTO chapters (video_id, at, title) VALUES (?, ?, ?)", (video_id, one.at, one.title))
