from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast import outbox
from novacast.accounts import schema as accounts
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.jobs import JobQueue, connect
from novacast.notifications import schema
from novacast.notifications.choices.links import UnsubscribeLinks
from novacast.notifications.letters import Letters
from novacast.notifications.news.tables import MIGRATIONS
from novacast.notifications.service import Delivery, Mailbox
from novacast.notifications.transport import Folder, Transport
from novacast.settings import Jobs
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.notifications.office import Office


@pytest.fixture
async def office(tmp_path: Path, folder: DataFolder, clock: FakeClock) -> AsyncIterator[Office]:
    sets = [outbox.migrations, accounts.migrations, schema.migrations, *MIGRATIONS]
    migrated(folder.database, sets)
    db = await Database.open(folder.database, clock, readers=2)
    queue = JobQueue(connect(Jobs(), folder.queue))
    links = UnsubscribeLinks(bytes(32), "https://venue.example")
    letters = Letters(Languages(), "The Venue", "Box Office <noreply@venue.example>", links)

    def delivery(transport: Transport) -> Delivery:
        return Delivery(db, clock, queue, letters, transport)

    try:
        yield Office(db, clock, queue, letters, Mailbox(queue, letters), Folder(folder.mail), folder.mail, delivery)
    finally:
        await db.close()
        await queue.close()
