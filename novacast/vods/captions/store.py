"""All SQL about tracks of captions, their revisions, and what is known of a video's captions as a whole."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.records import dataclass
from novacast.vods.captions.models import (
    KEPT_CHARACTERS,
    KEPT_REVISIONS,
    Act,
    Cue,
    Kind,
    Origin,
    Revision,
    Track,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of a video's captions as a whole."""

    original: str
    """Which state of the original was looked into for subtitles; empty: none yet."""
    left_out: Sequence[tuple[str, str]]
    """Codec and language of subtitles that were not taken."""
    problem: str | None
    """Why none could be taken."""


_TRACKS = """SELECT caption_tracks.*, caption_revisions.count FROM caption_tracks JOIN caption_revisions
    ON caption_revisions.track_id = caption_tracks.id AND caption_revisions.number = caption_tracks.revision"""


def tracks(video_id: str) -> Query[Track]:
    return Query(
        f"{_TRACKS} WHERE video_id = ? ORDER BY caption_tracks.created_at, length(source), source, id",
        (video_id,),
        _track,
    )


def track(video_id: str, track_id: str) -> Query[Track]:
    return Query(f"{_TRACKS} WHERE video_id = ? AND id = ?", (video_id, track_id), _track)


def cues(track_id: str, number: int) -> Query[tuple[Cue, ...]]:
    sql = "SELECT cues FROM caption_revisions WHERE track_id = ? AND number = ?"
    return Query(sql, (track_id, number), lambda row: read_cues(row["cues"]))


def revisions(track_id: str) -> Query[Revision]:
    sql = "SELECT number, act, count, made_at FROM caption_revisions WHERE track_id = ? ORDER BY number DESC"
    return Query(sql, (track_id,), lambda row: Revision(row["number"], Act(row["act"]), row["count"], row["made_at"]))


