"""The server that novacast starts, with the box office as its only slice and a handler that does nothing, for
tests.bench.

Run: `python -m tests.bench.holds_server STATE_FOLDER HOLDS`; prints one line, `PORT PERFORMANCE STANDING SEATED`.
"""

import asyncio
import gc
import sys
from pathlib import Path

import uvloop

from novacast.clock import HOUR, SystemClock
from novacast.database import Database, migrate
from novacast.identity import Principal, Role
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.playback.watches import Watches
from novacast.settings import Server, Settings, Tickets
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.holds.bodies import NewHoldBody
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.routes import ticket_routes
from novacast.tickets.services import FONTS, TicketServices, ticket_services
from novacast.web import Body, Call, Credentials, post
from novacast.web.server import Parts, WebServer

OWNER = Principal("owner", session_id="s", name="owner", roles={"org": Role.OWNER})
ROWS, ROW = 400, 50


class Tokens:
    async def authenticate(self, credentials: Credentials) -> Principal:
        return OWNER


class NothingBody(Body):
    lines: int


class Nothing:
    """Takes the body of a hold, and does nothing with it."""

    @post("/api/v1/nothing", public=True, idempotent=False)
    async def nothing(self, call: Call, body: NewHoldBody) -> NothingBody:
        return NothingBody(lines=len(body.lines))


async def evening(own: TicketServices, now: int, holds: int) -> tuple[str, str, str]:
    event = await own.events.create(OWNER, "org", EventChanges(title="Bench", currency="EUR", published=True))
    rows = [{"name": str(row), "count": ROW} for row in range(ROWS)]
    seat_map = await own.seat_maps.create(OWNER, "org", "Hall", {"sections": [{"name": "S", "rows": rows}]})
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=now + 24 * HOUR, ends_at=now + 26 * HOUR)
    night = await own.performances.create(OWNER, event.id, hours, seat_map.id)
    standing = await own.performances.add_item(
        OWNER, night.id, NewItem("Standing", ItemKind.GENERAL, price=1000, fee=50), []
    )
    seated = await own.performances.add_item(OWNER, night.id, NewItem("Seat", ItemKind.SEATED, True, 2000), [])
    await own.performances.add_quota(OWNER, night.id, "Room", holds, [standing.id])
    await own.performances.move(OWNER, night.id, PerformanceState.ON_SALE)
    return night.id, standing.id, seated.id


async def main(state: Path, holds: int) -> None:
    clock, path = SystemClock(), state / "bench.db"
    settings = Settings(server=Server(port=0), tickets=Tickets(mode="test", holds_per_address=10**9))
    migrate(path, MIGRATIONS, clock, backups=state)
    db = await Database.open(path, clock, readers=4, guards=GUARDS)
    own, facts = (
        ticket_services(db, RateLimiter(clock), settings, b"k" * 32, Ledger(), Invoices(db, FONTS), Watches(db)),
        Outbox(db),
    )
    night, standing, seated = await evening(own, clock.now(), holds)
    server = WebServer(
        Parts(
            settings=settings,
            routes=[*ticket_routes(own, clock), Nothing()],
            authenticator=Tokens(),
            db=db,
            outbox=facts,
            clock=clock,
            limiter=RateLimiter(clock),
            metrics=Metrics(),
            key=bytes(32),
        )
    )
    await facts.start()
    await server.start()
    gc.collect()
    gc.freeze()  # as `novacast serve` does
    print(server.port, night, standing, seated, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    audit = await own.proof.audit()
    print("in order" if audit.clean else f"broken: {audit.broken}", audit.claims, flush=True)
    await server.stop()
    await facts.close()
    await db.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2])))
