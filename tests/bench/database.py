"""Durable writes per second: through the group commit, one by one and 64 at once, beside plain sqlite3.

Run: `python -m tests.bench.database [--writes N] [--rounds N]`. All ways use the same pragmas, the same table and the
same kind of file, in turn within each round; the table shows medians over the rounds, and ratios within a round.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop

from novacast.clock import SystemClock
from novacast.database import Database, Transaction
from novacast.database.connection import open_writer

CREATE = "CREATE TABLE fact (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL) STRICT"
INSERT = "INSERT INTO fact (at, text) VALUES (?, ?)"
TEXT = "x" * 120


def plain(path: Path, writes: int) -> list[float]:
    """Seconds of each write: BEGIN IMMEDIATE, INSERT, COMMIT."""
    connection = open_writer(path)
    connection.execute(CREATE)
    took = []
    for number in range(writes):
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(INSERT, (number, TEXT))
        connection.execute("COMMIT")
        took.append(time.perf_counter() - start)
    connection.close()
    return took


async def grouped(path: Path, writes: int, writers: int) -> list[float]:
    """Seconds each `await db.write(...)` took, over `writers` tasks."""
    connection = open_writer(path)
    connection.execute(CREATE)
    connection.close()
    db = await Database.open(path, SystemClock(), readers=1)
    took: list[float] = []

    def unit(tx: Transaction) -> None:
        tx.run(INSERT, (tx.now, TEXT))

    async def writer() -> None:
        for _ in range(writes // writers):
            start = time.perf_counter()
            await db.write(unit)
            took.append(time.perf_counter() - start)

    await asyncio.gather(*(writer() for _ in range(writers)))
    await db.close()
    return took


def measure(run: Callable[[Path], list[float]]) -> tuple[float, float]:
    """Writes per second and the 99th percentile in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        took = run(Path(folder) / "bench.db")
        wall = time.perf_counter() - start
    return len(took) / wall, statistics.quantiles(took, n=100)[98] * 1000


def looped(loop: Callable[[Coroutine[Any, Any, list[float]]], list[float]], writes: int, writers: int) -> Any:
    return lambda path: loop(grouped(path, writes, writers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    ways = {
        "plain sqlite3, one commit a write": lambda path: plain(path, options.writes),
        "group commit, one by one, uvloop": looped(uvloop.run, options.writes, 1),
        "group commit, one by one, asyncio": looped(asyncio.run, options.writes, 1),
        "group commit, 64 writers, uvloop": looped(uvloop.run, options.writes * 8, 64),
        "group commit, 64 writers, asyncio": looped(asyncio.run, options.writes * 8, 64),
    }
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            results[name].append(measure(way))
    base = results["plain sqlite3, one commit a write"]
    print("| way | writes/s | x plain | p99 ms | p99 x plain |\n|---|---|---|---|---|")
    for name, rounds in results.items():
        rate = statistics.median(one[0] for one in rounds)
        p99 = statistics.median(one[1] for one in rounds)
        faster = statistics.median(one[0] / plain_[0] for one, plain_ in zip(rounds, base, strict=True))
        slower = statistics.median(one[1] / plain_[1] for one, plain_ in zip(rounds, base, strict=True))
        print(f"| {name} | {rate:,.0f} | {faster:.2f} | {p99:.2f} | {slower:.2f} |")


if __name__ == "__main__":
    main()
