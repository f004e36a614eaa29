"""The slice put together: what wiring hands to jobs, to other slices and to the demo."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacast.clock import Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.jobs import JobQueue
from novacast.notifications.folder import MailFolder
from novacast.notifications.letters import Letters
from novacast.notifications.service import Delivery, Enclosures, Mailbox, MailedData
from novacast.notifications.transport import transport
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class NotificationServices:
    mailbox: Mailbox
    delivery: Delivery
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
    letters = Letters(Languages(settings.language), settings.instance, settings.mail.sender)
    way = transport(settings.mail, folder)
    return NotificationServices(
        Mailbox(queue, letters),
        Delivery(db, clock, queue, letters, way, enclosures),
        MailedData(db, way),
        MailFolder(folder.mail),
    )
