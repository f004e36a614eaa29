"""All SQL about chapters."""

from collections.abc import Iterable

from novacast.database import Query, Transaction
from novacast.vods.chapters.models import Chapter, State


def of_video(video_id: str) -> Query[Chapter]:
    return Query(
        "SELECT at, title FROM chapters WHERE video_id = ? ORDER BY at",
        (video_id,),
        lambda row: Chapter(row["at"], row["title"]),
    )


def state(video_id: str) -> Query[State]:
    """None where nobody ever wrote any."""
    return Query(
        "SELECT revision, typed FROM chapter_lists WHERE video_id = ?",
        (video_id,),
        lambda row: State(row["revision"], bool(row["typed"])),
    )


def replace(tx: Transaction, video_id: str, chapters: Iterable[Chapter], *, typed: bool) -> None:
    """Exactly these, as the next revision."""
    tx.run(
        "INSERT INTO chapter_lists (video_id, revision, typed) VALUES (:id, 1, :typed) "
        "ON CONFLICT (video_id) DO UPDATE SET revision = revision + 1, typed = :typed",
        {"id": video_id, "typed": typed},
    )
    tx.run("DELETE FROM chapters WHERE video_id = ?", (video_id,))
    for one in chapters:
        tx.run("INSERT INTO chapters (video_id, at, title) VALUES (?, ?, ?)", (video_id, one.at, one.title))
