"""A server that takes Stripe's webhooks, and asks a stand-in what they are about, for tests.bench.

Run: `python -m tests.bench.payments_server STATE_FOLDER STANDIN_URL`; prints one line of JSON: `port`.
"""

import asyncio
import gc
import json
import sys
from pathlib import Path

import uvloop

from novacast.clock import SystemClock
from novacast.database import Database, migrate
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.payments.inbox.routes import InboxRoutes
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.payments.services import outside, payment_services
from novacast.playback.watches import Watches
from novacast.settings import Server, Settings, Stripe, Tickets
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.services import FONTS, ticket_services
from novacast.web.server import Parts, WebServer
from tests.bench.holds_server import Nothing, Tokens
from tests.fakes.stripe.server import SECRET_KEY

SIGNING = "whsec_bench"


async def main(state: Path, standin: str) -> None:
    clock, path = SystemClock(), state / "bench.db"
    own = Stripe(secret_key=SECRET_KEY, base_url=standin, webhook_secrets=(SIGNING,))
    settings = Settings(server=Server(port=0), tickets=Tickets(mode="test"), stripe=own)
    migrate(path, MIGRATIONS, clock, backups=state)
    db = await Database.open(path, clock, readers=4, guards=GUARDS)
    movers, facts = outside(db, settings), Outbox(db)
    tickets = ticket_services(
        db, RateLimiter(clock), settings, b"k" * 32, Ledger(), Invoices(db, FONTS), Watches(db), movers.providers
    )
    payments = payment_services(db, movers, [tickets.news])
    server = WebServer(
        Parts(
            settings=settings,
            routes=[InboxRoutes(payments.inbox), Nothing()],
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
    payments.start()
    await server.start()
    gc.collect()
    gc.freeze()  # as the server does once it has started
    print(json.dumps({"port": server.port}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()
    await payments.close()
    await facts.close()
    await db.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), sys.argv[2]))
