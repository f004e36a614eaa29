"""All SQL about transcodes. Whoever runs one writes only while the row still holds its token.

Instants too far in the future count as past: they were written before someone set the clock back.
"""

from novacast.database import Query, Row, Transaction
from novacast.vods.transcoding.models import ATTEMPTS, LEASE, REMIND, SUSPICIOUS, Transcode, TranscodeState


def transcode(row: Row) -> Transcode:
    return Transcode(
        video_id=row["video_id"],
        state=TranscodeState(row["state"]),
        attempts=row["attempts"],
        step=row["step"],
        progress=row["progress"],
        speed=row["speed"],
        reason=row["reason"],
        reason_code=row["reason_code"],
        worker=row["worker"],
        lease_until=row["lease_until"],
        cancelling=bool(row["cancel"]),
        queued_at=row["queued_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )


def by_video(video_id: str) -> Query[Transcode]:
    return Query("SELECT * FROM transcodes WHERE video_id = ?", (video_id,), transcode)


def by_videos(video_ids: list[str]) -> Query[Transcode]:
    marks = ", ".join("?" * len(video_ids))
    return Query(f"SELECT * FROM transcodes WHERE video_id IN ({marks})", tuple(video_ids), transcode)  # noqa: S608 - columns and conditions of ours


def queue(tx: Transaction, video_id: str) -> None:
    """A transcode at its very beginning, also where an earlier one ended."""
    tx.run(
        """INSERT INTO transcodes (video_id, state, wake_at, queued_at) VALUES (:id, 'queued', :wake, :now)
        ON CONFLICT (video_id) DO UPDATE SET state = 'queued', wake_at = :wake, queued_at = :now, attempts = 0,
            step = '', progress = 0, speed = NULL, reason = NULL, reason_code = NULL, worker = NULL,
            lease_until = NULL, cancel = 0, started_at = NULL, ended_at = NULL""",
        {"id": video_id, "now": tx.now, "wake": tx.now + REMIND},
    )


def claim(tx: Transaction, video_id: str, worker: str) -> bool:
    """Make `worker` the one who works on it, if it waits, or if its worker is not heard of any more."""
    return (
        tx.run(
            """UPDATE transcodes SET state = 'running', worker = ?, lease_until = ?, attempts = attempts + 1,
                step = 'probe', progress = 0, speed = NULL, started_at = ?
            WHERE video_id = ? AND (
                state = 'queued' OR (state = 'running' AND attempts < ? AND lease_until NOT BETWEEN ? AND ?)
            )""",
            (worker, tx.now + LEASE, tx.now, video_id, ATTEMPTS, tx.now, tx.now + 2 * LEASE),
        )
        == 1
    )


def beat(tx: Transaction, video_id: str, worker: str, step: str, progress: int, speed: float | None) -> bool | None:
    """Renew the lease and tell how far it is. True: go on; False: cancel was asked; None: it is not ours any more."""
    mine = tx.run(
        "UPDATE transcodes SET lease_until = ?, step = ?, progress = ?, speed = ? WHERE video_id = ? AND worker = ?",
        (tx.now + LEASE, step, progress, speed, video_id, worker),
    )
    if not mine:
        return None
    return tx.one(Query("SELECT cancel FROM transcodes WHERE video_id = ?", (video_id,), lambda row: not row["cancel"]))


def held(video_id: str, worker: str) -> Query[bool]:
    return Query("SELECT 1 FROM transcodes WHERE video_id = ? AND worker = ?", (video_id, worker), lambda _: True)


def ask_to_cancel(tx: Transaction, video_id: str) -> None:
    tx.run("UPDATE transcodes SET cancel = 1 WHERE video_id = ? AND state = 'running'", (video_id,))


def cancel_queued(tx: Transaction, video_id: str) -> bool:
    """True if it waited and is cancelled now."""
    return (
        tx.run(
            "UPDATE transcodes SET state = 'cancelled', ended_at = ? WHERE video_id = ? AND state = 'queued'",
            (tx.now, video_id),
        )
        == 1
    )


def end(
    tx: Transaction,
    video_id: str,
    worker: str,
    state: TranscodeState,
    reason: str | None = None,
    reason_code: str | None = None,
) -> bool:
    """The end of the attempt `worker`; False if it was not his to end any more."""
    return (
        tx.run(
            """UPDATE transcodes SET state = ?, reason = ?, reason_code = ?, ended_at = ?, worker = NULL,
                lease_until = NULL, speed = NULL, cancel = 0,
                progress = CASE ? WHEN 'done' THEN 1000 ELSE progress END
            WHERE video_id = ? AND worker = ?""",
            (state.value, reason, reason_code, tx.now, state.value, video_id, worker),
        )
        == 1
    )


def hand_back(tx: Transaction, video_id: str, worker: str) -> None:
    """The worker stops for a reason of its own, a shutdown: the attempt does not count, a sweep wakes another."""
    tx.run(
        """UPDATE transcodes SET state = 'queued', worker = NULL, lease_until = NULL, speed = NULL, step = '',
            attempts = max(attempts - 1, 0), wake_at = ?
        WHERE video_id = ? AND worker = ?""",
        (tx.now, video_id, worker),
    )


def exhausted(now: int) -> Query[Transcode]:
    """Abandoned once too often."""
    return Query(
        "SELECT * FROM transcodes WHERE state = 'running' AND lease_until NOT BETWEEN ? AND ? AND attempts >= ?",
        (now, now + 2 * LEASE, ATTEMPTS),
        transcode,
    )


def abandoned(now: int) -> Query[tuple[str, int]]:
    """Running rows that were not renewed lately: (video, when anyone may take it)."""
    return Query(
        "SELECT video_id, CASE WHEN lease_until > :far THEN :now ELSE lease_until END AS free_at FROM transcodes "
        "WHERE state = 'running' AND lease_until NOT BETWEEN :soon AND :far LIMIT 1000",
        {"now": now, "soon": now + SUSPICIOUS, "far": now + 2 * LEASE},
        lambda row: (row["video_id"], row["free_at"]),
    )


def forgotten(tx: Transaction) -> list[str]:
    """Queued rows whose wake-up must be lost by now; each is marked as woken again."""
    due = tx.all(
        Query(
            "SELECT video_id FROM transcodes WHERE state = 'queued' AND wake_at NOT BETWEEN ? AND ? "
            "ORDER BY wake_at LIMIT 1000",
            (tx.now + 1, tx.now + 2 * REMIND),
            lambda row: str(row["video_id"]),
        )
    )
    for video_id in due:
        tx.run("UPDATE transcodes SET wake_at = ? WHERE video_id = ?", (tx.now + REMIND, video_id))
    return due


def forget_wake_ups(tx: Transaction) -> None:
    """Take every wake-up for lost: the next sweep makes them anew."""
    tx.run("UPDATE transcodes SET wake_at = ? WHERE state = 'queued'", (tx.now,))


def workers() -> Query[str]:
    """Tokens of the attempts that run or may still run."""
    return Query("SELECT worker FROM transcodes WHERE state = 'running'", (), lambda row: str(row["worker"]))
