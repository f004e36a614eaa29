"""A server with a performance of many tickets and devices at its door, for tests.bench.

Run: `python -m tests.bench.door_server STATE_FOLDER TICKETS DEVICES`; prints one line of JSON: `port`, `tokens` of
devices, `pairing`, a code for a browser. `STATE_FOLDER/codes` has each ticket's code on a line.
"""

import asyncio
import gc
import json
import sys
from pathlib import Path

import uvloop

from novacast.clock import HOUR, SystemClock
from novacast.database import Database, migrate
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.playback.watches import Watches
from novacast.settings import Server, Settings, Tickets
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.door.devices.authenticator import DoorAuthenticator
from novacast.tickets.door.models import Rules
from novacast.tickets.door.topics import TOPICS
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.pages import ticket_pages
from novacast.tickets.routes import ticket_routes
from novacast.tickets.services import FONTS, TicketServices, ticket_services
from novacast.topics import Topics
from novacast.web.server import Parts, WebServer
from tests.bench.holds_server import OWNER, Nothing, Tokens

AT_ONCE = 500
"""Tickets in one sale."""


async def evening(own: TicketServices, now: int, tickets: int, state: Path) -> str:
    """The id of the list."""
    event = await own.events.create(OWNER, "org", EventChanges(title="Bench", currency="EUR", published=True))
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=now + HOUR, ends_at=now + 4 * HOUR)
    night = await own.performances.create(OWNER, event.id, hours)
    standing = await own.performances.add_item(OWNER, night.id, NewItem("Standing", ItemKind.GENERAL, price=1000), [])
    await own.performances.add_quota(OWNER, night.id, "Room", tickets, [standing.id])
    await own.performances.move(OWNER, night.id, PerformanceState.ON_SALE)
    buyer = buyer_of("", "", "en", needed=False)
    with (state / "codes").open("w", encoding="ascii") as file:
        for _ in range(0, tickets, AT_ONCE):
            sold = await own.orders.sell(OWNER, night.id, [Wish(standing.id, AT_ONCE)], buyer, Method.CASH)
            codes = await own.admission.codes(await own.admission.of_order(sold.order.id))
            file.writelines(f"{code}\n" for code in codes.values())
    return (await own.door.lists.create(OWNER, night.id, Rules("Front"))).id


async def main(state: Path, tickets: int, devices: int) -> None:
    clock, path = SystemClock(), state / "bench.db"
    settings = Settings(server=Server(port=0), tickets=Tickets(mode="test", holds_per_address=10**9))
    migrate(path, MIGRATIONS, clock, backups=state)
    db = await Database.open(path, clock, readers=4, guards=GUARDS)
    own, facts, topics = (
        ticket_services(db, RateLimiter(clock), settings, b"k" * 32, Ledger(), Invoices(db, FONTS), Watches(db)),
        Outbox(db),
        Topics(),
    )
    topics.declare(TOPICS, own.door.devices.may_look)
    listed = await evening(own, clock.now(), tickets, state)
    tokens = []
    for number in range(devices):
        _, code = await own.door.devices.invite(OWNER, listed, f"Device {number}", f"Gate {number}")
        tokens.append((await own.door.devices.pair(code, "bench", f"192.0.2.{number}"))[1])
    _, pairing = await own.door.devices.invite(OWNER, listed, "Browser", "Browser")
    server = WebServer(
        Parts(
            settings=settings,
            routes=[*ticket_routes(own, clock), *ticket_pages(own, clock), Nothing()],
            authenticator=DoorAuthenticator(Tokens(), own.door.devices),
            db=db,
            outbox=facts,
            clock=clock,
            limiter=RateLimiter(clock),
            metrics=Metrics(),
            key=bytes(32),
            topics=topics,
        )
    )
    await facts.start()
    await server.start()
    gc.collect()
    gc.freeze()  # as `novacast serve` does
    print(json.dumps({"port": server.port, "tokens": tokens, "pairing": pairing}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop()
    await facts.close()
    await db.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
