"""All SQL about seat maps and the seats of performances."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.tickets.events.store import Key
from novacast.tickets.seatmaps.document import SeatKind
from novacast.tickets.seatmaps.models import Seat, SeatMap

KEPT = 50
"""Versions of a map that are kept although no performance has them."""


def by_id(map_id: str) -> Query[SeatMap]:
    return Query("SELECT * FROM seat_maps WHERE id = ?", (map_id,), _map)


def of_org(org_id: str, start: Key, limit: int) -> Query[SeatMap]:
    return Query(
        "SELECT * FROM seat_maps WHERE org_id = ? AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (org_id, *start, limit),
        _map,
    )


def count(org_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM seat_maps WHERE org_id = ?", (org_id,), lambda row: int(row[0]))


def add(tx: Transaction, one: SeatMap) -> None:
    tx.insert(
        "seat_maps",
        id=one.id,
        org_id=one.org_id,
        name=one.name,
        version=one.version,
        seats=one.seats,
        document=_written(one.document),
        created_at=one.created_at,
        changed_at=one.changed_at,
    )
    _add_version(tx, one)


def change(tx: Transaction, one: SeatMap) -> None:
    tx.run(
        "UPDATE seat_maps SET name = ?, version = ?, seats = ?, document = ?, changed_at = ? WHERE id = ?",
        (one.name, one.version, one.seats, _written(one.document), tx.now, one.id),
    )
    _add_version(tx, one)
    tx.run(
        "DELETE FROM seat_map_versions WHERE map_id = ?1 AND version < ?2 "
        "AND version NOT IN (SELECT version FROM performance_maps WHERE map_id = ?1)",
        (one.id, one.version - KEPT),
    )


def _add_version(tx: Transaction, one: SeatMap) -> None:
    tx.insert(
        "seat_map_versions",
        map_id=one.id,
        version=one.version,
        name=one.name,
        seats=one.seats,
        document=_written(one.document),
        created_at=tx.now,
    )


def use(tx: Transaction, perf_id: str, one: SeatMap) -> None:
    """Write down which version of which map a performance has."""
    tx.run(
        "INSERT INTO performance_maps VALUES (?, ?, ?) ON CONFLICT (perf_id) DO UPDATE SET "
        "map_id = excluded.map_id, version = excluded.version",
        (perf_id, one.id, one.version),
    )


def users(map_id: str) -> Query[tuple[str, int]]:
    """Performances that have some version of a map, and which: those that are over or cancelled too."""
    return Query(
        "SELECT perf_id, version FROM performance_maps WHERE map_id = ? ORDER BY perf_id",
        (map_id,),
        lambda row: (str(row["perf_id"]), int(row["version"])),
    )


def document_of(perf_id: str) -> Query[dict[str, Any]]:
    """The version of its map that a performance has."""
    return Query(
        "SELECT v.document FROM performance_maps p "
        "JOIN seat_map_versions v ON v.map_id = p.map_id AND v.version = p.version WHERE p.perf_id = ?",
        (perf_id,),
        lambda row: dict(json.loads(row["document"])),
    )


def blocked(perf_id: str) -> Query[str]:
    """Seats that nobody gets."""
    return Query(
        "SELECT seat_id FROM seats WHERE perf_id = ? AND blocked = 1", (perf_id,), lambda row: str(row["seat_id"])
    )


def seats(perf_id: str) -> Query[Seat]:
    return Query("SELECT * FROM seats WHERE perf_id = ? ORDER BY rank, seat_id", (perf_id,), _seat)


def some(perf_id: str, seat_ids: Iterable[str]) -> Query[Seat]:
    wanted = tuple(seat_ids)
    marks = ", ".join("?" * len(wanted))
    return Query(
        f"SELECT * FROM seats WHERE perf_id = ? AND seat_id IN ({marks})",  # noqa: S608 - question marks only
        (perf_id, *wanted),
        _seat,
    )


def taken(perf_id: str) -> Query[tuple[str, str]]:
    """Seats that somebody has, each with the state of the claim on it."""
    return Query(
        "SELECT seat_id, state FROM claims WHERE perf_id = ? AND seat_id IS NOT NULL AND state <> 'released'",
        (perf_id,),
        lambda row: (row["seat_id"], row["state"]),
    )


def overdue(perf_id: str, at: int) -> Query[str]:
    """Seats whose holds are over, although nobody has freed them yet."""
    return Query(
        "SELECT c.seat_id FROM holds h JOIN claims c ON c.hold_id = h.id WHERE h.perf_id = ? AND h.state = 'active' "
        "AND h.expires_at <= ? AND c.state = 'held' AND c.seat_id IS NOT NULL",
        (perf_id, at),
        lambda row: str(row["seat_id"]),
    )


def put(tx: Transaction, perf_id: str, new: Iterable[Seat]) -> None:
    """Add seats, and change those that are there already."""
    for one in new:
        tx.run(
            "INSERT INTO seats (perf_id, seat_id, section, row, number, place, rank, category, kind, x, y, blocked) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (perf_id, seat_id) DO UPDATE SET "
            "section = excluded.section, row = excluded.row, number = excluded.number, place = excluded.place, "
            "rank = excluded.rank, category = excluded.category, kind = excluded.kind, x = excluded.x, y = excluded.y, "
            "blocked = EXISTS "
            "(SELECT 1 FROM seat_blocks b WHERE b.perf_id = seats.perf_id AND b.seat_id = seats.seat_id)",
            (
                perf_id, one.seat_id, one.section, one.row, one.number, one.place, one.rank, one.category, one.kind,
                one.x, one.y,
            ),
        )  # fmt: skip


def copy(tx: Transaction, perf_id: str, to: str) -> None:
    """All seats of one performance for another that has none, and the version of the map that they are of."""
    tx.run(
        "INSERT INTO seats (perf_id, seat_id, section, row, number, place, rank, category, kind, x, y, blocked) "
        "SELECT ?, seat_id, section, row, number, place, rank, category, kind, x, y, blocked FROM seats "
        "WHERE perf_id = ?",
        (to, perf_id),
    )
    tx.run(
        "INSERT INTO performance_maps SELECT ?, map_id, version FROM performance_maps WHERE perf_id = ?", (to, perf_id)
    )


def drop(tx: Transaction, perf_id: str, seat_ids: Iterable[str]) -> None:
    """Seats that nobody ever had go; the others stay for what refers to them, and nobody gets them any more."""
    for seat_id in seat_ids:
        tx.run(
            "DELETE FROM seats WHERE perf_id = ?1 AND seat_id = ?2 "
            "AND NOT EXISTS (SELECT 1 FROM claims WHERE perf_id = ?1 AND seat_id = ?2)",
            (perf_id, seat_id),
        )
        tx.run("UPDATE seats SET blocked = 1 WHERE perf_id = ? AND seat_id = ?", (perf_id, seat_id))


def _map(row: Row) -> SeatMap:
    return SeatMap(
        row["id"],
        row["org_id"],
        row["name"],
        row["version"],
        json.loads(row["document"]),
        row["seats"],
        row["created_at"],
        row["changed_at"],
    )


def _seat(row: Row) -> Seat:
    return Seat(
        row["seat_id"],
        row["section"],
        row["row"],
        row["number"],
        row["place"],
        row["rank"],
        row["category"],
        SeatKind(row["kind"]),
        row["x"],
        row["y"],
        bool(row["blocked"]),
    )


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
