"""Sales per second with the ledger, beside the same sales with nobody who writes it.

Run: `python -m tests.bench.settles [--sales N] [--rounds N]`. A sale is a basket, an order, a payment in cash and a
ticket, in one transaction that is on disk before its answer; 32 are asked for at a time. Both ways take turns in each
round, on databases of their own; the table shows medians, and the median of the ratios within a round. At the end the
books with the ledger are gone through.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from novacast.clock import SystemClock
from novacast.database import Database
from novacast.limits import RateLimiter
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.playback.watches import Watches
from novacast.settings import Settings, Tickets
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.services import FONTS, TicketServices, ticket_services
from tests.databases import migrated
from tests.tickets.box import ORG, OWNER, SELLER

AT_A_TIME = 32
HOUR = 3600 * 1_000_000


class Nobody:
    """Writes nothing down."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **more: None


class Shop:
    def __init__(self, own: TicketServices, perf_id: str, item_id: str) -> None:
        self.own, self.perf_id, self.item_id = own, perf_id, item_id
        self.buyer = buyer_of("", "", "en", needed=False)

    async def sell(self, sales: int) -> float:
        """Sales per second."""
        left = iter(range(sales))
        began = time.perf_counter()
        await asyncio.gather(*(self._seller(left) for _ in range(AT_A_TIME)))
        return sales / (time.perf_counter() - began)

    async def _seller(self, left: Any) -> None:
        for _ in left:
            await self.own.orders.sell(SELLER, self.perf_id, [Wish(self.item_id, 1)], self.buyer, Method.CASH)


async def opened(db: Database, books: Any) -> Shop:
    settings = Settings(tickets=Tickets(mode="test"))
    own = ticket_services(db, RateLimiter(db.clock), settings, b"k" * 32, books, Invoices(db, FONTS), Watches(db))
    event = await own.events.create(OWNER, ORG, EventChanges(title="Hamlet", timezone="Europe/Vienna", currency="EUR"))
    start = db.clock.now() + 24 * HOUR
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + HOUR)
    night = await own.performances.create(OWNER, event.id, hours, None)
    kind = NewItem("Standing", ItemKind.GENERAL, price=1900, tax_bp=1900)
    item = await own.performances.add_item(OWNER, night.id, kind, [])
    await own.performances.add_quota(OWNER, night.id, "Room", 900_000, [item.id])
    await own.performances.move(OWNER, night.id, PerformanceState.ON_SALE)
    return Shop(own, night.id, item.id)


async def measure(sales: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as folder:
        found: dict[str, list[float]] = {"with the ledger": [], "without": []}
        shops: dict[str, Shop] = {}
        databases = []
        for name, books in (("with the ledger", Ledger()), ("without", Nobody())):
            path = Path(folder) / f"{len(databases)}.db"
            migrated(path, MIGRATIONS)
            databases.append(await Database.open(path, SystemClock(), readers=1, guards=GUARDS))
            shops[name] = await opened(databases[-1], books)
            await shops[name].sell(sales // 10)
        for number in range(rounds):
            for name in list(shops)[:: 1 if number % 2 else -1]:
                found[name].append(await shops[name].sell(sales))
        audit = await shops["with the ledger"].own.proof.audit(attack=False)
        for db in databases:
            await db.close()
    for name, rates in found.items():
        print(f"{name:16} {statistics.median(rates):8.0f} sales/s")
    ratios = [ours / bare for ours, bare in zip(*found.values(), strict=True)]
    print(f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print(f"{audit.transfers} transfers; books in order: {audit.clean}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sales", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    uvloop.run(measure(min(chosen.sales, 50_000), min(chosen.rounds, 20)))


if __name__ == "__main__":
    main()
