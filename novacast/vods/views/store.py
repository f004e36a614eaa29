"""All SQL about views."""

from collections.abc import Sequence

from novacast.database import Query, Transaction
from novacast.vods.views.models import Day

SWEPT = 5000
"""Marks deleted in one unit, so that a sweep never holds the writer."""


def totals(video_ids: Sequence[str]) -> Query[tuple[str, int]]:
    names = ", ".join("?" * len(video_ids))
    return Query(
        f"SELECT video_id, total FROM views WHERE video_id IN ({names})",  # noqa: S608 - question marks
        tuple(video_ids),
        lambda row: (row[0], row[1]),
    )


def days(video_id: str, since: int) -> Query[Day]:
    """From the day `since` on; days without a view are not there."""
    return Query(
        "SELECT day, number FROM view_days WHERE video_id = ? AND day >= ? ORDER BY day",
        (video_id, since),
        lambda row: Day(row[0], row[1]),
    )


def salt(day: int) -> Query[bytes]:
    return Query("SELECT salt FROM view_salts WHERE day = ?", (day,), lambda row: bytes(row[0]))


def add_salt(tx: Transaction, day: int, salt: bytes) -> None:
    tx.insert("view_salts", day=day, salt=salt)


def marked(video_id: str, marks: Sequence[bytes], since: int) -> Query[int]:
    """How many of `marks` were set since an instant."""
    names = ", ".join("?" * len(marks))
    return Query(
        f"SELECT count(*) FROM view_marks WHERE video_id = ? AND mark IN ({names}) AND at > ?",  # noqa: S608 - question marks
        (video_id, *marks, since),
        lambda row: int(row[0]),
    )


def mark(tx: Transaction, video_id: str, mark: bytes) -> None:
    tx.run(
        "INSERT INTO view_marks (video_id, mark, at) VALUES (?, ?, ?) "
        "ON CONFLICT (video_id, mark) DO UPDATE SET at = excluded.at",
        (video_id, mark, tx.now),
    )


def count(tx: Transaction, video_id: str, day: int) -> None:
    tx.run(
        "INSERT INTO views (video_id, total) VALUES (?, 1) ON CONFLICT (video_id) DO UPDATE SET total = total + 1",
        (video_id,),
    )
    tx.run(
        "INSERT INTO view_days (video_id, day, number) VALUES (?, ?, 1) "
        "ON CONFLICT (video_id, day) DO UPDATE SET number = number + 1",
        (video_id, day),
    )


def sweep_marks(tx: Transaction, before: int) -> int:
    """How many went, at most SWEPT."""
    return tx.run(
        "DELETE FROM view_marks WHERE (video_id, mark) IN "
        "(SELECT video_id, mark FROM view_marks WHERE at <= ? LIMIT ?)",
        (before, SWEPT),
    )


def sweep_salts(tx: Transaction, before_day: int) -> None:
    tx.run("DELETE FROM view_salts WHERE day < ?", (before_day,))
