"""All SQL about the writing down of speech."""

import json
from collections.abc import Sequence
from dataclasses import astuple

from novacast.database import Query, Row, Transaction
from novacast.vods.captions.models import Track
from novacast.vods.captions.speech.models import LEASE, LONGEST_WAIT, Speech, SpeechState
from novacast.vods.captions.speech.pieces import Line, Piece

_WAITING = "state = 'queued', worker = NULL, lease_until = NULL, attempts = 0, reason = NULL"


def by_video(video_id: str) -> Query[Speech]:
    return Query("SELECT * FROM caption_speech WHERE video_id = ?", (video_id,), _speech)


def begin(tx: Transaction, video_id: str, language: str) -> None:
    """From the beginning, whatever was before."""
    tx.run("DELETE FROM caption_speech WHERE video_id = ?", (video_id,))
    tx.insert("caption_speech", video_id=video_id, state="queued", language=language, wake_at=tx.now, queued_at=tx.now)


def claim(tx: Transaction, video_id: str, worker: str) -> bool:
    """Whether it is ours from now on: it waits and is due, or its worker is lost."""
    return bool(
        tx.run(
            """UPDATE caption_speech SET state = 'running', worker = :worker, lease_until = :until,
                attempts = attempts + 1
            WHERE video_id = :id AND ((state = 'queued' AND wake_at NOT BETWEEN :soon AND :far)
                OR (state = 'running' AND lease_until NOT BETWEEN :soon AND :until))""",
            {"worker": worker, "until": tx.now + LEASE, "id": video_id, **_waiting(tx.now)},
        )
    )


def beat(tx: Transaction, video_id: str, worker: str) -> bool:
    """Whether it is still ours."""
    sql = "UPDATE caption_speech SET lease_until = ? WHERE video_id = ? AND worker = ?"
    return bool(tx.run(sql, (tx.now + LEASE, video_id, worker)))


def plan(tx: Transaction, video_id: str, worker: str, pieces: Sequence[Piece]) -> bool:
    """It waits for its first piece."""
    sql = f"UPDATE caption_speech SET pieces = ?, {_WAITING} WHERE video_id = ? AND worker = ?"  # noqa: S608 - ours
    return bool(tx.run(sql, (json.dumps([astuple(piece) for piece in pieces]), video_id, worker)))


def hear(tx: Transaction, speech: Speech, worker: str, language: str, lines: Sequence[Line]) -> bool:
    """One piece more; it waits for the next."""
    heard = [*speech.heard, lines]
    kept = json.dumps([[astuple(line) for line in piece] for piece in heard], ensure_ascii=False)
    sql = f"UPDATE caption_speech SET heard = ?, language = ?, {_WAITING} WHERE video_id = ? AND worker = ?"  # noqa: S608 - ours
    return bool(tx.run(sql, (kept, language, speech.video_id, worker)))


def put_off(tx: Transaction, video_id: str, worker: str, until: int, reason: str) -> bool:
    return bool(
        tx.run(
            """UPDATE caption_speech SET state = 'queued', worker = NULL, lease_until = NULL, wake_at = ?,
                reason = ? WHERE video_id = ? AND worker = ?""",
            (until, reason, video_id, worker),
        )
    )


def end(
    tx: Transaction, video_id: str, worker: str, state: SpeechState, reason: str | None, track_id: str | None
) -> bool:
    return bool(
        tx.run(
            """UPDATE caption_speech SET state = ?, worker = NULL, lease_until = NULL, reason = ?, track_id = ?,
                ended_at = ? WHERE video_id = ? AND worker = ?""",
            (state.value, reason, track_id, tx.now, video_id, worker),
        )
    )


def cancel(tx: Transaction, video_id: str) -> bool:
    """At once: a worker finds out by its next sign of life that it is not its own any more."""
    return bool(
        tx.run(
            """UPDATE caption_speech SET state = 'cancelled', worker = NULL, lease_until = NULL, ended_at = ?
            WHERE video_id = ? AND state IN ('queued', 'running')""",
            (tx.now, video_id),
        )
    )


def due(now: int) -> Query[str]:
    """Those that wait and may be tried, and those whose worker is lost."""
    return Query(
        """SELECT video_id FROM caption_speech WHERE (state = 'queued' AND wake_at NOT BETWEEN :soon AND :far)
            OR (state = 'running' AND lease_until NOT BETWEEN :soon AND :until)""",
        {"until": now + LEASE, **_waiting(now)},
        lambda row: str(row["video_id"]),
    )


def unasked(limit: int) -> Query[str]:
    """Videos that can be watched and were never listened to, nor have captions, the latest first."""
    return Query(
        """SELECT id FROM videos WHERE state = 'ready'
            AND NOT EXISTS (SELECT 1 FROM caption_speech WHERE video_id = videos.id)
            AND NOT EXISTS (SELECT 1 FROM caption_tracks WHERE video_id = videos.id)
        ORDER BY n DESC LIMIT ?""",
        (limit,),
        lambda row: str(row["id"]),
    )


def untouched(tracks: Sequence[Track], language: str) -> Track | None:
    """An automatic track in this language that nobody has worked on: the only kind that is ever replaced."""
    return next((track for track in tracks if track.automatic and track.language == language), None)


def _waiting(now: int) -> dict[str, int]:
    """Instants until which one has to wait. One beyond was written before someone set the clock back."""
    return {"soon": now + 1, "far": now + LONGEST_WAIT}


def _speech(row: Row) -> Speech:
    pieces = json.loads(row["pieces"]) if row["pieces"] is not None else None
    return Speech(
        video_id=row["video_id"],
        state=SpeechState(row["state"]),
        language=row["language"],
        pieces=None if pieces is None else [Piece(*piece) for piece in pieces],
        heard=[[Line(*line) for line in piece] for piece in json.loads(row["heard"])],
        attempts=row["attempts"],
        worker=row["worker"],
        wake_at=row["wake_at"],
        reason=row["reason"],
        track_id=row["track_id"],
        queued_at=row["queued_at"],
        ended_at=row["ended_at"],
    )
