"""The box office with its mails: facts are heard, mails queued, written, and laid in a folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from novacast import outbox
from novacast.database import Query
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.jobs import JobQueue, connect
from novacast.notifications.letters import Letters
from novacast.notifications.service import Delivery, Mailbox
from novacast.notifications.transport import Folder
from novacast.settings import Jobs
from novacast.tickets.papers.service import Enclosing
from novacast.tickets.post.service import OrderPost
from tests.tickets.box import Box

QUEUED = Query("SELECT id FROM mail ORDER BY rowid", (), lambda row: str(row["id"]))


@dataclass
class Posted:
    box: Box
    post: OrderPost
    delivery: Delivery
    path: Path

    async def hear(self) -> None:
        """All facts, once more."""
        for fact in await self.box.db.all(outbox.after(0, 10_000)):
            await self.post.hear(fact)

    async def mails(self) -> list[EmailMessage]:
        """All that were ever sent, the oldest first."""
        self.box.clock.advance(1)  # the names of their files tell them apart by the instant
        await self.hear()
        for mail_id in await self.box.db.all(QUEUED):
            await self.delivery.send(mail_id)
        files = sorted(self.path.glob("*.eml"))
        return [message_from_bytes(one.read_bytes(), _class=EmailMessage, policy=default) for one in files]


@asynccontextmanager
async def posting(box: Box, folder: DataFolder) -> AsyncIterator[Posted]:
    queue = JobQueue(connect(Jobs(), folder.queue))
    letters = Letters(Languages(), "The Venue", "Box Office <noreply@venue.example>")
    post = OrderPost(box.db, Mailbox(queue, letters), Languages(), box.own.papers, box.own.closing, box.own.carts.page)
    delivery = Delivery(box.db, box.clock, queue, letters, Folder(folder.mail), [Enclosing(box.own.papers)])
    try:
        yield Posted(box, post, delivery, folder.mail)
    finally:
        await queue.close()


def said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
