"""All SQL about health."""

from collections.abc import Mapping

from novacast.database import Query, Transaction
from novacast.vods.health.models import Amount, Kind

SWEPT = 5000
"""Rows deleted in one unit, so that a sweep never holds the writer."""


def add(tx: Transaction, video_id: str, hour: int, amounts: Mapping[tuple[Kind, str], int]) -> None:
    for (kind, name), amount in amounts.items():
        tx.run(
            "INSERT INTO health_hours (video_id, hour, kind, name, amount) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (video_id, hour, kind, name) DO UPDATE SET amount = amount + excluded.amount",
            (video_id, hour, kind.value, name, amount),
        )


def amounts(video_id: str, first: int, last: int) -> Query[Amount]:
    """Of these hours, both included."""
    return Query(
        "SELECT hour, kind, name, amount FROM health_hours WHERE video_id = ? AND hour BETWEEN ? AND ?",
        (video_id, first, last),
        lambda row: Amount(row[0], Kind(row[1]), row[2], row[3]),
    )


def sums(video_id: str, first: int, last: int) -> Query[Amount]:
    """Of these hours, both included, as if all were told in the first one."""
    return Query(
        "SELECT kind, name, sum(amount) FROM health_hours WHERE video_id = ? AND hour BETWEEN ? AND ? "
        "GROUP BY kind, name",
        (video_id, first, last),
        lambda row: Amount(first, Kind(row[0]), row[1], row[2]),
    )


def sweep(tx: Transaction, before: int) -> int:
    """Forget hours before this one; how many rows, at most SWEPT."""
    return tx.run(
        "DELETE FROM health_hours WHERE (video_id, hour, kind, name) IN "
        "(SELECT video_id, hour, kind, name FROM health_hours WHERE hour < ? LIMIT ?)",
        (before, SWEPT),
    )
