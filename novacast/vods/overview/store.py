"""SQL over all organizations' work on videos."""

from collections.abc import Sequence
from functools import partial

from novacast.clock import DAY, SECOND
from novacast.database import Query, Row, Transaction
from novacast.i18n import unpacked
from novacast.overview import Work
from novacast.vods.overview.models import Job

Place = tuple[int, str]
MOST = 500

_TRANSCODES = (
    "SELECT 'transcode' AS kind, t.video_id, v.title, v.org_id, t.state, t.step, t.progress, t.speed, t.attempts, "
    "t.reason, t.queued_at, t.started_at, t.ended_at FROM transcodes t JOIN videos v ON v.id = t.video_id "
)
_SPEECH = (
    "SELECT 'speech', s.video_id, v.title, v.org_id, s.state, '', NULL, NULL, s.attempts, s.reason, s.queued_at, NULL, "
    "s.ended_at FROM caption_speech s JOIN videos v ON v.id = s.video_id "
)
_DOWNLOADS = (
    "SELECT 'download', d.video_id, v.title, v.org_id, CASE d.state WHEN 'wanted' THEN 'queued' ELSE d.state END, "
    "d.rung, NULL, NULL, 0, d.reason, d.used_at, NULL, NULL FROM download_files d JOIN videos v ON v.id = d.video_id "
)


def live() -> Query[Job]:
    """What runs, then what waits in the order in which it is worked on."""
    return Query(
        f"SELECT * FROM ({_TRANSCODES}WHERE t.state IN ('queued', 'running') "  # noqa: S608 - conditions of ours
        f"UNION ALL {_SPEECH}WHERE s.state IN ('queued', 'running') UNION ALL {_DOWNLOADS}WHERE d.state = 'wanted') "
        f"ORDER BY state <> 'running', queued_at, video_id LIMIT {MOST}",
        (),
        _job,
    )


def ended(state: str, start: Place, limit: int) -> Query[Job]:
    """Transcodes that came to this end, latest queued first."""
    return Query(
        f"{_TRANSCODES}WHERE t.state = ? AND (t.queued_at, t.video_id) < (?, ?) "
        "ORDER BY t.queued_at DESC, t.video_id DESC LIMIT ?",
        (state, *start, limit),
        _job,
    )


def put_first(tx: Transaction, video_id: str) -> bool:
    """Ahead of all that wait with the same urgency; whether it waits or runs at all."""
    return (
        tx.run(
            "UPDATE transcodes SET queued_at = (SELECT min(queued_at) - 1 FROM transcodes "
            "WHERE state IN ('queued', 'running')) WHERE video_id = ? AND state IN ('queued', 'running')",
            (video_id,),
        )
        > 0
    )


def put_last(tx: Transaction, video_id: str) -> bool:
    return (
        tx.run(
            "UPDATE transcodes SET queued_at = (SELECT max(queued_at) + 1 FROM transcodes "
            "WHERE state IN ('queued', 'running')) WHERE video_id = ? AND state IN ('queued', 'running')",
            (video_id,),
        )
        > 0
    )


def work(now: int) -> Sequence[Query[Work]]:
    failed = "(SELECT count(*) FROM {} WHERE state = 'failed' AND {} >= ?)"
    waits = (
        "SELECT sum(state = 'queued'), sum(state = 'running'), {}, min(CASE state WHEN 'queued' THEN queued_at END) "
    )
    live = "FROM {} WHERE state IN ('queued', 'running')"
    tables = {"transcode": "transcodes", "speech": "caption_speech"}
    made = [
        Query(
            waits.format(failed.format(table, "ended_at")) + live.format(table),
            (now - DAY,),
            partial(_work, kind, now),
        )
        for kind, table in tables.items()
    ]
    wanted = failed.format("download_files", "used_at")
    sql = f"SELECT count(*), 0, {wanted}, min(used_at) FROM download_files WHERE state = 'wanted'"  # noqa: S608 - a constant
    return (*made, Query(sql, (now - DAY,), partial(_work, "download", now)))


def _work(kind: str, now: int, row: Row) -> Work:
    oldest = None if row[3] is None else max(0.0, (now - row[3]) / SECOND)
    return Work(kind, row[0] or 0, row[1] or 0, row[2] or 0, oldest)


def _job(row: Row) -> Job:
    names = ("kind", "video_id", "title", "org_id", "state", "step", "progress", "speed", "attempts")
    reason = None if row["reason"] is None else unpacked(row["reason"])
    times = {name: row[name] for name in ("queued_at", "started_at", "ended_at")}
    return Job(**{name: row[name] for name in names}, reason=reason, **times)
