"""What a unit of work sees: SQL inside the writer's open transaction, and what is to happen after its commit."""

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from novacast.database.query import Params, Query

T = TypeVar("T")
Effect = Callable[[], object]


class Transaction:
    """Lives in the writer's thread for one unit. Never keep it, never block in it, never call a network from it."""

    __slots__ = ("_connection", "announced", "effects", "now")

    def __init__(self, connection: sqlite3.Connection, now: int) -> None:
        self._connection = connection
        self.now = now
        """Microseconds UTC, the same for the whole unit."""
        self.effects: list[Effect] = []
        self.announced = False

    def run(self, sql: str, params: Params = ()) -> int:
        """Execute one statement; the number of rows it changed."""
        return self._connection.execute(sql, params).rowcount

    def insert(self, table: str, **values: Any) -> None:
        self._connection.execute(_insert(table, tuple(values)), tuple(values.values()))

    def one(self, query: Query[T]) -> T | None:
        row = self._connection.execute(query.sql, query.params).fetchone()
        return None if row is None else query.make(row)

    def all(self, query: Query[T]) -> list[T]:
        return [query.make(row) for row in self._connection.execute(query.sql, query.params)]

    def after_commit(self, effect: Effect) -> None:
        """Call `effect` on the event loop once this unit is on disk; never, if it is rolled back."""
        self.effects.append(effect)

    def announce(self) -> None:
        """Wake whoever listens for announcements (the outbox) after the commit."""
        self.announced = True


Then = Callable[[Transaction, T], None]
"""What a caller wants done with a use case's result inside the same transaction (an answer remembered, a log line)."""


@lru_cache(maxsize=512)
def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names from our code
