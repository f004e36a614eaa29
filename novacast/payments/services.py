"""The slice put together in two steps: those who move money come before the box office, what they tell after it."""

from collections.abc import Awaitable, Callable, Sequence

from novacast.clock import Clock
from novacast.database import Database
from novacast.errors import NovaCastError
from novacast.money import Witness
from novacast.payments.inbox.service import Inbox, News
from novacast.payments.incidents.service import Incidents
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.ledger.service import Ledger
from novacast.payments.memberships.ports import Biller
from novacast.payments.payouts.ports import Statements
from novacast.payments.payouts.service import Payouts
from novacast.payments.settlers import Settler, Settling
from novacast.payments.stripe.signatures import TOLERANCE
from novacast.records import dataclass
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class Outside:
    """Those outside who move money, as far as the settings name them."""

    providers: Sequence[Witness] = ()
    billers: Sequence[Biller] = ()
    news: Sequence[News] = ()
    statements: Sequence[Statements] = ()
    closing: Sequence[Callable[[], Awaitable[None]]] = ()


@dataclass(frozen=True, slots=True)
class PaymentServices:
    outside: Outside
    inbox: Inbox
    payouts: Payouts
    incidents: Incidents
    """To be subscribed to the facts, durably."""

    def start(self) -> None:
        self.inbox.start()

    async def close(self) -> None:
        await self.inbox.close()
        for close in self.outside.closing:
            await close()


def outside(db: Database, settings: Settings) -> Outside:
    if not settings.stripe.secret_key:
        return Outside()
    # The SDK takes half a second and thirty megabytes: only a house that uses it pays for that.
    from novacast.payments.stripe.services import stripe_services

    own = stripe_services(db, settings.stripe)
    return Outside((own.provider,), (own.billing,), (own.news,), (own.statements,), (own.close,))


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why payments don't work, for the doctor."""

    message: str
    mend: str


async def outlook(settings: Settings, clock: Clock) -> Wrong | None:
    """What Stripe says to our key, and whether its webhooks would be taken by our clock."""
    from novacast.payments.stripe.client import StripeApi

    own = settings.stripe
    api = StripeApi(own.secret_key, own.base_url, seconds=own.timeout_seconds, retries=own.retries)
    try:
        apart = await api.apart(clock.now())
    except NovaCastError as error:
        return Wrong(error.message, "Look at [stripe] secret_key, its permissions, and the way to api.stripe.com.")
    finally:
        await api.close()
    if abs(apart) <= TOLERANCE // 2:
        return None
    return Wrong(
        f"This machine's clock is {abs(apart)} s {'behind' if apart > 0 else 'ahead of'} Stripe's.",
        f"Set the clock (NTP): webhooks are refused from {TOLERANCE} s on.",
    )


def payment_services(
    db: Database, found: Outside, settlers: Sequence[Settler], *, test: bool = True
) -> PaymentServices:
    """`test`: what is sold is not real. An account of the other mode is not gone through."""
    accounts = [one for one in found.statements if one.live is not test]
    settles = Settling(settlers, Inquiries(db))
    payouts = Payouts(db, accounts, settles, Ledger(), test=test)
    return PaymentServices(found, Inbox(db, found.news, settles, {"payout": payouts.heard}), payouts, Incidents(db))
