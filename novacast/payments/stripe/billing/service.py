"""Stripe as whoever counts the periods of memberships. Fits memberships' `Biller`."""

from typing import Literal

from novacast.clock import SECOND
from novacast.errors import NotFound, Unavailable
from novacast.i18n import text
from novacast.identity import new_id
from novacast.money import PaymentRefused, Repaid, Repayment
from novacast.payments.memberships.ports import Change, Opening, Preview, Told
from novacast.payments.stripe.billing.catalogue import Catalogue
from novacast.payments.stripe.billing.client import BillingApi
from novacast.payments.stripe.billing.models import Billed, change_params, opening_params
from novacast.payments.stripe.checkout import StripeCheckout
from novacast.payments.stripe.models import Session
from novacast.payments.stripe.provider import NAME
from novacast.payments.stripe.refunds import StripeRefunds

_UNKNOWN = text("Stripe does not know this payment. The house has been told.")


class StripeBilling:
    name = NAME

    def __init__(self, api: BillingApi, catalogue: Catalogue, checkout: StripeCheckout, refunds: StripeRefunds) -> None:
        self._api, self._catalogue, self._checkout, self._refunds = api, catalogue, checkout, refunds

    @property
    def live(self) -> bool:
        return self._api.live

    async def begin(self, opening: Opening) -> str | None:
        asked, session = await self._checkout.find(opening.key)
        if session is not None and session.status != "open":
            return None
        try:
            customer = "" if asked else await self._catalogue.customer(opening)
            price = "" if asked else await self._catalogue.price(opening)
            begun = await self._checkout.lead(opening.key, lambda now: opening_params(opening, customer, price, now))
        except PaymentRefused as error:
            if error.reason == "resource_missing":
                await self._catalogue.forget(opening)
            raise
        return begun.url

    async def look(self, key: str, reference: str | None, since: int) -> Told:
        if reference is None:
            asked, session = await self._checkout.find(key)
            if not asked:
                return self._none("open", key)
            if session is None or session.subscription is None:
                return self._none(_open(session), key)
            reference = session.subscription
        return await self._told(reference, since)

    async def close(self, key: str) -> Told:
        session = await self._checkout.call_off(key)
        if session is None or session.subscription is None:
            return self._none(_open(session), key)
        return await self._told(session.subscription, 0)

    async def change(self, change: Change) -> None:
        if change.kind == "end":
            try:
                await self._api.cancel(change.reference)
            except (NotFound, PaymentRefused):
                await self._known(change.reference)  # over already, or the key is another account's
            return
        found = await self._known(change.reference)
        if change.kind == "resume" and found.paused:
            await self._drop_drafts(change.reference)
        if found.marks.get("change") == change.key:
            return  # it was heard, and the answer was lost
        price = None if change.opening is None else await self._catalogue.price(change.opening)
        done = await self._api.update(change.reference, change_params(change, found.item, price), change.key)
        if not done and (await self._known(change.reference)).marks.get("change") != change.key:
            raise PaymentRefused(text("Stripe could not do this. Try again."), "error")

    async def preview(self, change: Change) -> Preview:
        assert change.opening is not None, "another plan has a price"
        found = await self._known(change.reference)
        price = await self._catalogue.price(change.opening)
        invoice = await self._api.preview(change.reference, found.item, price, change.at // SECOND)
        bill = invoice.bill()
        total = sum(amount for words, amount in bill.rows if words)
        return Preview(bill.currency, bill.amount or min(total, 0), bill.rows, change.at)

    async def cards(self, person_id: str, back: str) -> str | None:
        customer = await self._catalogue.known_customer(person_id)
        return None if customer is None else await self._api.portal(customer, back, new_id())

    async def void(self, bill: str) -> None:
        try:
            await self._api.void(bill, new_id())
        except (PaymentRefused, NotFound):
            return  # paid, or void already

    async def payment_of(self, bill: str) -> str | None:
        return await self._api.payment_of(bill)

    async def repay(self, repayment: Repayment) -> Repaid:
        return await self._refunds.repay(repayment)

    async def _drop_drafts(self, reference: str) -> None:
        """What a pause was to void, and would be collected an hour later, when there is no pause any more."""
        for one in await self._api.drafts(reference):
            try:
                await self._api.finalize(one, new_id())
            except PaymentRefused:
                continue  # it was done meanwhile, and void
            await self.void(one)

    async def _told(self, reference: str, since: int) -> Told:
        found = await self._known(reference)
        card = await self._card(found) if found.status == "trialing" else None
        return found.told(await self._api.invoices(reference, since // SECOND), card)

    async def _card(self, found: Billed) -> str | None:
        try:
            return await self._api.card(found)
        except NotFound:
            return None  # it was taken away meanwhile

    async def _known(self, reference: str) -> Billed:
        try:
            return await self._api.subscription(reference)
        except NotFound as error:
            raise Unavailable(_UNKNOWN) from error

    def _none(self, state: Literal["open", "closed"], key: str) -> Told:
        return Told(state, "live" if self._api.live else "test", "", key)


def _open(session: Session | None) -> Literal["open", "closed"]:
    """What is complete has a subscription, or will have one in a moment."""
    return "closed" if session is None or session.status == "expired" else "open"
