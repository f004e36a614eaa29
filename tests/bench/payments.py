"""Payments made true per second, and how long a webhook waits for its answer.

Run: `python -m tests.bench.payments [--orders N] [--seconds N] [--rate N]`. A settle is one durable transaction:
payment captured, order paid, claim sold, ticket issued, ledger, log and facts; beside it, in the same run, a note on an
order, the least that this database writes. Webhooks come at a steady rate, whether the one before is answered or not,
to a server with one core; what sends them, and what the server asks about them meanwhile, have the other. Beside them a
handler that does nothing behind the same middlewares.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from novacast.clock import SystemClock
from novacast.database import Database, migrate
from novacast.limits import RateLimiter
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.playback.watches import Watches
from novacast.settings import Settings, Tickets
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.orders import store
from novacast.tickets.orders.models import Attempt, Method, buyer_of
from novacast.tickets.orders.settling import settle
from novacast.tickets.services import FONTS, ticket_services
from tests.bench.delivery import pinned
from tests.bench.holds_server import OWNER
from tests.bench.payments_server import SIGNING
from tests.fakes.stripe.webhooks import signature

HOUR = 3_600_000_000
TOGETHER = 64
MAKERS = 50
SETTLING = 1.0
"""Seconds before the first is sent, in which all are made."""


async def orders(db: Database, count: int) -> list[Attempt]:
    """Orders of one ticket each, that wait to be paid."""
    settings = Settings(tickets=Tickets(mode="test", holds_per_address=10**9))
    own = ticket_services(db, RateLimiter(db.clock), settings, b"k" * 32, Ledger(), Invoices(db, FONTS), Watches(db))
    event = await own.events.create(OWNER, "org", EventChanges(title="Bench", currency="EUR", published=True))
    now = db.clock.now()
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=now + HOUR, ends_at=now + 4 * HOUR)
    night = await own.performances.create(OWNER, event.id, hours)
    item = await own.performances.add_item(OWNER, night.id, NewItem("Standing", ItemKind.GENERAL, price=1000), [])
    await own.performances.add_quota(OWNER, night.id, "Room", count, [item.id])
    await own.performances.move(OWNER, night.id, PerformanceState.ON_SALE)
    made: list[Attempt] = []

    async def some(first: int) -> None:
        for number in range(first, count, MAKERS):
            buyer = buyer_of("Ada", f"ada{number}@example.org", "en")
            sold = await own.orders.sell(OWNER, night.id, [Wish(item.id, 1)], buyer, Method.TRANSFER)
            made.append(sold.attempts[-1])

    await asyncio.gather(*(some(first) for first in range(MAKERS)))
    return made


async def per_second(attempts: Sequence[Attempt], work: Callable[[Attempt], Awaitable[object]], together: int) -> float:
    began = time.perf_counter()

    async def share(first: int) -> None:
        for attempt in attempts[first::together]:
            await work(attempt)

    await asyncio.gather(*(share(first) for first in range(together)))
    return len(attempts) / (time.perf_counter() - began)


async def settles(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, clock, books = Path(folder) / "bench.db", SystemClock(), Ledger()
        migrate(path, MIGRATIONS, clock, backups=Path(folder))
        db = await Database.open(path, clock, readers=2, guards=GUARDS)
        attempts = await orders(db, count)

        async def pay(one: Attempt) -> None:
            await db.write(lambda tx: settle(tx, books, one.id, one.paid()))

        async def note(one: Attempt) -> None:
            await db.write(lambda tx: store.set_note(tx, one.order_id, "noted"))

        print("| durable | one by one | 64 at once |\n|---|---|---|")
        alone, rest = attempts[: count // 8], attempts[count // 8 :]
        for name, work in (("an order's note", note), ("a settle", pay)):
            slow, fast = await per_second(alone, work, 1), await per_second(rest, work, TOGETHER)
            print(f"| {name} | {slow:,.0f}/s | {fast:,.0f}/s |", flush=True)
        await db.close()


@contextmanager
def child(core: int, *arguments: str) -> Iterator[int]:
    """The port of a server that ends with the block."""
    command = pinned(core, sys.executable, "-m", *arguments)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["port"]
        process.communicate("", timeout=30)


async def steady(rate: int, seconds: int, send: Callable[[int], Awaitable[int]]) -> list[float]:
    """Milliseconds of each answer, from when it was due to be sent: what waits in line counts."""
    times: list[float] = []
    began = time.perf_counter() + SETTLING

    async def one(number: int) -> None:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        assert await send(number) < 300
        times.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(number) for number in range(rate * seconds)))
    return times


def event(number: int, kind: str, at: float) -> bytes:
    about = {"object": "checkout.session", "id": f"cs_test_{number}"}
    return json.dumps(
        {"id": f"evt_{kind}_{number}", "type": kind, "created": int(at), "data": {"object": about}}
    ).encode()


def line(name: str, times: Sequence[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"| {name} | {len(times)} | {statistics.median(times):.1f} | {p99:.1f} | {ordered[-1]:.1f} |"


async def webhooks(rate: int, seconds: int) -> None:
    os.sched_setaffinity(0, {1})
    print(f"\n| {rate} a second | answers | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory() as folder,
        child(1, "tests.bench.payments_standin") as standin,
        child(0, "tests.bench.payments_server", folder, f"http://127.0.0.1:{standin}") as port,
    ):
        base = f"http://127.0.0.1:{port}/api/v1"
        async with ClientSession(connector=TCPConnector(limit=0)) as client:

            async def nothing(_number: int) -> int:
                async with client.post(f"{base}/nothing", json={"lines": [{"item": "x", "quantity": 1}]}) as answer:
                    return answer.status

            def sender(kind: str) -> Callable[[int], Awaitable[int]]:
                async def send(number: int) -> int:
                    body = event(number, kind, time.time())
                    headers = {"Stripe-Signature": signature(body, [SIGNING], int(time.time()))}
                    async with client.post(f"{base}/webhooks/stripe", data=body, headers=headers) as answer:
                        return answer.status

                return send

            ways = (
                ("a handler that does nothing", nothing),
                ("a webhook that nothing follows from", sender("customer.updated")),
                ("a webhook whose session is asked for meanwhile", sender("checkout.session.completed")),
            )
            await steady(rate, 1, nothing)
            for name, send in ways:
                print(line(name, await steady(rate, seconds, send)), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=8000)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--rate", type=int, default=200)
    wanted = parser.parse_args()
    asyncio.run(settles(wanted.orders))
    asyncio.run(webhooks(wanted.rate, wanted.seconds))
