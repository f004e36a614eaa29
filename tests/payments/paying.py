"""A box office whose cards are paid at the stand-in, and what happens there and in between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from novacast.clock import SECOND
from novacast.database import Database
from novacast.limits import RateLimiter
from novacast.payments.inbox.routes import InboxRoutes
from novacast.payments.inbox.service import Inbox
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.payments.memberships.disputes.listing import MembershipDisputes
from novacast.payments.services import PaymentServices, outside, payment_services
from novacast.playback.watches import Watches
from novacast.settings import Server, Settings, Stripe, Tickets
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method, Receipt
from novacast.tickets.services import FONTS, TicketServices, ticket_services
from novacast_admin.stripe_stand_in import SECRET_KEY
from novacast_admin.stripe_stand_in.money import SUCCESS
from novacast_admin.stripe_stand_in.server import StandIn, standing_in
from novacast_admin.stripe_stand_in.shapes import Object
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.tickets.box import KEY, TEST_MODE, Box, furnished
from tests.tickets.serving import Served, serving

HOUSE = "http://house.example"
SIGNING = "whsec_test"


def settings_of(
    standin: StandIn,
    *,
    webhooks: bool = True,
    retries: int = 0,
    seconds: float = 5.0,
    element: bool = False,
    tickets: Tickets = TEST_MODE,
) -> Settings:
    """No repetitions of the SDK's own: they wait half a second."""
    own = Stripe(
        secret_key=SECRET_KEY,
        base_url=standin.url,
        retries=retries,
        timeout_seconds=seconds,
        webhook_secrets=(SIGNING,) if webhooks else (),
        element=element,
        publishable_key="pk_test_x" if element else "",
        element_script=f"{standin.url}/element.js" if element else "",
    )
    return Settings(tickets=tickets, stripe=own, server=Server(public_url=HOUSE))


@dataclass
class House:
    box: Box
    standin: StandIn
    payments: PaymentServices
    settings: Settings

    @property
    def inbox(self) -> Inbox:
        return self.payments.inbox

    async def order(self) -> Receipt:
        return await self.box.order(await self.box.standing(), Method.CARD)

    def token(self, receipt: Receipt) -> str:
        return self.box.own.orders.token(receipt.order.id)

    async def begun(self, receipt: Receipt | None = None) -> tuple[str, Object]:
        """The order's token, and the page where it is paid."""
        token = self.token(receipt or await self.order())
        now = await self.box.own.orders.pay(token)
        return token, self.page(now)

    def page(self, receipt: Receipt) -> Object:
        return self.standin.account.get("checkout.session", receipt.attempts[-1].reference or "")

    def intent(self, receipt: Receipt) -> Object:
        """What is paid on a page of the house."""
        return self.standin.account.get("payment_intent", receipt.attempts[-1].reference or "")

    async def paid(self, number: str = SUCCESS) -> str:
        """An order that is paid and returned from."""
        token, page = await self.begun()
        self.standin.checkout.pay(page["id"], number)
        await self.box.own.orders.look_after(token)
        return token

    async def state(self, token: str) -> OrderState:
        return (await self.box.own.orders.show(token)).order.state

    async def restarted(self) -> "House":
        """As after a crash: nothing but the database is left."""
        await self.payments.close()
        own, self.payments = put_together(self.box.db, self.box.clock, self.settings)
        self.box = replace(self.box, own=own)
        return self


def put_together(db: Database, clock: FakeClock, settings: Settings) -> tuple[TicketServices, PaymentServices]:
    movers = outside(db, settings)
    own = ticket_services(
        db,
        RateLimiter(clock),
        settings,
        KEY,
        Ledger(),
        Invoices(db, FONTS),
        Watches(db),
        movers.providers,
        contests=(MembershipDisputes(db), Inquiries(db)),
    )
    return own, payment_services(db, movers, [own.news])


@asynccontextmanager
async def open_house(
    path: Path,
    clock: FakeClock,
    *,
    webhooks: bool = True,
    seconds: float = 5.0,
    element: bool = False,
    tickets: Tickets = TEST_MODE,
) -> AsyncIterator[House]:
    migrated(path, MIGRATIONS)
    async with standing_in(lambda: clock.now() / SECOND) as standin:
        db = await Database.open(path, clock, readers=2, guards=GUARDS)
        settings = settings_of(standin, webhooks=webhooks, seconds=seconds, element=element, tickets=tickets)
        own, payments = put_together(db, clock, settings)
        house = House(await furnished(db, clock, own), standin, payments, settings)
        try:
            yield house
        finally:
            await house.payments.close()
            await db.close()


@asynccontextmanager
async def hooked(house: House) -> AsyncIterator[Served]:
    """The house behind its web server, whose address Stripe knows."""
    async with serving(house.box, [InboxRoutes(house.inbox)]) as opened:
        house.standin.webhooks.url = f"{opened.url}/api/v1/webhooks/stripe"
        yield opened
