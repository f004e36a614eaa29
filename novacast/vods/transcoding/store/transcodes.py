"""Rows of transcodes."""

from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, unpacked
from novacast.vods.transcoding.models import (
    Encoded,
    Transcode,
    TranscodeState,
)

LIVE = "state IN ('queued', 'running')"


def transcode(row: Row) -> Transcode:
    return Transcode(
        video_id=row["video_id"],
        state=TranscodeState(row["state"]),
        attempts=row["attempts"],
        step=row["step"],
        progress=row["progress"],
        speed=row["speed"],
        reason=None if row["reason"] is None else unpacked(row["reason"]),
        reason_code=row["reason_code"],
        cancelling=bool(row["cancel"]),
        queued_at=row["queued_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        edition=row["edition"],
        digest=row["digest"],
        plan=row["plan"],
        encoded=Encoded.read(row["encoded"]),
    )


def by_video(video_id: str) -> Query[Transcode]:
    return Query("SELECT * FROM transcodes WHERE video_id = ?", (video_id,), transcode)


def by_videos(video_ids: list[str]) -> Query[Transcode]:
    marks = ", ".join("?" * len(video_ids))
    return Query(f"SELECT * FROM transcodes WHERE video_id IN ({marks})", tuple(video_ids), transcode)  # noqa: S608 - columns and conditions of ours


def plan(tx: Transaction, video_id: str, edition: str, digest: str, text: str, weight: int) -> None:
    """The transcode has this plan from now on. Tasks of another edition are forgotten."""
    tx.run(
        """UPDATE transcodes SET planned = 1, encoded = CASE WHEN edition IS ? THEN encoded END, edition = ?,
            digest = ?, plan = ?, weight = ? WHERE video_id = ?""",
        (edition, edition, digest, text, weight, video_id),
    )
    tx.run("DELETE FROM tasks WHERE video_id = ? AND kind <> 'plan' AND edition <> ?", (video_id, edition))


def ask_to_cancel(tx: Transaction, video_id: str) -> None:
    tx.run(f"UPDATE transcodes SET cancel = 1 WHERE video_id = ? AND {LIVE}", (video_id,))  # noqa: S608 - conditions of ours


def end(
    tx: Transaction, video_id: str, state: TranscodeState, reason: str | None = None, reason_code: str | None = None
) -> bool:
    """The end of the transcode; False if it had ended. Its files are to be looked at (`untidy`)."""
    return (
        tx.run(
            f"""UPDATE transcodes SET state = ?, reason = ?, reason_code = ?, ended_at = ?, speed = NULL, cancel = 0,
                tidy = 0, progress = CASE ? WHEN 'done' THEN 1000 ELSE progress END
            WHERE video_id = ? AND {LIVE}""",  # noqa: S608 - conditions of ours
            (
                state.value, None if reason is None else packed(reason), reason_code, tx.now, state.value, video_id
            ),
        )
        == 1
    )  # fmt: skip


def forget(tx: Transaction, video_id: str) -> None:
    """No task of it is worth keeping, nor its plan."""
    tx.run("DELETE FROM tasks WHERE video_id = ?", (video_id,))
    tx.run(
        "UPDATE transcodes SET planned = 0, digest = NULL, plan = NULL, edition = NULL WHERE video_id = ?", (video_id,)
    )


def tidied(tx: Transaction, video_id: str) -> None:
    tx.run("UPDATE transcodes SET tidy = 1 WHERE video_id = ?", (video_id,))


def untidy() -> Query[str]:
    return Query("SELECT video_id FROM transcodes WHERE tidy = 0 LIMIT 1000", (), lambda row: str(row[0]))
