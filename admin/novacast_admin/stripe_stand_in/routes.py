"""Which request does what: method and path, the SDK's type of its parameters, and the work."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from stripe import params as types
from stripe.params import billing_portal as portal_types
from stripe.params import checkout as checkout_types

from novacast.records import dataclass
from novacast_admin.stripe_stand_in.shapes import Object

if TYPE_CHECKING:
    from novacast_admin.stripe_stand_in.server import StandIn

Work = Callable[[Mapping[str, Any], str], Object]


@dataclass(frozen=True)
class Route:
    method: str
    path: re.Pattern[str]
    params: type
    work: Work


def _route(method: str, path: str, params: type, work: Work) -> Route:
    return Route(method, re.compile("/v1/" + path.replace("{id}", r"(?P<id>[^/]+)")), params, work)


def routes(own: "StandIn") -> Sequence[Route]:
    account, checkout, money, catalogue = own.account, own.checkout, own.money, own.catalogue

    def read(kind: str) -> Work:
        return lambda _, one: account.get(kind, one)

    def listing(kind: str, path: str) -> Work:
        return lambda params, _id: account.filtered(kind, params, f"/v1/{path}")

    def change(kind: str) -> Work:
        return lambda params, one: catalogue.change(kind, one, params)

    t, c = types, checkout_types
    return [
        *_billing(own, read, listing),
        _route("POST", "customers", t.CustomerCreateParams, lambda params, _: catalogue.customer(params)),
        _route("GET", "customers", t.CustomerListParams, listing("customer", "customers")),
        _route("GET", "customers/{id}", t.CustomerRetrieveParams, read("customer")),
        _route("POST", "customers/{id}", t.CustomerUpdateParams, change("customer")),
        _route("POST", "products", t.ProductCreateParams, lambda params, _: catalogue.product(params)),
        _route("GET", "products", t.ProductListParams, listing("product", "products")),
        _route("GET", "products/{id}", t.ProductRetrieveParams, read("product")),
        _route("POST", "products/{id}", t.ProductUpdateParams, change("product")),
        _route("POST", "prices", t.PriceCreateParams, lambda params, _: catalogue.price(params)),
        _route("GET", "prices", t.PriceListParams, listing("price", "prices")),
        _route("GET", "prices/{id}", t.PriceRetrieveParams, read("price")),
        _route("POST", "prices/{id}", t.PriceUpdateParams, change("price")),
        _route("POST", "checkout/sessions", c.SessionCreateParams, lambda params, _: checkout.create(params)),
        _route("GET", "checkout/sessions", c.SessionListParams, listing("checkout.session", "checkout/sessions")),
        _route("GET", "checkout/sessions/{id}", c.SessionRetrieveParams, read("checkout.session")),
        _route("POST", "checkout/sessions/{id}/expire", c.SessionExpireParams, lambda _, one: checkout.expire(one)),
        _route("POST", "payment_intents", t.PaymentIntentCreateParams, lambda params, _: checkout.intend(params)),
        _route("POST", "payment_intents/{id}/confirm", t.PaymentIntentConfirmParams,
               lambda params, one: money.confirm(one, params)),
        _route("GET", "payment_intents", t.PaymentIntentListParams, listing("payment_intent", "payment_intents")),
        _route("GET", "payment_intents/{id}", t.PaymentIntentRetrieveParams, read("payment_intent")),
        _route("POST", "payment_intents/{id}/cancel", t.PaymentIntentCancelParams,
               lambda params, one: money.cancel_intent(one, params)),
        _route("GET", "charges", t.ChargeListParams, listing("charge", "charges")),
        _route("GET", "charges/{id}", t.ChargeRetrieveParams, read("charge")),
        _route("POST", "refunds", t.RefundCreateParams, lambda params, _: money.refund(params)),
        _route("GET", "refunds", t.RefundListParams, listing("refund", "refunds")),
        _route("GET", "refunds/{id}", t.RefundRetrieveParams, read("refund")),
        _route("POST", "refunds/{id}/cancel", t.RefundCancelParams, lambda _, one: money.cancel_refund(one)),
        _route("GET", "disputes", t.DisputeListParams, listing("dispute", "disputes")),
        _route("GET", "disputes/{id}", t.DisputeRetrieveParams, read("dispute")),
        _route("POST", "disputes/{id}", t.DisputeUpdateParams, lambda params, one: money.update_dispute(one, params)),
        _route("POST", "disputes/{id}/close", t.DisputeCloseParams, lambda _, one: money.end_dispute(one, won=False)),
        _route("GET", "events", t.EventListParams, lambda params, _: account.list_events(params)),
        _route("GET", "events/{id}", t.EventRetrieveParams, lambda _, one: own.event(one)),
        _route("GET", "balance_transactions", t.BalanceTransactionListParams, own.payouts.balance_transactions),
        _route("GET", "balance_transactions/{id}", t.BalanceTransactionRetrieveParams, read("balance_transaction")),
        _route("POST", "payouts", t.PayoutCreateParams, lambda params, _: own.payouts.create(params)),
        _route("GET", "payouts", t.PayoutListParams, listing("payout", "payouts")),
        _route("GET", "payouts/{id}", t.PayoutRetrieveParams, read("payout")),
        _route("GET", "balance", t.BalanceRetrieveParams, lambda _params, _id: own.balance()),
    ]  # fmt: skip


def _billing(own: "StandIn", read: Callable[[str], Work], listing: Callable[[str, str], Work]) -> Sequence[Route]:
    billing, t = own.billing, types
    return [
        _route("POST", "subscriptions", t.SubscriptionCreateParams, lambda params, _: billing.create(params)),
        _route("GET", "subscriptions", t.SubscriptionListParams, listing("subscription", "subscriptions")),
        _route("GET", "subscriptions/{id}", t.SubscriptionRetrieveParams, read("subscription")),
        _route(
            "POST", "subscriptions/{id}", t.SubscriptionUpdateParams, lambda params, one: billing.update(one, params)
        ),
        _route(
            "DELETE", "subscriptions/{id}", t.SubscriptionCancelParams, lambda params, one: billing.cancel(one, params)
        ),
        _route(
            "GET",
            "subscription_items",
            t.SubscriptionItemListParams,
            listing("subscription_item", "subscription_items"),
        ),
        _route("GET", "invoices", t.InvoiceListParams, own.invoices),
        _route(
            "POST", "invoices/create_preview", t.InvoiceCreatePreviewParams, lambda params, _: billing.preview(params)
        ),
        _route("GET", "invoices/{id}", t.InvoiceRetrieveParams, read("invoice")),
        _route("POST", "invoices/{id}/pay", t.InvoicePayParams, lambda params, one: billing.invoices.pay(one, params)),
        _route(
            "POST",
            "invoices/{id}/finalize",
            t.InvoiceFinalizeInvoiceParams,
            lambda params, one: billing.invoices.end_draft(one, params),
        ),
        _route("POST", "invoices/{id}/void", t.InvoiceVoidInvoiceParams, lambda _, one: billing.invoices.void(one)),
        _route(
            "GET",
            "invoice_payments",
            t.InvoicePaymentListParams,
            lambda params, _: own.account.page(billing.invoices.payments(params), params, "/v1/invoice_payments"),
        ),
        _route("GET", "payment_methods/{id}", t.PaymentMethodRetrieveParams, read("payment_method")),
        _route(
            "POST",
            "billing_portal/sessions",
            portal_types.SessionCreateParams,
            lambda params, _: billing.portal(params),
        ),
    ]
