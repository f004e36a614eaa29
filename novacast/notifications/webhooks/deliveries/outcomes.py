"""What an attempt leads to: it is through, it is tried again, it is given up; and with it, perhaps, its endpoint."""

from novacast import outbox
from novacast.database import Transaction
from novacast.notifications.service import Mailbox
from novacast.notifications.webhooks import store as endpoints
from novacast.notifications.webhooks.deliveries import store
from novacast.notifications.webhooks.models import Attempt, Delivery, Endpoint, Progress, State, wait_after
from novacast.notifications.webhooks.ports import Owners

GONE = 410
TEMPLATES = {State.GONE: "webhook_gone", State.FAILING: "webhook_failing"}


class Outcomes:
    def __init__(self, mailer: Mailbox, owners: Owners, root: str) -> None:
        """`root`: the public address of the server."""
        self._mailer, self._owners, self._root = mailer, owners, root

    def note(
        self, tx: Transaction, delivery_id: str, attempt: Attempt, retry_after: float | None, chance: float
    ) -> str:
        """Write it down. What came of it, for counting: delivered, retried, failed, gone, or late, where the delivery
        was over by the time of the answer."""
        delivery = tx.one(store.by_id(delivery_id))
        endpoint = None if delivery is None else tx.one(endpoints.by_id(delivery.endpoint_id))
        if delivery is None or endpoint is None:
            return "late"
        store.log(tx, delivery_id, attempt)
        if attempt.status is not None and 200 <= attempt.status < 300:
            endpoints.succeed(tx, endpoint.id)
            store.note(tx, delivery_id, attempt, Progress.DELIVERED, tx.now)
            return "delivered"
        if delivery.state is not Progress.PENDING:
            return "late"
        endpoints.fail(tx, endpoint.id, attempt.at)
        wait = None if attempt.status == GONE else wait_after(delivery.attempts + 1, chance, retry_after)
        if wait is not None:
            store.note(tx, delivery_id, attempt, Progress.PENDING, tx.now + wait)
            return "retried"
        store.note(tx, delivery_id, attempt, Progress.FAILED, tx.now)
        if attempt.status == GONE:
            self._disable(tx, endpoint, State.GONE)
            return "gone"
        if _failed_throughout(delivery, endpoint):
            self._disable(tx, endpoint, State.FAILING)
        return "failed"

    def _disable(self, tx: Transaction, endpoint: Endpoint, state: State) -> None:
        """What else is on its way there is skipped, and can be sent again once somebody has enabled it."""
        if endpoint.state is not State.ENABLED or not endpoints.move(tx, endpoint.id, state):
            return
        store.skip_pending(tx, endpoint.id)
        outbox.emit(tx, "webhook.disabled", endpoint.id, outbox.org(endpoint.org_id), state=state.value)
        context = {
            "organization": self._owners.name(tx, endpoint.org_id),
            "title": endpoint.url.partition("?")[0],
            "url": f"{self._root}/studio/webhooks/{endpoint.id}",
        }
        for one in self._owners.owners(tx, endpoint.org_id):
            self._mailer.send(
                tx,
                to=one.email,
                template=TEMPLATES[state],
                language=one.principal.language,
                context=context,
                person_id=one.principal.person_id,
            )


def _failed_throughout(delivery: Delivery, endpoint: Endpoint) -> bool:
    """Whether its endpoint took nothing at all from the first attempt of this delivery to the last."""
    return (
        endpoint.failing_since is not None
        and delivery.begun_at is not None
        and endpoint.failing_since <= delivery.begun_at
    )
