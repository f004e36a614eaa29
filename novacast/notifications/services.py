"""The slice put together: what wiring hands to jobs, to other slices and to the demo."""

from collections.abc import Sequence

from novacast.clock import Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.jobs import JobQueue
from novacast.notifications.choices.links import UnsubscribeLinks
from novacast.notifications.folder import MailFolder
from novacast.notifications.letters import Letters
from novacast.notifications.patience import Post
from novacast.notifications.service import Delivery, Enclosures, Mailbox, MailedData
from novacast.notifications.transport import transport
from novacast.records import dataclass
from novacast.security.keys import secret
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class NotificationServices:
    mailbox: Mailbox
    delivery: Delivery
    post: Post
    letters: Letters
    links: UnsubscribeLinks
    personal: MailedData
    folder: MailFolder
    """For the demo's mailbox page."""


def notification_services(
    db: Database,
    queue: JobQueue,
    clock: Clock,
    settings: Settings,
    folder: DataFolder,
    enclosures: Sequence[Enclosures] = (),
) -> NotificationServices:
    links = UnsubscribeLinks(secret(folder.keys, "installation"), settings.public_url)
    letters = Letters(Languages(settings.language), settings.instance, settings.mail.sender, links)
    way = transport(settings.mail, folder)
    delivery = Delivery(db, clock, queue, letters, way, enclosures)
    return NotificationServices(
        Mailbox(queue, letters),
        delivery,
        Post(db, queue, delivery, settings.notifications.mails_per_minute),
        letters,
        links,
        MailedData(db, way),
        MailFolder(folder.mail),
    )
