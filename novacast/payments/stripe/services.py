"""Stripe put together."""

from dataclasses import dataclass

from novacast.database import Database
from novacast.payments.stripe.checkout import StripeCheckout
from novacast.payments.stripe.client import StripeApi
from novacast.payments.stripe.news import StripeNews
from novacast.payments.stripe.provider import StripeProvider
from novacast.payments.stripe.refunds import StripeRefunds
from novacast.payments.stripe.statements import StripeStatements
from novacast.settings import Stripe


@dataclass(frozen=True, slots=True)
class StripeServices:
    api: StripeApi
    provider: StripeProvider
    news: StripeNews
    statements: StripeStatements

    async def close(self) -> None:
        await self.api.close()


def stripe_services(db: Database, settings: Stripe) -> StripeServices:
    api = StripeApi(settings.secret_key, settings.base_url, seconds=settings.timeout_seconds, retries=settings.retries)
    checkout = StripeCheckout(db, api)
    provider = StripeProvider(checkout, StripeRefunds(db, api, checkout), live=api.live)
    news = StripeNews(db, api, settings.webhook_secrets)
    return StripeServices(api, provider, news, StripeStatements(db, api))
