"""The room put together."""

from collections.abc import Callable

from novacast.database import Database
from novacast.metrics import Metrics
from novacast.notifications.service import Mailbox
from novacast.notifications.webhooks.deliveries.dispatching import Dispatcher
from novacast.notifications.webhooks.deliveries.outcomes import Outcomes
from novacast.notifications.webhooks.deliveries.recording import Recorder
from novacast.notifications.webhooks.deliveries.service import Deliveries
from novacast.notifications.webhooks.keyring import Keyring
from novacast.notifications.webhooks.ports import OrgOf, Owners, Sender
from novacast.notifications.webhooks.service import Webhooks
from novacast.outbox import Outbox
from novacast.records import dataclass
from novacast.security.addresses import Reach
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class WebhookServices:
    webhooks: Webhooks
    deliveries: Deliveries
    recorder: Recorder
    dispatcher: Dispatcher
    sender: Sender

    def start(self, outbox: Outbox, metrics: Metrics) -> None:
        """In the server alone, before the outbox starts."""
        self.dispatcher.measure(metrics)
        outbox.subscribe("webhooks", self.recorder.hear, durable=True)
        self.dispatcher.start()

    async def close(self) -> None:
        await self.dispatcher.close()
        await self.sender.close()


def webhook_services(
    db: Database,
    settings: Settings,
    key: bytes,
    mailer: Mailbox,
    owners: Owners,
    org_of: OrgOf,
    sender: Callable[[Reach, int], Sender],
) -> WebhookServices:
    """`key`: 32 secret bytes of this installation. `sender` is made of where it may send to, and of how many calls
    there are at once. Raises BadSettings."""
    own = settings.webhooks
    reach = Reach.of(own.allowed, "[webhooks] allowed")
    made, keyring, outcomes = sender(reach, own.at_once), Keyring(key), Outcomes(mailer, owners, settings.public_url)
    dispatcher = Dispatcher(db, db.clock, made, keyring, outcomes, own.at_once)
    return WebhookServices(
        Webhooks(db, keyring, reach),
        Deliveries(db, dispatcher.wake),
        Recorder(db, org_of, dispatcher.wake),
        dispatcher,
        made,
    )
