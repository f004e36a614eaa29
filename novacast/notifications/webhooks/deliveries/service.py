"""What was sent, as those who look after endpoints see it; sending it once more, and sending a test."""

from collections.abc import Callable

from novacast import outbox
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.notifications.webhooks import store as endpoints
from novacast.notifications.webhooks.deliveries import store
from novacast.notifications.webhooks.deliveries.recording import encoded, new_message_id
from novacast.notifications.webhooks.exports import TEST
from novacast.notifications.webhooks.models import MOST_REPLAYED, Delivery, Endpoint, Progress, State, Story
from novacast.notifications.webhooks.service import kept
from novacast.records import dataclass

SHOWN_ATTEMPTS = 50
UNDELIVERED = (Progress.FAILED, Progress.SKIPPED)


@dataclass(frozen=True, slots=True)
class Replayed:
    """`more`: whether there are others left, which another call would send."""

    deliveries: int
    more: bool


class Deliveries:
    def __init__(self, db: Database, wake: Callable[[], None]) -> None:
        """`wake` is called after each commit with something to send."""
        self._db, self._wake = db, wake

    async def of_endpoint(
        self, principal: Principal, endpoint_id: str, state: Progress | None, cursor: str | None, limit: int
    ) -> Page[Delivery]:
        """Newest first. Raises NotFound, Forbidden, InvalidInput."""
        endpoint = await self._db.one(endpoints.by_id(endpoint_id))
        kept(principal, endpoint)
        start = keyset(cursor, int, str) or store.START
        rows = await self._db.all(store.of_endpoint(endpoint_id, state, (start[0], start[1]), limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def story(self, principal: Principal, delivery_id: str) -> Story:
        """Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(delivery_id))
            endpoint = await view.one(endpoints.by_id("" if found is None else found.endpoint_id))
            kept(principal, endpoint)
            assert found is not None, "its endpoint was found"
            body = await view.one(store.body(found.message_id))
            attempts = await view.all(store.attempts(delivery_id, SHOWN_ATTEMPTS))
        return Story(found, body or "", attempts)

    async def replay(self, principal: Principal, delivery_id: str, then: Then[Delivery] | None = None) -> Delivery:
        """Send one again, with the same id. Raises NotFound, Forbidden, Conflict where its endpoint is not enabled."""

        def unit(tx: Transaction) -> Delivery:
            found = tx.one(store.by_id(delivery_id))
            endpoint = self._enabled(tx, principal, "" if found is None else found.endpoint_id)
            store.again(tx, delivery_id)
            _tell(tx, endpoint, 1)
            tx.after_commit(self._wake)
            after = tx.one(store.by_id(delivery_id))
            assert after is not None, "it was there"
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def replay_since(
        self,
        principal: Principal,
        endpoint_id: str,
        since: int,
        *,
        delivered: bool = False,
        then: Then[Replayed] | None = None,
    ) -> Replayed:
        """Send again what was to be sent since that instant and did not arrive, and with `delivered` what did.
        Raises NotFound, Forbidden, Conflict where the endpoint is not enabled."""
        states = (*UNDELIVERED, Progress.DELIVERED) if delivered else UNDELIVERED

        def unit(tx: Transaction) -> Replayed:
            endpoint = self._enabled(tx, principal, endpoint_id)
            count = store.again_since(tx, endpoint_id, since, states, MOST_REPLAYED)
            done = Replayed(count, count == MOST_REPLAYED)
            _tell(tx, endpoint, count)
            tx.after_commit(self._wake)
            if then is not None:
                then(tx, done)
            return done

        return await self._db.write(unit)

    async def test(self, principal: Principal, endpoint_id: str, then: Then[Delivery] | None = None) -> Delivery:
        """Raises NotFound, Forbidden, Conflict where it is not enabled."""

        def unit(tx: Transaction) -> Delivery:
            endpoint = self._enabled(tx, principal, endpoint_id)
            message_id, delivery_id = new_message_id(), new_id()
            body = encoded(TEST, tx.now, {"id": endpoint.id, "organization": endpoint.org_id})
            store.add_message(tx, message_id, endpoint.org_id, None, TEST, body)
            store.add(tx, delivery_id, message_id, endpoint.id)
            outbox.emit(tx, "webhook.tried", endpoint.id, outbox.org(endpoint.org_id), delivery=delivery_id)
            tx.after_commit(self._wake)
            made = tx.one(store.by_id(delivery_id))
            assert made is not None, "it was written just now"
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    def _enabled(self, tx: Transaction, principal: Principal, endpoint_id: str) -> Endpoint:
        endpoint = kept(principal, tx.one(endpoints.by_id(endpoint_id)))
        if endpoint.state is not State.ENABLED:
            raise Conflict(text("Nothing is sent to this endpoint. Enable it first."))
        return endpoint


def _tell(tx: Transaction, endpoint: Endpoint, count: int) -> None:
    outbox.emit(tx, "webhook.replayed", endpoint.id, outbox.org(endpoint.org_id), deliveries=count)
