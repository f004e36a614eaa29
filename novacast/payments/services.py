"""The slice put together in two steps: those who move money come before the box office, what they tell after it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from novacast.database import Database
from novacast.payments.inbox.service import Inbox, News
from novacast.payments.ports import Provider, Settles
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class Outside:
    """Those outside who move money, as far as the settings name them."""

    providers: Sequence[Provider] = ()
    news: Sequence[News] = ()
    closing: Sequence[Callable[[], Awaitable[None]]] = ()


@dataclass(frozen=True, slots=True)
class PaymentServices:
    outside: Outside
    inbox: Inbox

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
    return Outside((own.provider,), (own.news,), (own.close,))


def payment_services(db: Database, found: Outside, settles: Settles) -> PaymentServices:
    return PaymentServices(found, Inbox(db, found.news, settles))
