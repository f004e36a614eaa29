"""Sending what is due, in the server, by as many connections as are allowed at once.

Rows are the truth: what was under way when the server died is due still, and sent once more with the same id. No
endpoint waits for another: each has a few places of its own, one that failed last has a single one, and all that failed
last together have no more than half of the whole.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from novacast.clock import SECOND, Clock
from novacast.database import Database
from novacast.errors import NovaCastError, Unavailable
from novacast.metrics import Metrics
from novacast.notifications.webhooks import store as endpoints
from novacast.notifications.webhooks.deliveries import store
from novacast.notifications.webhooks.deliveries.outcomes import Outcomes
from novacast.notifications.webhooks.keyring import Keyring
from novacast.notifications.webhooks.models import EXCERPT_BYTES, KEPT, Attempt, Delivery, Endpoint, Progress, State
from novacast.notifications.webhooks.ports import Sender
from novacast.notifications.webhooks.signing import Secret, signatures
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

EACH = 4
"""Deliveries to one endpoint at once."""
POLL_SECONDS = 1.0
"""How often it is looked for what has become due."""
PRUNED = 500
COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that an attempt needs."""

    delivery: Delivery
    endpoint: Endpoint
    secrets: list[Secret]
    body: bytes


class Dispatcher:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        sender: Sender,
        keyring: Keyring,
        outcomes: Outcomes,
        at_once: int,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`at_once` 0: nothing is sent. `chance`: from 0 to 1, for the jitter of waits."""
        self._db, self._clock, self._sender, self._keyring = db, clock, sender, keyring
        self._outcomes, self._at_once, self._chance = outcomes, at_once, chance
        self._tasks = TaskGroup("webhooks")
        self._wake = asyncio.Event()
        self._flying: dict[str, tuple[str, bool]] = {}
        """Deliveries under way, with their endpoints and whether those failed last."""
        self._metrics = Metrics()

    def measure(self, metrics: Metrics) -> None:
        """Count there from now on."""
        self._metrics = metrics
        metrics.gauge("webhooks_in_flight", "Webhooks that wait for an answer.").set_function(lambda: len(self._flying))

    def start(self) -> None:
        if self._at_once:
            self._tasks.start(self._run(), "dispatch")

    async def close(self) -> None:
        """What is under way is cut off, and sent again by the next server."""
        await self._tasks.close()

    def wake(self) -> None:
        self._wake.set()

    async def sweep(self) -> None:
        """Forget what is over for long; count what is to be sent."""
        before = self._clock.now() - KEPT
        while await self._db.write(lambda tx: store.prune(tx, before, PRUNED)) == PRUNED:
            pass
        waiting = await self._db.one(store.pending(COUNTED)) or 0
        self._metrics.gauge("webhooks_waiting", "Webhooks that are to be sent, or sent again.").set(waiting)

    async def round(self) -> list["asyncio.Task[None]"]:
        """Begin what is due and has a place; what was begun."""
        begun = []
        for delivery_id, endpoint_id, failing in await self._db.all(store.due(self._clock.now(), EACH)):
            if delivery_id not in self._flying and self._has_place(endpoint_id, failing=failing):
                self._flying[delivery_id] = (endpoint_id, failing)
                begun.append(self._tasks.start(self._fly(delivery_id), delivery_id))
        return begun

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self.round()
            except Exception:
                log.exception("looking for webhooks that are due failed")
                await asyncio.sleep(POLL_SECONDS)

    def _has_place(self, endpoint_id: str, *, failing: bool) -> bool:
        if len(self._flying) >= self._at_once:
            return False
        there = Counter(one for one, _ in self._flying.values())
        if not failing:
            return there[endpoint_id] < EACH
        bad = sum(one for _, one in self._flying.values())
        return there[endpoint_id] < 1 and bad < max(1, self._at_once // 2)

    async def _fly(self, delivery_id: str) -> None:
        try:
            await self._attempt(delivery_id)
        finally:
            del self._flying[delivery_id]
            self._wake.set()

    async def _attempt(self, delivery_id: str) -> None:
        try:
            parcel = await self._parcel(delivery_id)
        except Unavailable as error:
            log.warning("webhook %s: %s", delivery_id, error)
            await self._end(delivery_id, Attempt(self._clock.now(), 0, "", "", None, error.message, ""), None)
            return
        if parcel is not None:
            attempt, retry_after = await self._sent(parcel)
            await self._end(delivery_id, attempt, retry_after)

    async def _parcel(self, delivery_id: str) -> Parcel | None:
        """None: it is over, or its endpoint is not enabled any more. Raises Unavailable."""
        async with self._db.snapshot() as view:
            delivery = await view.one(store.by_id(delivery_id))
            if delivery is None or delivery.state is not Progress.PENDING:
                return None
            endpoint = await view.one(endpoints.by_id(delivery.endpoint_id))
            body = await view.one(store.body(delivery.message_id))
            sealed = await view.all(endpoints.sealed_secrets(delivery.endpoint_id, self._clock.now()))
        if endpoint is None or endpoint.state is not State.ENABLED or body is None:
            return None
        return Parcel(delivery, endpoint, [self._keyring.open(*one) for one in sealed], body.encode())

    async def _sent(self, parcel: Parcel) -> tuple[Attempt, float | None]:
        """What came of it, and the seconds that the receiver asks to wait."""
        at, started = self._clock.now(), self._clock.monotonic()
        message_id = parcel.delivery.message_id
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(at // SECOND),
            "webhook-signature": signatures(parcel.secrets, message_id, at // SECOND, parcel.body),
        }
        schemes = " ".join(one.scheme.value for one in parcel.secrets)
        attempt = Attempt(at, 0, parcel.endpoint.url, schemes, None, "", "")
        retry_after: float | None = None
        try:
            reply = await self._sender.post(parcel.endpoint.url, headers, parcel.body, EXCERPT_BYTES)
            attempt = replace(attempt, status=reply.status, answer=reply.answer)
            retry_after = reply.retry_after
        except NovaCastError as error:
            attempt = replace(attempt, error=error.message)
        took = round((self._clock.monotonic() - started) * SECOND)
        return replace(attempt, took=took), retry_after

    async def _end(self, delivery_id: str, attempt: Attempt, retry_after: float | None) -> None:
        chance = self._chance()
        ended = await self._db.write(lambda tx: self._outcomes.note(tx, delivery_id, attempt, retry_after, chance))
        counter = self._metrics.counter(
            "webhooks_attempts", "Attempts to send webhooks, by what came of them.", "outcome"
        )
        counter.labels(outcome=ended).inc()
