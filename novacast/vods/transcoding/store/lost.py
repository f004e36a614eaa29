"""What sweeps look for. Instants too far in the future count as past: they were written before someone set the clock
back."""

from novacast.database import Query, Transaction
from novacast.vods.transcoding.models import (
    ATTEMPTS,
    LEASE,
    REMIND,
    SUSPICIOUS,
    Task,
)
from novacast.vods.transcoding.store.tasks import task
from novacast.vods.transcoding.store.transcodes import LIVE


def exhausted(now: int) -> Query[Task]:
    """Abandoned once too often."""
    return Query(
        "SELECT * FROM tasks WHERE state = 'running' AND lease_until NOT BETWEEN ? AND ? AND attempts >= ?",
        (now, now + 2 * LEASE, ATTEMPTS),
        task,
    )


def abandoned(now: int) -> Query[tuple[str, int]]:
    """Running tasks that were not renewed lately: (video, when anyone may take it)."""
    return Query(
        "SELECT video_id, CASE WHEN lease_until > :far THEN :now ELSE lease_until END AS free_at FROM tasks "
        "WHERE state = 'running' AND lease_until NOT BETWEEN :soon AND :far LIMIT 1000",
        {"now": now, "soon": now + SUSPICIOUS, "far": now + 2 * LEASE},
        lambda row: (row["video_id"], row["free_at"]),
    )


def stalled(now: int) -> Query[str]:
    """Asked to be cancelled while nobody works on it any more, or all of its tasks done and nobody said so."""
    return Query(
        """SELECT video_id FROM transcodes WHERE state IN ('queued', 'running') AND NOT EXISTS (
            SELECT 1 FROM tasks WHERE tasks.video_id = transcodes.video_id
            AND ((tasks.state = 'queued' AND transcodes.cancel = 0)
                OR (tasks.state = 'running' AND (transcodes.cancel = 0 OR lease_until BETWEEN ? AND ?)))
        ) LIMIT 1000""",
        (now, now + 2 * LEASE),
        lambda row: str(row["video_id"]),
    )


def forgotten(tx: Transaction) -> list[tuple[str, int]]:
    """Transcodes with tasks that wait and whose wake-ups must be lost by now, and how many tasks; each is marked as
    woken again."""
    due = tx.all(
        Query(
            f"""SELECT video_id, (SELECT count(*) FROM tasks WHERE tasks.video_id = transcodes.video_id
                AND tasks.state = 'queued') AS waiting
            FROM transcodes WHERE {LIVE} AND wake_at NOT BETWEEN ? AND ? ORDER BY wake_at LIMIT 1000""",  # noqa: S608 - conditions of ours
            (tx.now + 1, tx.now + 2 * REMIND),
            lambda row: (str(row["video_id"]), int(row["waiting"])),
        )
    )
    for video_id, _ in due:
        tx.run("UPDATE transcodes SET wake_at = ? WHERE video_id = ?", (tx.now + REMIND, video_id))
    return [(video_id, waiting) for video_id, waiting in due if waiting]


def forget_wake_ups(tx: Transaction) -> None:
    """Take every wake-up for lost: the next sweep makes them anew."""
    tx.run(f"UPDATE transcodes SET wake_at = ? WHERE {LIVE}", (tx.now,))  # noqa: S608 - conditions of ours


def workers() -> Query[str]:
    """Tokens of the attempts that run or may still run."""
    return Query("SELECT worker FROM tasks WHERE state = 'running'", (), lambda row: str(row["worker"]))
