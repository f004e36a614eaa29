"""All SQL about downloads."""

from novacast.clock import MINUTE
from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, unpacked
from novacast.vods import store as videos
from novacast.vods.downloads.models import Allowed, File, State

REMIND = 10 * MINUTE
"""How long after a wake-up a file that is still wanted gets another one."""


def _file(row: Row) -> File:
    reason = None if row["reason"] is None else unpacked(row["reason"])
    return File(row["video_id"], row["rung"], row["edition"], State(row["state"]), reason, row["bytes"])


def permission(video_id: str) -> Query[tuple[Allowed, int]]:
    """Who may, and how often one was begun."""
    return Query(
        "SELECT allowed, taken FROM downloads WHERE video_id = ?",
        (video_id,),
        lambda row: (Allowed(row["allowed"]), int(row["taken"])),
    )


def allow(tx: Transaction, video_id: str, allowed: Allowed) -> None:
    tx.run(
        """INSERT INTO downloads (video_id, allowed) VALUES (?, ?)
        ON CONFLICT (video_id) DO UPDATE SET allowed = excluded.allowed""",
        (video_id, allowed.value),
    )


def count(tx: Transaction, video_id: str) -> None:
    tx.run(
        """INSERT INTO downloads (video_id, allowed, taken) VALUES (?, 'none', 1)
        ON CONFLICT (video_id) DO UPDATE SET taken = taken + 1""",
        (video_id,),
    )


def files(video_id: str) -> Query[File]:
    return Query("SELECT * FROM download_files WHERE video_id = ?", (video_id,), _file)


def file(video_id: str, rung: str) -> Query[File]:
    return Query("SELECT * FROM download_files WHERE video_id = ? AND rung = ?", (video_id, rung), _file)


def wanted(video_id: str) -> Query[File]:
    return Query("SELECT * FROM download_files WHERE video_id = ? AND state = 'wanted'", (video_id,), _file)


def want(tx: Transaction, video_id: str, rung: str, edition: str) -> None:
    tx.run(
        """INSERT INTO download_files (video_id, rung, edition, state, wake_at, used_at)
        VALUES (:id, :rung, :edition, 'wanted', :wake, :now)
        ON CONFLICT (video_id, rung) DO UPDATE SET edition = excluded.edition, state = 'wanted', reason = NULL,
            bytes = NULL, wake_at = excluded.wake_at, used_at = excluded.used_at""",
        {"id": video_id, "rung": rung, "edition": edition, "wake": tx.now + REMIND, "now": tx.now},
    )


def ready(tx: Transaction, made: File, size: int) -> bool:
    return (
        tx.run(
            """UPDATE download_files SET state = 'ready', bytes = ?, reason = NULL
            WHERE video_id = ? AND rung = ? AND edition = ?""",
            (size, made.video_id, made.rung, made.edition),
        )
        == 1
    )


def failed(tx: Transaction, made: File, reason: str) -> None:
    tx.run(
        """UPDATE download_files SET state = 'failed', reason = ?
        WHERE video_id = ? AND rung = ? AND edition = ? AND state = 'wanted'""",
        (packed(reason), made.video_id, made.rung, made.edition),
    )


def used(tx: Transaction, video_id: str, rung: str) -> None:
    tx.run("UPDATE download_files SET used_at = ? WHERE video_id = ? AND rung = ?", (tx.now, video_id, rung))


def stale(tx: Transaction, before: int) -> list[File]:
    """Files that nobody fetched lately, or of an edition that is gone. Their rows go."""
    old = tx.all(
        Query(
            """SELECT download_files.* FROM download_files JOIN videos ON videos.id = video_id
            WHERE (used_at < ? OR videos.edition IS NOT download_files.edition)
            AND download_files.state <> 'wanted' LIMIT 1000""",
            (before,),
            _file,
        )
    )
    for one in old:
        forget(tx, one)
    return old


def forget(tx: Transaction, one: File) -> None:
    tx.run(
        "DELETE FROM download_files WHERE video_id = ? AND rung = ? AND edition = ?",
        (one.video_id, one.rung, one.edition),
    )


def forgotten(tx: Transaction) -> list[str]:
    """Videos with files whose wake-up must be lost by now; each is marked as woken again."""
    return videos.forgotten(tx, "download_files", "state = 'wanted'", REMIND)
