"""Stripe put together."""

from novacast.database import Database
from novacast.payments.stripe.billing.catalogue import Catalogue
from novacast.payments.stripe.billing.client import BillingApi
from novacast.payments.stripe.billing.service import StripeBilling
from novacast.payments.stripe.checkout import StripeCheckout
from novacast.payments.stripe.client import StripeApi
from novacast.payments.stripe.element import Element
from novacast.payments.stripe.intents import IntentApi
from novacast.payments.stripe.news import StripeNews
from novacast.payments.stripe.provider import StripeProvider
from novacast.payments.stripe.refunds import StripeRefunds
from novacast.payments.stripe.statements import StripeStatements
from novacast.records import dataclass
from novacast.settings import Stripe


@dataclass(frozen=True, slots=True)
class StripeServices:
    api: StripeApi
    provider: StripeProvider
    billing: StripeBilling
    news: StripeNews
    statements: StripeStatements

    async def close(self) -> None:
        await self.api.close()


def stripe_services(db: Database, settings: Stripe) -> StripeServices:
    api = StripeApi(settings.secret_key, settings.base_url, seconds=settings.timeout_seconds, retries=settings.retries)
    checkout = StripeCheckout(db, api, Element(IntentApi(api), settings))
    refunds, subscriptions = StripeRefunds(db, api, checkout), BillingApi(api)
    provider = StripeProvider(checkout, refunds, live=api.live)
    billing = StripeBilling(subscriptions, Catalogue(db, subscriptions), checkout, refunds)
    news = StripeNews(db, api, subscriptions, settings.webhook_secrets)
    return StripeServices(api, provider, billing, news, StripeStatements(db, api, subscriptions))
