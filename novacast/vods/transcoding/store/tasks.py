"""Rows of tasks. Whoever runs one writes only while its row still holds their token."""

from collections.abc import Iterable

from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, unpacked
from novacast.identity import new_id
from novacast.vods.transcoding.models import (
    ATTEMPTS,
    LEASE,
    REMIND,
    Encoded,
    Kind,
    Made,
    Pieces,
    Step,
    Task,
    TaskState,
    read,
    written,
)
from novacast.vods.transcoding.store.transcodes import LIVE

_FREE = (
    "(tasks.state = 'queued' OR (tasks.state = 'running' AND tasks.attempts < :most "
    "AND tasks.lease_until NOT BETWEEN :now AND :far))"
)
_OPEN = (
    "FROM tasks JOIN transcodes USING (video_id) WHERE tasks.state IN ('queued', 'running') "
    "AND transcodes.state IN ('queued', 'running') AND transcodes.cancel = 0 "
    f"AND (transcodes.planned = 1 OR tasks.kind = 'plan') AND {_FREE}"
)

_QUICK = f"AND tasks.kind IN ({', '.join(repr(kind.value) for kind in Kind if kind.quick)})"


def task(row: Row) -> Task:
    return Task(
        video_id=row["video_id"],
        edition=row["edition"],
        name=row["name"],
        kind=Kind(row["kind"]),
        number=row["number"],
        weight=row["weight"],
        state=TaskState(row["state"]),
        attempts=row["attempts"],
        progress=row["progress"],
        worker=row["worker"],
        lease_until=row["lease_until"],
        encoder=row["encoder"],
        reason=None if row["reason"] is None else unpacked(row["reason"]),
        pieces=read(row["result"]),
    )


def tasks(video_id: str) -> Query[Task]:
    return Query("SELECT * FROM tasks WHERE video_id = ? ORDER BY rank, number, name", (video_id,), task)


def queue(tx: Transaction, video_id: str) -> None:
    """A transcode before its plan. What an earlier one finished stays, for a plan that is the same."""
    tx.run(
        """INSERT INTO transcodes (video_id, state, wake_at, queued_at) VALUES (:id, 'queued', :wake, :now)
        ON CONFLICT (video_id) DO UPDATE SET state = 'queued', wake_at = :wake, queued_at = :now, attempts = 0,
            step = '', progress = 0, speed = NULL, reason = NULL, reason_code = NULL, cancel = 0, started_at = NULL,
            ended_at = NULL, planned = 0, tidy = 1""",
        {"id": video_id, "now": tx.now, "wake": tx.now + REMIND},
    )
    tx.run(
        """UPDATE tasks SET state = 'queued', attempts = 0, progress = 0, worker = NULL, lease_until = NULL
        WHERE video_id = ? AND state <> 'done'""",
        (video_id,),
    )
    tx.run("DELETE FROM tasks WHERE video_id = ? AND kind = 'plan'", (video_id,))
    add(tx, video_id, "", [Step("plan", Kind.PLAN)])


def add(tx: Transaction, video_id: str, edition: str, steps: Iterable[Step]) -> int:
    """Tasks that are not there yet; how many they were."""
    added = 0
    for step in steps:
        added += tx.run(
            """INSERT INTO tasks (video_id, name, edition, kind, number, rank, starts_at, ends_at, weight, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued') ON CONFLICT DO NOTHING""",
            (
                video_id, step.name, edition, step.kind.value, step.number, step.kind.rank, step.start, step.end,
                step.weight,
            ),
        )  # fmt: skip
    return added


def claim(tx: Transaction, video_id: str | None = None, *, quick: bool = False) -> list[Task]:
    """Take the most urgent task of all videos, or of one, and the light ones of the same video that run beside it.
    `quick`: of the quick ones only."""
    params = {"now": tx.now, "far": tx.now + 2 * LEASE, "most": ATTEMPTS, "id": video_id}
    only = "" if video_id is None else "AND tasks.video_id = :id"
    only += f" {_QUICK}" if quick else ""
    best = tx.one(
        Query(
            f"SELECT tasks.* {_OPEN} {only} "
            "ORDER BY tasks.rank, transcodes.queued_at, tasks.video_id, tasks.number, tasks.name LIMIT 1",
            params,
            task,
        )
    )
    if best is None:
        return []
    taken = [best]
    if best.kind.rank == Kind.FIRST.rank:
        beside = tx.all(
            Query(
                f"SELECT tasks.* {_OPEN} AND tasks.video_id = :id AND tasks.rank = :rank {_QUICK if quick else ''} "
                "ORDER BY tasks.number, tasks.name",
                {**params, "id": best.video_id, "rank": best.kind.rank},
                task,
            )
        )
        heavy = [one for one in beside if not one.kind.light][:1]
        taken = [one for one in beside if one.kind.light] + heavy
    return [_taken(tx, one) for one in taken]


def _taken(tx: Transaction, free: Task) -> Task:
    tx.run(
        """UPDATE tasks SET state = 'running', worker = ?, lease_until = ?, attempts = attempts + 1, progress = 0
        WHERE video_id = ? AND name = ?""",
        (new_id(), tx.now + LEASE, free.video_id, free.name),
    )
    tx.run(
        """UPDATE transcodes SET state = 'running', started_at = coalesce(started_at, ?), wake_at = ?,
            attempts = max(attempts, ?) WHERE video_id = ?""",
        (tx.now, tx.now + REMIND, free.attempts + 1, free.video_id),
    )
    now = tx.one(named(free.video_id, free.name))
    assert now is not None
    return now


