"""What the stream of facts costs the server: per delivered event, and per second with readers that hear nothing.

Run: `python -m tests.bench.realtime [--readers N] [--seconds N] [--rates N ...]`. The server that novacast starts, with
no slice, on one core; readers, each a connection of its own that throws away what it reads, on the other. Facts are
written to the outbox in transactions of their own and told to everyone. Beside it, in the same run, what one would
write without thinking: an aiohttp handler with a queue and `response.write` for each reader, which is handed its events
in memory. The processor time is that of the whole serving process, all threads, without what it takes when it is idle.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import cast

import uvloop
from aiohttp import web

from novacast import outbox
from novacast.clock import SystemClock, iso
from novacast.database import Database, Transaction, migrate
from novacast.identity import ANONYMOUS, Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.settings import Server, Settings
from novacast.topics import Topic, Topics
from novacast.web import Credentials, idempotency
from novacast.web.realtime import RealtimeLimits
from novacast.web.server import Parts, WebServer
from tests.bench.delivery import pinned

TOPIC, SUBJECT = "programme.changed", "aaaaaaaaaaaaaaaaaaaa"
PAYLOAD = {"channel": "bbbbbbbbbbbbbbbbbbbb", "state": "on_air"}
Tell = Callable[[], Awaitable[None]]


class Nobody:
    async def authenticate(self, credentials: Credentials) -> Principal:
        return ANONYMOUS


@asynccontextmanager
async def ours(state: Path) -> AsyncIterator[tuple[int, Tell]]:
    clock, settings = SystemClock(), Settings(server=Server(port=0, max_connections=20_000))
    path = state / "bench.db"
    migrate(path, [outbox.migrations, idempotency.migrations], clock, backups=state)
    db = await Database.open(path, clock, readers=2)
    facts, topics = Outbox(db), Topics()
    topics.declare([Topic(name=TOPIC, about="It is another.")])
    server = WebServer(
        Parts(
            settings=settings,
            routes=[],
            authenticator=Nobody(),
            db=db,
            outbox=facts,
            clock=clock,
            limiter=RateLimiter(clock),
            metrics=Metrics(),
            key=bytes(32),
            topics=topics,
            realtime=RealtimeLimits(per_network=20_000),
        )
    )

    def unit(tx: Transaction) -> None:
        outbox.emit(tx, TOPIC, SUBJECT, outbox.PUBLIC, **PAYLOAD)

    await facts.start()
    await server.start()
    yield server.port, lambda: db.write(unit)
    await server.stop()
    await facts.close()
    await db.close()


@asynccontextmanager
async def plain(_: Path) -> AsyncIterator[tuple[int, Tell]]:
    queues: set[asyncio.Queue[str]] = set()
    numbers = itertools.count(1)

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: ready\ndata: {}\n\n")
        queue: asyncio.Queue[str] = asyncio.Queue(256)
        queues.add(queue)
        try:
            while True:
                try:
                    async with asyncio.timeout(15):
                        await response.write((await queue.get()).encode())
                except TimeoutError:
                    await response.write(b":\n\n")
        finally:
            queues.discard(queue)

    async def tell() -> None:
        data = json.dumps({"subject": SUBJECT, "at": iso(time.time_ns() // 1000), "payload": PAYLOAD})
        for queue in queues:
            queue.put_nowait(f"id: {next(numbers)}\nevent: {TOPIC}\ndata: {data}\n\n")

    app = web.Application()
    app.router.add_get("/api/v1/realtime", stream)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    yield runner.addresses[0][1], tell
    await runner.cleanup()


async def serve(kind: str, state: Path) -> None:
    """Prints the port; then for each line `RATE SECONDS` of its input the events told and the processor seconds."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with (ours if kind == "ours" else plain)(state) as (port, tell):
        print(port, flush=True)
        while line := await lines.readline():
            rate, seconds = (float(word) for word in line.split())
            began, used = loop.time(), time.process_time()
            number = 0
            while number < rate * seconds:
                await tell()
                number += 1
                await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            await asyncio.sleep(max(0.0, began + seconds - loop.time()))
            print(number, time.process_time() - used, flush=True)


class Ear(asyncio.Protocol):
    def __init__(self, begun: Callable[[], None]) -> None:
        self._begun, self._head = begun, True
        self.bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(b"GET /api/v1/realtime HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        if self._head and b"ready" in data:
            self._head = False
            self._begun()
        self.bytes += len(data)


async def read(port: int, number: int) -> None:
    """Prints a line when all are connected, and at the end of its input the bytes each got, at least and at most."""
    loop, ears = asyncio.get_running_loop(), list[Ear]()
    here = asyncio.Semaphore(0)
    for _ in range(number):
        _, ear = await loop.create_connection(lambda: Ear(here.release), "127.0.0.1", port)
        ears.append(ear)
        await here.acquire()
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(min(ear.bytes for ear in ears), max(ear.bytes for ear in ears), flush=True)


@contextmanager
def child(core: int, *args: str) -> Iterator[subprocess.Popen[str]]:
    argv = pinned(core, sys.executable, "-m", "tests.bench.realtime", *args)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.wait(30)


def ask(process: subprocess.Popen[str], line: str) -> list[str]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return process.stdout.readline().split()


def memory(process: int) -> int:
    """Resident kilobytes."""
    return int(Path(f"/proc/{process}/status").read_text().split("VmRSS:")[1].split()[0])


def measure(kind: str, readers: int, seconds: float, rates: list[float]) -> Iterator[str]:
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as state, child(cores[0], "--serve", kind, state) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        before = memory(server.pid)
        empty = float(ask(server, f"0 {seconds}")[1]) / seconds
        with child(cores[-1], "--read", port, str(readers)) as crowd:
            assert crowd.stdout is not None
            crowd.stdout.readline()
            each = (memory(server.pid) - before) / readers
            idle = float(ask(server, f"0 {max(20.0, seconds)}")[1]) / max(20.0, seconds)
            yield f"| {kind} | {readers} | idle | {(idle - empty) * 100:.2f} % of a core | {each:.1f} kB |"
            for rate in rates:
                told, used = ask(server, f"{rate} {seconds}")
                cost = (float(used) - idle * seconds) / (int(told) * readers) * 1e6
                load = float(used) / seconds * 100
                yield f"| {kind} | {readers} | {int(told) / seconds:g}/s | {cost:.2f} µs per delivery | {load:.0f} % |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 5, 50])
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--read", type=int, nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        uvloop.run(serve(chosen.serve[0], Path(chosen.serve[1])))
    elif chosen.read:
        uvloop.run(read(*chosen.read))
    else:
        print("| server | readers | events | processor | memory each, or all of the core |\n|---|---|---|---|---|")
        for kind in ("ours", "plain"):
            for line in measure(kind, chosen.readers, chosen.seconds, chosen.rates):
                print(line, flush=True)


if __name__ == "__main__":
    main()
