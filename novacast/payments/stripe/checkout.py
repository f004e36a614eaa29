"""Payments at Stripe's pages, as the box office asks for them.

What is to be asked is on disk before it is asked. Whoever lost the answer asks again with the same key and gets it.
After a day Stripe may have forgotten the key, and a second page might be made: from then on it is looked for in lists.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

from novacast.clock import MINUTE
from novacast.database import Database, Transaction
from novacast.errors import NotFound, Unavailable
from novacast.i18n import text
from novacast.identity import new_id
from novacast.money import Begun, Captured, Demand, Outcome, PayForm, PaymentRefused
from novacast.payments.stripe import store
from novacast.payments.stripe.client import StripeApi
from novacast.payments.stripe.element import Element
from novacast.payments.stripe.models import LONGEST, REPLAYED, Session, Wanted, intent_params, session_params

log = logging.getLogger(__name__)

APART = 10 * MINUTE
"""Stripe's clock may differ from ours by this."""
RETURN, OWN = "/paid", "/card"
"""Of an order's address: where its buyer comes back to, and where it is paid on a page of ours."""


class Asks(Protocol):
    """Sessions, or intents that are shown as such."""

    async def create_session(self, params: Mapping[str, Any], key: str) -> Session | None: ...
    async def session(self, id: str) -> Session: ...
    async def find_session(self, key: str, first: int, last: int) -> Session | None: ...
    async def expire(self, id: str, key: str) -> None: ...
    def sessions(self, since: int) -> AsyncIterator[tuple[Session, int]]: ...


class StripeCheckout:
    def __init__(self, db: Database, api: StripeApi, element: Element) -> None:
        self._db, self._api, self._element = db, api, element

    async def begin(self, demand: Demand) -> Begun:
        """The first attempt on a page of ours where that is set, each further one at Stripe's. Raises PaymentRefused,
        Unavailable."""
        on_page = self._element.on and not demand.again and demand.back.endswith(RETURN)
        params = intent_params if on_page else None
        begun = await self.lead(demand.key, lambda now: params(demand) if params else session_params(demand, now))
        return begun if begun.url is not None else Begun(begun.reference, demand.back.removesuffix(RETURN) + OWN)

    async def form(self, demand: Demand) -> PayForm | None:
        """Raises Unavailable."""
        row = await self._db.one(store.wanted(demand.key))
        known = row is not None and row.element and not row.closed
        return await self._element.form(row.session) if known and row is not None and row.session else None

    async def lead(self, key: str, params: Callable[[int], Mapping[str, Any]]) -> Begun:
        """To a page; `params` of the instant when it is first asked for. Raises PaymentRefused, Unavailable."""
        row = await self._db.write(lambda tx: self._frozen(tx, key, params))
        if row.closed or row.params is None:
            raise PaymentRefused(text("This payment was called off. Begin again."), "closed")
        if row.session is not None and (row.url is not None or row.element):
            return Begun(row.session, row.url)
        session = await self._of(row).create_session(json.loads(row.params), row.key)
        if session is None:
            # Nobody was ever given its address, so nobody can pay there; but it must not stay open.
            await self.call_off(key)
            raise PaymentRefused(text("Stripe could not begin this payment. Try again."), "error")
        await self._keep(row, session)
        return Begun(session.id, session.url)

    async def retrieve(self, demand: Demand) -> Outcome:
        """Raises Unavailable."""
        row = await self._db.one(store.wanted(demand.key))
        if row is None:  # nobody there ever heard of it
            return _outcome("open", demand)
        session = await self._found(row)
        return _outcome("unpaid", demand) if session is None else session.outcome()

    async def find(self, key: str) -> tuple[bool, Session | None]:
        """Whether a page was ever asked for, and as it is now; None: there is none, and none will be. Raises
        Unavailable."""
        row = await self._db.one(store.wanted(key))
        return (False, None) if row is None else (True, await self._found(row))

    async def close(self, demand: Demand) -> Outcome:
        """Raises Unavailable."""
        session = await self.call_off(demand.key)
        return _outcome("unpaid", demand) if session is None else session.outcome()

    async def call_off(self, key: str) -> Session | None:
        """None: there is none, and none will be. Raises Unavailable."""
        row = await self._db.write(lambda tx: self._closed(tx, key))
        session = await self._found(row)
        if session is not None and session.status == "open":
            try:
                # A key of its own each time: to end a page twice does no harm, and an error kept by a key would.
                await self._of(row).expire(session.id, new_id())
            except PaymentRefused:
                log.info("a page could not be ended: it is over, or is being paid")
            session = await self._of(row).session(session.id)
            await self._keep(row, session)
        return session

    async def captured(self, instance: str, since: int) -> Sequence[Captured]:
        """What this installation began since an instant, and is paid or on its way; memberships that are
        begun alone are asked for by themselves. Raises Unavailable."""
        found = []
        apis: tuple[Asks, ...] = (self._api, self._element.api)
        for api in apis:
            async for session, begun_at in api.sessions(since):
                outcome = session.outcome()
                ours = session.instance == instance and session.key
                if ours and outcome.state in ("paid", "processing"):
                    found.append(Captured(session.key, outcome, begun_at))
        return found

    async def payment_of(self, key: str) -> str | None:
        """The payment intent that came of a demand. Raises Unavailable."""
        row = await self._db.one(store.wanted(key))
        if row is None or row.payment is not None:
            return None if row is None else row.payment
        session = await self._found(row)
        return None if session is None else session.payment

    async def _found(self, row: Wanted) -> Session | None:
        """None: there is none, and none will be."""
        if row.params is None:
            return None
        if row.session is not None:
            try:
                session = await self._of(row).session(row.session)
            except NotFound as error:
                log.error("Stripe does not know a session of ours: is [stripe] secret_key another account's?")
                raise Unavailable(text("Stripe does not know this payment. The house has been told.")) from error
        else:
            replayed = self._db.clock.now() - row.created_at < REPLAYED
            made = await self._again(row) if replayed else None
            if made is None:
                last = row.created_at + LONGEST + APART
                made = await self._of(row).find_session(row.key, row.created_at - APART, last)
            if made is None:
                return None
            session = made
        await self._keep(row, session)
        return session

    async def _again(self, row: Wanted) -> Session | None:
        try:
            made = await self._of(row).create_session(json.loads(row.params or ""), row.key)
        except PaymentRefused:
            return None
        # What a key gives again is as it was then.
        return None if made is None else await self._of(row).session(made.id)

    async def _keep(self, row: Wanted, session: Session) -> None:
        placed = row.url is not None or row.element
        known = row.session == session.id and row.payment == session.payment and placed
        if not known:
            await self._db.write(lambda tx: store.found(tx, row.key, session.id, session.url, session.payment))

    def _of(self, row: Wanted) -> Asks:
        return self._element.api if row.element else self._api

    def _frozen(self, tx: Transaction, key: str, params: Callable[[int], Mapping[str, Any]]) -> Wanted:
        row = tx.one(store.wanted(key))
        if row is None:
            store.want(tx, key, json.dumps(params(tx.now)))
            row = tx.one(store.wanted(key))
        assert row is not None, "it was written just now, or before"
        return row

    def _closed(self, tx: Transaction, key: str) -> Wanted:
        store.want(tx, key, None)
        store.close(tx, key)
        row = tx.one(store.wanted(key))
        assert row is not None, "it was written just now, or before"
        return row


def _outcome(state: Literal["open", "unpaid"], demand: Demand) -> Outcome:
    """Of what was never there."""
    return Outcome(state, demand.amount, demand.currency, demand.mode, demand.instance)