def named(video_id: str, name: str) -> Query[Task]:
    return Query("SELECT * FROM tasks WHERE video_id = ? AND name = ?", (video_id, name), task)


def held(one: Task) -> Query[bool]:
    return Query(
        "SELECT 1 FROM tasks WHERE video_id = ? AND name = ? AND worker = ?",
        (one.video_id, one.name, one.worker),
        lambda _: True,
    )


def beat(tx: Transaction, one: Task, step: str, progress: int, speed: float | None) -> tuple[bool, int] | None:
    """Renew the lease and tell how far the task is: whether to go on, and how far the whole transcode is now.

    None: the task is not ours any more, or its transcode is over.
    """
    mine = tx.run(
        "UPDATE tasks SET lease_until = ?, progress = ? WHERE video_id = ? AND name = ? AND worker = ?",
        (tx.now + LEASE, progress, one.video_id, one.name, one.worker),
    )
    if not mine:
        return None
    tx.run(
        f"""UPDATE transcodes SET step = ?, speed = ?, progress = max(progress, min(999, (
            SELECT sum(tasks.weight * CASE tasks.state WHEN 'done' THEN 1000 ELSE tasks.progress END) FROM tasks
            WHERE tasks.video_id = transcodes.video_id) / transcodes.weight))
        WHERE video_id = ? AND {LIVE}""",  # noqa: S608 - conditions of ours
        (step, speed, one.video_id),
    )
    return tx.one(
        Query(
            f"SELECT cancel, progress FROM transcodes WHERE video_id = ? AND {LIVE}",  # noqa: S608 - conditions of ours
            (one.video_id,),
            lambda row: (not row["cancel"], int(row["progress"])),
        )
    )


def keep(tx: Transaction, one: Task, pieces: Pieces) -> bool:
    """What a running task has made so far; False if it is not ours any more."""
    return (
        tx.run(
            "UPDATE tasks SET result = ? WHERE video_id = ? AND name = ? AND worker = ?",
            (written(pieces), one.video_id, one.name, one.worker),
        )
        == 1
    )


def finish(tx: Transaction, one: Task, made: Made) -> bool:
    """The task is done for good; False if it was not ours any more."""
    reason = packed(made.told[-1]) if made.told else None
    mine = tx.run(
        """UPDATE tasks SET state = 'done', progress = 1000, result = ?, worker = NULL, lease_until = NULL,
            encoder = ?, reason = ? WHERE video_id = ? AND name = ? AND worker = ?""",
        (written(made.pieces), made.encoder, reason, one.video_id, one.name, one.worker),
    )
    if mine and (made.encoder is not None or made.told):
        query = Query("SELECT encoded FROM transcodes WHERE video_id = ?", (one.video_id,), lambda row: (row[0],))
        kept = tx.one(query)
        encoded = Encoded.read(kept[0] if kept is not None else None).and_(made)
        tx.run("UPDATE transcodes SET encoded = ? WHERE video_id = ?", (encoded.text, one.video_id))
    return mine == 1


def release(tx: Transaction, one: Task) -> bool:
    """Hand a task back: the attempt does not count. Without any that runs, its transcode waits again."""
    mine = tx.run(
        """UPDATE tasks SET state = 'queued', worker = NULL, lease_until = NULL, progress = 0,
            attempts = max(attempts - 1, 0) WHERE video_id = ? AND name = ? AND worker = ?""",
        (one.video_id, one.name, one.worker),
    )
    tx.run(
        """UPDATE transcodes SET wake_at = ?, speed = NULL,
            attempts = (SELECT coalesce(max(attempts), 0) FROM tasks
                WHERE tasks.video_id = transcodes.video_id AND tasks.state <> 'done'),
            state = CASE WHEN EXISTS (
                SELECT 1 FROM tasks WHERE tasks.video_id = transcodes.video_id AND tasks.state = 'running'
            ) THEN state ELSE 'queued' END
        WHERE video_id = ? AND state = 'running' AND cancel = 0""",
        (tx.now, one.video_id),
    )
    return mine == 1


def put_back(tx: Transaction, one: Task) -> bool:
    """For another attempt; this one counts."""
    return (
        tx.run(
            """UPDATE tasks SET state = 'queued', worker = NULL, lease_until = NULL, progress = 0
            WHERE video_id = ? AND name = ? AND worker = ? AND attempts < ?""",
            (one.video_id, one.name, one.worker, ATTEMPTS),
        )
        == 1
    )


def fail(tx: Transaction, one: Task, reason: str) -> bool:
    return (
        tx.run(
            """UPDATE tasks SET state = 'failed', reason = ?, worker = NULL, lease_until = NULL
            WHERE video_id = ? AND name = ? AND worker = ?""",
            (packed(reason), one.video_id, one.name, one.worker),
        )
        == 1
    )


def at_work(video_id: str, now: int) -> Query[bool]:
    """Whether any task of the video has a worker that was heard of lately."""
    return Query(
        "SELECT 1 FROM tasks WHERE video_id = ? AND state = 'running' AND lease_until BETWEEN ? AND ? LIMIT 1",
        (video_id, now, now + 2 * LEASE),
        lambda _: True,
    )
