"""All SQL about what programmes are made of."""

import json

from novacast.database import Query, Row, Transaction
from novacast.live.models import FeedRole, ProgrammeState
from novacast.live.playout.models import Due, Playout


def by_programme(programme_id: str) -> Query[Playout]:
    return Query(
        """SELECT playouts.*, programmes.org_id FROM playouts JOIN programmes ON programmes.id = programme_id
        WHERE programme_id = ?""",
        (programme_id,),
        playout,
    )


def due(now: int) -> Query[Due]:
    return Query(
        """SELECT playouts.*, org_id, state, planned_end FROM playouts JOIN programmes ON programmes.id = programme_id
        WHERE finished_at IS NULL AND NOT wanted_end AND (
            state IN ('on_air', 'interrupted')
            OR (role = 'main' AND state = 'standby')
            OR (role = 'main' AND state = 'planned' AND planned_start <= :now
                AND (planned_end IS NULL OR planned_end > :now)))""",
        {"now": now},
        lambda row: Due(playout(row), ProgrammeState(row["state"]), row["planned_end"]),
    )


def put(tx: Transaction, one: Playout) -> None:
    tx.run(
        """INSERT INTO playouts (programme_id, videos, loop, role) VALUES (:programme, :videos, :loop, :role)
        ON CONFLICT (programme_id) DO UPDATE SET
            videos = excluded.videos, loop = excluded.loop, role = excluded.role,
            began_at = NULL, finished_at = NULL""",
        {
            "programme": one.programme_id,
            "videos": json.dumps(one.videos),
            "loop": one.loop,
            "role": one.role.value,
        },
    )


def begin(tx: Transaction, programme_id: str) -> None:
    tx.run("UPDATE playouts SET began_at = ? WHERE programme_id = ? AND began_at IS NULL", (tx.now, programme_id))


def finish(tx: Transaction, programme_id: str) -> bool:
    """Whether that is news."""
    done = tx.run(
        "UPDATE playouts SET finished_at = ? WHERE programme_id = ? AND finished_at IS NULL", (tx.now, programme_id)
    )
    return done > 0


def remove(tx: Transaction, programme_id: str) -> bool:
    return tx.run("DELETE FROM playouts WHERE programme_id = ?", (programme_id,)) > 0


def playout(row: Row) -> Playout:
    return Playout(
        programme_id=row["programme_id"],
        org_id=row["org_id"],
        videos=tuple(json.loads(row["videos"])),
        loop=bool(row["loop"]),
        role=FeedRole(row["role"]),
        began_at=row["began_at"],
        finished_at=row["finished_at"],
    )
