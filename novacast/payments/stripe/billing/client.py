"""The SDK's calls about subscriptions, behind shapes of ours."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast

import stripe

from novacast.i18n import text
from novacast.money import PaymentRefused
from novacast.payments.stripe.billing.models import Billed, Invoice, Line
from novacast.payments.stripe.client import MOST_PAGES, PAGE, StripeApi, kept

log = logging.getLogger(__name__)

_EXPANDED = ["latest_invoice"]


class BillingApi:
    def __init__(self, api: StripeApi) -> None:
        self._api = api

    @property
    def live(self) -> bool:
        return self._api.live

    async def make(self, kind: str, params: Mapping[str, Any], key: str) -> str:
        """A customer, a product or a price; its id. Raises PaymentRefused, Unavailable."""
        v1 = self._api.sdk.v1
        calls = {
            "customer": v1.customers.create_async, "product": v1.products.create_async,
            "price": v1.prices.create_async,
        }  # fmt: skip
        with self._api.told():
            try:
                made = await cast("Any", calls[kind])(params, _options(key))
            except stripe.APIError as error:
                if kept(error):
                    raise PaymentRefused(text("Stripe could not begin this payment. Try again."), "kept") from error
                raise
        return str(made.id)

    async def subscription(self, id: str) -> Billed:
        """Raises NotFound, Unavailable."""
        with self._api.told():
            found = await self._api.sdk.v1.subscriptions.retrieve_async(id, {"expand": _EXPANDED})
        return _billed(found)

    async def card(self, one: Billed) -> str | None:
        """The fingerprint of the card that it is paid by. None: it is paid otherwise, or the key may not look. Raises
        Unavailable."""
        with self._api.told():
            try:
                method = one.method or await self._method_of(one.customer)
                found = None if method is None else await self._api.sdk.v1.payment_methods.retrieve_async(method)
            except stripe.PermissionError:
                log.warning("Stripe's key may not read PaymentMethods: who had a trial is not known by the card")
                return None
        return None if found is None or found.card is None else found.card.fingerprint

    async def _method_of(self, customer: str) -> str | None:
        found = (await self._api.sdk.v1.customers.retrieve_async(customer)).to_dict()
        method: str | None = found["invoice_settings"]["default_payment_method"]
        return method

    async def update(self, id: str, params: Mapping[str, Any], key: str) -> bool:
        """Whether it is known to be done: an error kept by the key says nothing. Raises PaymentRefused, NotFound,
        Unavailable."""
        with self._api.told():
            try:
                await self._api.sdk.v1.subscriptions.update_async(id, cast("Any", params), _options(key))
            except stripe.APIError as error:
                if kept(error):
                    return False
                raise
        return True

    async def cancel(self, id: str) -> None:
        """At once; nothing is given back, nothing more is wanted. Raises NotFound for what is over, Unavailable."""
        with self._api.told():
            await self._api.sdk.v1.subscriptions.cancel_async(id, {"prorate": False, "invoice_now": False})

    async def invoices(self, subscription: str, since: int) -> Sequence[Invoice]:
        """Newest first; `since`: seconds. Raises Unavailable."""
        params: dict[str, Any] = {"subscription": subscription, "created": {"gte": since}, "limit": PAGE}
        found: list[Invoice] = []
        for _page in range(MOST_PAGES):
            with self._api.told():
                page = await self._api.sdk.v1.invoices.list_async(cast("Any", params))
            found += [_invoice(one) for one in page.data]
            if not page.has_more:
                break
            params["starting_after"] = page.data[-1].id
        return found

    async def drafts(self, subscription: str) -> Sequence[str]:
        """Ids of invoices that are not final yet. Raises Unavailable."""
        with self._api.told():
            page = await self._api.sdk.v1.invoices.list_async({"subscription": subscription, "status": "draft"})
        return [one.id for one in page.data if one.id is not None]

    async def finalize(self, invoice: str, key: str) -> None:
        """Without collecting it. Raises PaymentRefused for what is final already, Unavailable."""
        with self._api.told():
            await self._api.sdk.v1.invoices.finalize_invoice_async(invoice, {"auto_advance": False}, _options(key))

    async def subscription_of(self, invoice: str) -> str:
        """Empty: of none. Raises NotFound, Unavailable."""
        with self._api.told():
            found = await self._api.sdk.v1.invoices.retrieve_async(invoice)
        return str(_subscription_of(found.to_dict()) or "")

    async def preview(self, subscription: str, item: str, price: str, at: int) -> Invoice:
        """Raises PaymentRefused, Unavailable."""
        details = {
            "items": [{"id": item, "price": price}],
            "proration_behavior": "always_invoice",
            "proration_date": at,
        }
        with self._api.told():
            found = await self._api.sdk.v1.invoices.create_preview_async(
                cast("Any", {"subscription": subscription, "subscription_details": details})
            )
        return _invoice(found)

    async def void(self, invoice: str, key: str) -> None:
        """Raises PaymentRefused for what is not open any more, Unavailable."""
        with self._api.told():
            await self._api.sdk.v1.invoices.void_invoice_async(invoice, {}, _options(key))

    async def payment_of(self, invoice: str) -> str | None:
        """The payment intent that paid it. Raises Unavailable."""
        with self._api.told():
            page = await self._api.sdk.v1.invoice_payments.list_async({"invoice": invoice, "status": "paid"})
        for one in page.data:
            intent = one.payment.payment_intent
            if intent is not None:
                return intent if isinstance(intent, str) else intent.id
        return None

    async def invoice_of(self, payment: str) -> str | None:
        """The invoice that a payment intent paid. Raises Unavailable."""
        wanted = {"payment": {"type": "payment_intent", "payment_intent": payment}}
        with self._api.told():
            page = await self._api.sdk.v1.invoice_payments.list_async(cast("Any", wanted))
        for one in page.data:
            return one.invoice if isinstance(one.invoice, str) else one.invoice.id
        return None

    async def portal(self, customer: str, back: str, key: str) -> str:
        """Where a customer changes the card. Raises PaymentRefused, Unavailable."""
        flow = {
            "type": "payment_method_update",
            "after_completion": {"type": "redirect", "redirect": {"return_url": back}},
        }
        with self._api.told():
            made = await self._api.sdk.v1.billing_portal.sessions.create_async(
                cast("Any", {"customer": customer, "return_url": back, "flow_data": flow}), _options(key)
            )
        return str(made.url)


def _options(key: str) -> Any:
    return {"idempotency_key": key}


def _billed(one: stripe.Subscription) -> Billed:
    found = one.to_dict()
    item = found["items"]["data"][0]
    latest, price = one.latest_invoice, item["price"]
    return Billed(
        id=found["id"],
        status=found["status"],
        live=found["livemode"],
        marks=found.get("metadata") or {},
        item=item["id"],
        price=(price.get("unit_amount") or 0) * item.get("quantity", 1),
        currency=price["currency"],
        price_marks=price.get("metadata") or {},
        since=item["current_period_start"],
        until=item["current_period_end"],
        trial_until=found.get("trial_end"),
        stops=bool(found.get("cancel_at_period_end")),
        paused=found.get("pause_collection") is not None,
        failed=(found.get("cancellation_details") or {}).get("reason") == "payment_failed",
        latest=_invoice(latest) if isinstance(latest, stripe.Invoice) else None,
        customer=found["customer"],
        method=found.get("default_payment_method"),
    )


def _invoice(one: stripe.Invoice) -> Invoice:
    found = one.to_dict()
    lines = found["lines"]["data"]
    return Invoice(
        id=found.get("id") or "",
        status=found.get("status") or "draft",
        due=found["amount_due"],
        paid=found["amount_paid"],
        currency=found["currency"],
        reason=found.get("billing_reason") or "",
        url=found.get("hosted_invoice_url"),
        next_at=found.get("next_payment_attempt"),
        created=found["created"],
        lines=[_line(each) for each in lines],
    )


def _line(each: Mapping[str, Any]) -> Line:
    once = (each.get("parent") or {}).get("type") == "invoice_item_details"
    return Line(each.get("description") or "", each["amount"], each["period"]["start"], each["period"]["end"], once)


def _subscription_of(invoice: Mapping[str, Any]) -> str | None:
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    found: str | None = details.get("subscription")
    return found
