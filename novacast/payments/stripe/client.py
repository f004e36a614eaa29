"""The official SDK, behind the few calls that are made of it: nobody else here knows its objects or its errors.

Every call has a time, and one repetition of its own with the same key, for a connection that broke; whoever called
repeats it later. API version and SDK belong together: its types are those of this version.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any, cast

import stripe

from novacast.clock import SECOND
from novacast.errors import NotFound, Unavailable
from novacast.i18n import text
from novacast.money import PaymentRefused
from novacast.payments.inbox.models import Heard
from novacast.payments.stripe.models import Refund, Session

log = logging.getLogger(__name__)

VERSION = "2026-10-28.endive"
SECONDS = 15.0
RETRIES = 1
PAGE = 100
MOST_PAGES = 300
"""Of a list that is gone through at once."""
LIVE = ("sk_live_", "rk_live_")


class _Http(stripe.AIOHTTPClient):
    """Whose answers that break off half way are broken connections too: the SDK's own lets what happens then pass."""

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            return await super().request_async(method, url, headers, post_data)
        except stripe.APIConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - of whatever library the SDK speaks with
            self._handle_request_error(error)


class StripeApi:
    def __init__(self, key: str, address: str = "", *, seconds: float = SECONDS, retries: int = RETRIES) -> None:
        """`address`: of the API; empty: Stripe's."""
        self.live = key.startswith(LIVE)
        self._http = _Http(timeout=seconds)
        self._used = False
        self._stripe = stripe.StripeClient(
            key,
            stripe_version=VERSION,
            base_addresses={"api": address} if address else {},
            max_network_retries=retries,
            http_client=self._http,
        )

    async def close(self) -> None:
        if self._used:
            await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK's own

    # Checkout Sessions.

    async def create_session(self, params: Mapping[str, Any], key: str) -> Session | None:
        """Again with the same key it is the same one. None: Stripe keeps an error under this key, and whether there is
        a session only a list of them tells. Raises PaymentRefused, Unavailable."""
        with self._told():
            try:
                found = await self._stripe.v1.checkout.sessions.create_async(cast("Any", params), _options(key))
            except stripe.APIError as error:
                if kept(error):
                    return None
                raise
        return _session(found)

    async def session(self, id: str) -> Session:
        """Raises NotFound, Unavailable."""
        with self._told():
            found = await self._stripe.v1.checkout.sessions.retrieve_async(id, {"expand": ["payment_intent"]})
        made = _session(found)
        bought = made.subscription is not None and "attempt" in marks(found) and found.invoice is not None
        return await self._paid_by(made, _id(found.invoice)) if bought else made

    async def _paid_by(self, session: Session, invoice: str) -> Session:
        """What is paid with the beginning of a subscription stands on its first invoice, and not on the page
        (docs.stripe.com/api/checkout/sessions/object, `payment_intent`)."""
        with self._told():
            page = await self._stripe.v1.invoice_payments.list_async({"invoice": invoice})
            intents = [one.payment.payment_intent for one in page.data if one.payment.payment_intent is not None]
            if not intents:
                return session
            intent = await self._stripe.v1.payment_intents.retrieve_async(_id(intents[0]))
        return replace(session, payment=intent.id, payment_state=intent.status)

    async def find_session(self, key: str, first: int, last: int) -> Session | None:
        """One that was made for this key between two instants. Raises Unavailable."""
        params: dict[str, Any] = {"created": {"gte": first // SECOND, "lte": last // SECOND}, "limit": PAGE}
        for _page in range(MOST_PAGES):
            with self._told():
                page = await self._stripe.v1.checkout.sessions.list_async(cast("Any", params))
            for one in page.data:
                if one.client_reference_id == key:
                    return await self.session(one.id)
            if not page.has_more:
                return None
            params["starting_after"] = page.data[-1].id
        raise Unavailable(text("Stripe has more payments than can be looked through."))

    async def sessions(self, since: int) -> AsyncIterator[tuple[Session, int]]:
        """Those that were made for orders since an instant, and when; newest first. Raises Unavailable, also where
        there are more than are gone through: then nobody may think that these are all."""
        params: dict[str, Any] = {"created": {"gte": since // SECOND}, "limit": PAGE}
        for _page in range(MOST_PAGES):
            with self._told():
                page = await self._stripe.v1.checkout.sessions.list_async(cast("Any", params))
            for one in page.data:
                if "attempt" in marks(one):
                    yield _session(one), one.created * SECOND
            if not page.has_more:
                return
            params["starting_after"] = page.data[-1].id
        raise Unavailable(text("Stripe has more payments than can be looked through."))

    async def expire(self, id: str, key: str) -> None:
        """Raises PaymentRefused for what is over already, Unavailable."""
        with self._told():
            await self._stripe.v1.checkout.sessions.expire_async(id, {}, _options(key))

    # Refunds.

    async def create_refund(self, params: Mapping[str, Any], key: str) -> Refund | None:
        """As `create_session`."""
        with self._told():
            try:
                found = await self._stripe.v1.refunds.create_async(cast("Any", params), _options(key))
            except stripe.APIError as error:
                if kept(error):
                    return None
                raise
        return _refund(found)

    async def refund(self, id: str) -> Refund:
        """Raises NotFound, Unavailable."""
        with self._told():
            return _refund(await self._stripe.v1.refunds.retrieve_async(id))

    async def refunds(self, payment: str) -> Sequence[Refund]:
        """Of a payment intent, newest first. Raises Unavailable."""
        params: dict[str, Any] = {"payment_intent": payment, "limit": PAGE}
        found: list[Refund] = []
        for _page in range(MOST_PAGES):
            with self._told():
                page = await self._stripe.v1.refunds.list_async(cast("Any", params))
            found += [_refund(one) for one in page.data]
            if not page.has_more:
                break
            params["starting_after"] = page.data[-1].id
        return found

    # What an event may be about.

    async def marks(self, kind: str, id: str) -> Mapping[str, str]:
        """What we wrote upon a payment intent or a charge. Raises NotFound, Unavailable."""
        with self._told():
            if kind == "charge":
                return marks(await self._stripe.v1.charges.retrieve_async(id))
            return marks(await self._stripe.v1.payment_intents.retrieve_async(id))

    async def dispute(self, id: str) -> stripe.Dispute:
        """Raises NotFound, Unavailable."""
        with self._told():
            return await self._stripe.v1.disputes.retrieve_async(id)

    async def events(self, types: Sequence[str], since: int) -> AsyncIterator[Heard]:
        """Newest first. Raises Unavailable."""
        params: dict[str, Any] = {"types": list(types), "created": {"gte": since // SECOND}, "limit": PAGE}
        for _page in range(MOST_PAGES):
            with self._told():
                page = await self._stripe.v1.events.list_async(cast("Any", params))
            for one in page.data:
                about = one.to_dict()["data"]["object"]
                yield Heard(one.id, one.type, about["object"], about.get("id", ""), one.created * SECOND)
            if not page.has_more:
                return
            params["starting_after"] = page.data[-1].id
        log.warning("Stripe has more events than are gone through at once; older ones are left to asking by payment")

    async def balance_transactions(self, **wanted: Any) -> AsyncIterator[stripe.BalanceTransaction]:
        """Newest first, with what moved each. `wanted`: parameters of the list. Raises Unavailable."""
        params: dict[str, Any] = {**wanted, "limit": PAGE, "expand": ["data.source"]}
        for _page in range(MOST_PAGES):
            with self._told():
                page = await self._stripe.v1.balance_transactions.list_async(cast("Any", params))
            for one in page.data:
                yield one
            if not page.has_more:
                return
            params["starting_after"] = page.data[-1].id
        raise Unavailable(text("Stripe has more payments than can be looked through."))

    async def payouts(self, since: int) -> AsyncIterator[stripe.Payout]:
        """Newest first. Raises Unavailable."""
        params: dict[str, Any] = {"created": {"gte": since // SECOND}, "limit": PAGE}
        for _page in range(MOST_PAGES):
            with self._told():
                page = await self._stripe.v1.payouts.list_async(cast("Any", params))
            for one in page.data:
                yield one
            if not page.has_more:
                return
            params["starting_after"] = page.data[-1].id

    async def apart(self, now: int) -> int:
        """Seconds that Stripe's clock is ahead of ours. Raises Unavailable."""
        with self._told():
            page = await self._stripe.v1.checkout.sessions.list_async({"limit": 1})
        date = (page.last_response.headers or {}).get("Date", "") if page.last_response is not None else ""
        try:
            return round(parsedate_to_datetime(date).timestamp()) - now // SECOND
        except ValueError:
            return 0

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Stripe's errors as ours, without what it says in them: that may name keys and people."""
        self._used = True
        try:
            yield
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            log.error("Stripe refuses [stripe] secret_key: %s %s", error.http_status, error.request_id)
            raise Unavailable(text("Payments by card are out of order. The house has been told.")) from error
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            if error.http_status == 404:
                raise NotFound(text("Stripe does not know this.")) from error
            if error.http_status == 409:
                raise _away() from error
            log.warning("Stripe refused: %s %s %s", error.code, error.param, error.request_id)
            raise _refusal(error.code or "") from error
        except stripe.StripeError as error:
            log.warning("Stripe did not answer: %s %s %s", type(error).__name__, error.http_status, error.request_id)
            raise _away() from error

    told = _told

    @property
    def sdk(self) -> stripe.StripeClient:
        """For other rooms of Stripe's, within `told`."""
        return self._stripe


def _away() -> Unavailable:
    return Unavailable(text("Stripe can't be reached at the moment. Try again in a minute."))


def _refusal(reason: str) -> PaymentRefused:
    if reason in ("amount_too_small", "amount_too_large"):
        return PaymentRefused(text("This amount can't be paid by card. Choose another way to pay."), reason)
    return PaymentRefused(text("Stripe does not take this payment. Choose another way to pay."), reason or "refused")


def kept(error: stripe.StripeError) -> bool:
    """Whether this error was the first answer to the key, and will be every other."""
    return (error.headers or {}).get("Idempotent-Replayed") == "true"


def marks(one: Any) -> Mapping[str, str]:
    """What we wrote upon an object."""
    found: Mapping[str, str] = one.to_dict().get("metadata") or {}
    return found


def _id(one: Any) -> str:
    """Of an object that may be expanded."""
    return one if isinstance(one, str) else str(one.id)


def _options(key: str) -> Any:
    return {"idempotency_key": key}


def _session(one: stripe.checkout.Session) -> Session:
    intent, begun = one.payment_intent, one.subscription
    return Session(
        id=one.id,
        url=one.url,
        status=one.status or "",
        payment_status=one.payment_status,
        amount=one.amount_total,
        currency=one.currency or "",
        live=one.livemode,
        key=one.client_reference_id or "",
        instance=marks(one).get("instance", ""),
        payment=intent.id if isinstance(intent, stripe.PaymentIntent) else intent,
        payment_state=intent.status if isinstance(intent, stripe.PaymentIntent) else None,
        received=intent.amount_received if isinstance(intent, stripe.PaymentIntent) else None,
        subscription=begun.id if isinstance(begun, stripe.Subscription) else begun,
    )


def _refund(one: stripe.Refund) -> Refund:
    payment = one.payment_intent
    return Refund(
        id=one.id,
        status=one.status or "",
        amount=one.amount,
        currency=one.currency.upper(),
        payment=payment.id if isinstance(payment, stripe.PaymentIntent) else payment,
        reason=getattr(one, "failure_reason", None),
        key=marks(one).get("repayment", ""),
        attempt=marks(one).get("attempt", ""),
        instance=marks(one).get("instance", ""),
    )
