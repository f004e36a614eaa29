"""Payment intents that no Checkout Session is of: what is paid on a page of ours. They are shown as sessions, for all
that follows is the same."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import stripe

from novacast.clock import SECOND
from novacast.errors import Unavailable
from novacast.i18n import text
from novacast.payments.stripe.client import MOST_PAGES, PAGE, StripeApi, kept, marks
from novacast.payments.stripe.models import ELEMENT, Session

_OVER = {"succeeded": "complete", "processing": "complete", "canceled": "expired"}
"""Anything else is still to be paid, also after a card that was declined."""


class IntentApi:
    """The calls that `StripeApi` makes of sessions."""

    def __init__(self, api: StripeApi) -> None:
        self._api = api

    async def create_session(self, params: Mapping[str, Any], key: str) -> Session | None:
        """As `StripeApi.create_session`. Raises PaymentRefused, Unavailable."""
        with self._api.told():
            try:
                made = await self._intents.create_async(cast("Any", params), {"idempotency_key": key})
            except stripe.APIError as error:
                if kept(error):
                    return None
                raise
        return _session(made)

    async def session(self, id: str) -> Session:
        """Raises NotFound, Unavailable."""
        return _session(await self._retrieved(id))

    async def secret(self, id: str) -> str | None:
        """With which a buyer's browser pays; None: there is nothing to be paid any more. Raises NotFound,
        Unavailable."""
        found = await self._retrieved(id)
        return None if found.status in _OVER else found.client_secret

    async def find_session(self, key: str, first: int, last: int) -> Session | None:
        """As `StripeApi.find_session`. Raises Unavailable."""
        created = {"gte": first // SECOND, "lte": last // SECOND}
        async for one in self._listed(created):
            if marks(one).get("attempt") == key:
                return await self.session(one.id)
        return None

    async def sessions(self, since: int) -> AsyncIterator[tuple[Session, int]]:
        """As `StripeApi.sessions`. Raises Unavailable."""
        async for one in self._listed({"gte": since // SECOND}):
            yield _session(one), one.created * SECOND

    async def expire(self, id: str, key: str) -> None:
        """Raises PaymentRefused for what is paid or on its way, Unavailable."""
        with self._api.told():
            await self._intents.cancel_async(id, {}, {"idempotency_key": key})

    async def _retrieved(self, id: str) -> stripe.PaymentIntent:
        with self._api.told():
            found: stripe.PaymentIntent = await self._intents.retrieve_async(id)
        return found

    async def _listed(self, created: Mapping[str, int]) -> AsyncIterator[stripe.PaymentIntent]:
        params: dict[str, Any] = {"created": created, "limit": PAGE}
        for _page in range(MOST_PAGES):
            with self._api.told():
                page = await self._intents.list_async(cast("Any", params))
            for one in page.data:
                if ELEMENT in marks(one):
                    yield one
            if not page.has_more:
                return
            params["starting_after"] = page.data[-1].id
        raise Unavailable(text("Stripe has more payments than can be looked through."))

    @property
    def _intents(self) -> Any:
        return self._api.sdk.v1.payment_intents


def _session(one: stripe.PaymentIntent) -> Session:
    return Session(
        id=one.id,
        url=None,
        status=_OVER.get(one.status, "open"),
        payment_status="paid" if one.status == "succeeded" else "unpaid",
        amount=one.amount,
        currency=one.currency,
        live=one.livemode,
        key=marks(one).get("attempt", ""),
        instance=marks(one).get("instance", ""),
        payment=one.id,
        payment_state=one.status,
        received=one.amount_received,
    )