def count(video_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM caption_tracks WHERE video_id = ?", (video_id,), lambda row: int(row[0]))


def add(tx: Transaction, track_id: str, video_id: str, origin: Origin, columns: Mapping[str, Any], cues: Sequence[Cue],
        act: Act, source: str = "") -> None:  # fmt: skip
    """A track with its first revision; the one that was the default before is none any more where this one is."""
    _yield_default(tx, video_id, columns)
    tx.insert(
        "caption_tracks",
        id=track_id,
        video_id=video_id,
        origin=origin.value,
        source=source,
        revision=1,
        **columns,
        created_at=tx.now,
        updated_at=tx.now,
    )
    _insert_revision(tx, track_id, 1, act, cues)


def change(tx: Transaction, video_id: str, track_id: str, columns: Mapping[str, Any]) -> None:
    if not columns:
        return
    _yield_default(tx, video_id, columns)
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    sql = f"UPDATE caption_tracks SET {assignments}, updated_at = :now WHERE id = :id"  # noqa: S608 - columns are ours
    tx.run(sql, {**columns, "now": tx.now, "id": track_id})


def _yield_default(tx: Transaction, video_id: str, columns: Mapping[str, Any]) -> None:
    if columns.get("is_default"):
        tx.run("UPDATE caption_tracks SET is_default = 0 WHERE video_id = ? AND is_default = 1", (video_id,))


def revise(tx: Transaction, track: Track, act: Act, cues: Sequence[Cue], *, by_hand: bool) -> None:
    """Cues that count from now on. The oldest revisions go when they are many or large."""
    number = track.revision + 1
    _insert_revision(tx, track.id, number, act, cues)
    tx.run(
        "UPDATE caption_tracks SET revision = ?, edited = max(edited, ?), updated_at = ? WHERE id = ?",
        (number, int(by_hand), tx.now, track.id),
    )
    tx.run(
        """DELETE FROM caption_revisions WHERE track_id = :track AND number < :number - 1 AND number IN (
            SELECT number FROM (
                SELECT number, row_number() OVER newest AS place, sum(length(cues)) OVER newest AS size
                FROM caption_revisions WHERE track_id = :track WINDOW newest AS (ORDER BY number DESC)
            ) WHERE place > :most OR size > :characters
        )""",
        {"track": track.id, "number": number, "most": KEPT_REVISIONS, "characters": KEPT_CHARACTERS},
    )


def _insert_revision(tx: Transaction, track_id: str, number: int, act: Act, cues: Sequence[Cue]) -> None:
    kept = written(cues)
    values = {"number": number, "act": act.value, "cues": kept, "count": len(cues), "made_at": tx.now}
    tx.insert("caption_revisions", track_id=track_id, **values)


def remove(tx: Transaction, track_id: str) -> None:
    tx.run("DELETE FROM caption_tracks WHERE id = ?", (track_id,))


def remove_untouched(tx: Transaction, video_id: str) -> int:
    """Embedded tracks that nobody worked on: another file brings its own. How many."""
    sql = "DELETE FROM caption_tracks WHERE video_id = ? AND origin = 'embedded' AND edited = 0"
    return tx.run(sql, (video_id,))


def examined(video_id: str) -> Query[Examined]:
    sql = "SELECT original, left_out, problem FROM caption_videos WHERE video_id = ?"
    return Query(
        sql,
        (video_id,),
        lambda row: Examined(
            row["original"], [(one[0], one[1]) for one in json.loads(row["left_out"])], row["problem"]
        ),
    )


def examine(tx: Transaction, video_id: str, examined: Examined) -> None:
    values = (video_id, examined.original, json.dumps(examined.left_out), examined.problem)
    tx.run(
        """INSERT INTO caption_videos (video_id, original, left_out, problem) VALUES (?, ?, ?, ?)
        ON CONFLICT (video_id) DO UPDATE
        SET original = excluded.original, left_out = excluded.left_out, problem = excluded.problem""",
        values,
    )


def unexamined(limit: int) -> Query[str]:
    """Videos that can be watched and whose file was never looked into, the latest first."""
    return Query(
        """SELECT videos.id FROM videos LEFT JOIN caption_videos ON caption_videos.video_id = videos.id
        WHERE videos.state = 'ready' AND coalesce(caption_videos.original, '') = ''
        ORDER BY videos.n DESC LIMIT ?""",
        (limit,),
        lambda row: str(row["id"]),
    )


def touch(tx: Transaction, video_id: str) -> None:
    """What is published is behind the rows from now on."""
    tx.run(
        """INSERT INTO caption_videos (video_id, changed) VALUES (?, 1)
        ON CONFLICT (video_id) DO UPDATE SET changed = changed + 1""",
        (video_id,),
    )


def changes(video_id: str) -> Query[int]:
    """A number that grows with every change of a video's captions."""
    return Query("SELECT changed FROM caption_videos WHERE video_id = ?", (video_id,), lambda row: int(row["changed"]))


def published(tx: Transaction, video_id: str, changed: int) -> bool:
    """What is published has everything up to that change; False where that was known."""
    sql = "UPDATE caption_videos SET published = ? WHERE video_id = ? AND published <> ?"
    return tx.run(sql, (changed, video_id, changed)) > 0


def behind(limit: int) -> Query[str]:
    sql = "SELECT video_id FROM caption_videos WHERE changed <> published LIMIT ?"
    return Query(sql, (limit,), lambda row: str(row["video_id"]))


def written(cues: Sequence[Cue]) -> str:
    rows = [[cue.start, cue.end, cue.text, *([cue.settings] if cue.settings else [])] for cue in cues]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def read_cues(kept: str) -> tuple[Cue, ...]:
    return tuple(Cue(*row) for row in json.loads(kept))


def _track(row: Row) -> Track:
    return Track(
        id=row["id"],
        video_id=row["video_id"],
        language=row["language"],
        kind=Kind(row["kind"]),
        label=row["label"],
        origin=Origin(row["origin"]),
        edited=bool(row["edited"]),
        default=bool(row["is_default"]),
        forced=bool(row["forced"]),
        source=row["source"],
        revision=row["revision"],
        cues=row["count"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
