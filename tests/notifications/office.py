"""A mail room over a real database, and a real SMTP server that can be told to misbehave."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from novacast.database import Database, Query
from novacast.jobs import JobQueue
from novacast.notifications import store
from novacast.notifications.letters import Letters
from novacast.notifications.models import Mail
from novacast.notifications.service import Delivery, Mailbox
from novacast.notifications.transport import Folder, Smtp, Transport
from novacast.settings import Mail as MailSettings
from tests.fakes.clock import FakeClock

LINK = "https://venue.example/verify?token=s3cret"


@dataclass
class Office:
    db: Database
    clock: FakeClock
    queue: JobQueue
    letters: Letters
    mailbox: Mailbox
    folder: Folder
    path: Path
    delivery: Callable[[Transport], Delivery]

    async def post(
        self, to: str = "ada@example.org", template: str = "sign_up", person_id: str | None = None, **context: str
    ) -> str:
        """Queue a mail; its id."""
        given = {"url": LINK, **context}

        def unit(tx: Any) -> str:
            self.mailbox.send(tx, to=to, template=template, language="en", context=given, person_id=person_id)
            newest = tx.one(Query("SELECT id FROM mail ORDER BY rowid DESC LIMIT 1", (), lambda row: str(row["id"])))
            assert newest is not None
            return str(newest)

        return await self.db.write(unit)

    async def mail(self, mail_id: str) -> Mail:
        found = await self.db.one(store.mail(mail_id))
        assert found is not None
        return found


@dataclass
class PostOffice:
    """aiosmtpd's handler: keeps what it took, answers what it was told to."""

    recipient_answer: str = "250 OK"
    data_answers: list[str] = field(default_factory=list)
    hang_up_after_data: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        answer = self.data_answers.pop(0) if self.data_answers else "250 Taken"
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
        if self.hang_up_after_data:
            assert server.transport is not None
            server.transport.close()
        return answer


@asynccontextmanager
async def smtp(post_office: PostOffice, *, tls: Any = None, **more: Any) -> AsyncIterator[MailSettings]:
    """The settings that lead to a running server; with `tls` encrypted from the first byte."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(post_office, hostname="mx.example", enable_SMTPUTF8=True, **more), "127.0.0.1", 0, ssl=tls
    )
    try:
        port = server.sockets[0].getsockname()[1]
        yield MailSettings(method="smtp", host="127.0.0.1", port=port, security="none")
    finally:
        server.close()
        await server.wait_closed()


def short(settings: MailSettings) -> Smtp:
    """A transport that doesn't wait long for a server that says nothing."""
    return Smtp(settings, step_seconds=0.3, whole_seconds=2.0)
