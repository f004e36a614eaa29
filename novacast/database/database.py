"""The database as a slice sees it: `await db.write(unit)`, `await db.one(query)`, `await db.all(query)`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeVar

import aiosqlite

from novacast.clock import Clock
from novacast.database.connection import Guards, open_reader, translated
from novacast.database.query import Query
from novacast.database.transaction import Transaction
from novacast.database.writer import Writer

T = TypeVar("T")

UNGUARDED: Guards = MappingProxyType({})


class View:
    """One consistent picture for several reads."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def all(self, query: Query[T]) -> list[T]:
        rows = await self._connection.execute_fetchall(query.sql, query.params)
        return [query.make(row) for row in rows]

    async def one(self, query: Query[T]) -> T | None:
        """The first row; queries that may match more say LIMIT 1."""
        rows = await self.all(query)
        return rows[0] if rows else None

    async def end(self) -> None:
        """Queued on the connection's own thread behind a BEGIN whose caller was cancelled: that one still runs."""
        await self._connection.rollback()


async def _closed(connections: Iterable[aiosqlite.Connection | BaseException]) -> None:
    for connection in connections:
        if isinstance(connection, aiosqlite.Connection):
            await connection.close()


class Database:
    """Open with `await Database.open(...)`, close with `await db.close()`. The file must be migrated already."""

    def __init__(
        self, path: Path, clock: Clock, readers: list[aiosqlite.Connection], guards: Guards = UNGUARDED
    ) -> None:
        self.path, self.clock = path, clock
        self._listeners: list[Callable[[], None]] = []
        self._writer = Writer(path, clock, self._announced, guards)
        self._readers = readers
        self._free: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for reader in readers:
            self._free.put_nowait(reader)

    @classmethod
    async def open(cls, path: Path, clock: Clock, *, readers: int = 4, guards: Guards = UNGUARDED) -> Self:
        """`guards`: see `connection.guard`. Cancelled or refused, it leaves no thread behind, which would keep the
        process from ending."""
        opening = asyncio.gather(*(open_reader(path) for _ in range(readers)), return_exceptions=True)
        try:
            opened = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await _closed(await opening)
            raise
        connections = [one for one in opened if isinstance(one, aiosqlite.Connection)]
        try:
            for refusal in opened:
                if isinstance(refusal, BaseException):
                    raise refusal
            return cls(path, clock, connections, guards)
        except Exception as error:
            await _closed(connections)
            raise translated(error, path) from error

    async def close(self) -> None:
        for reader in self._readers:
            await reader.close()
        # The last connection to close folds the write-ahead log into the file: let that be the writer.
        await self._writer.close()

    @property
    def waiting(self) -> int:
        """Units that wait for the writer."""
        return self._writer.waiting

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        return await self._writer.write(unit)

    async def one(self, query: Query[T]) -> T | None:
        rows = await self.all(query)
        return rows[0] if rows else None

    async def all(self, query: Query[T]) -> list[T]:
        # As `_reader` does it, without what a context costs: this is how nearly everything is read.
        connection = await self._free.get()
        try:
            rows = await connection.execute_fetchall(query.sql, query.params)
            return [query.make(row) for row in rows]
        except Exception as error:
            raise translated(error, self.path) from error
        finally:
            self._free.put_nowait(connection)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[View]:
        """Several reads that see one state."""
        async with self._reader() as view:
            try:
                await view.all(Query("BEGIN", (), tuple))
                yield view
            finally:
                await view.end()

    def on_announcement(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the event loop after each commit of this process that announced something."""
        self._listeners.append(listener)

    def _announced(self) -> None:
        for listener in self._listeners:
            listener()

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[View]:
        connection = await self._free.get()
        try:
            yield View(connection)
        except Exception as error:
            raise translated(error, self.path) from error
        finally:
            self._free.put_nowait(connection)
