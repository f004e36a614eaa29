"""Queueing mails in the transaction of what they tell, and sending them, once as far as SMTP allows."""

import logging
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any, Protocol

from novacast.clock import DAY, MINUTE, Clock, iso
from novacast.database import Database, Transaction
from novacast.identity import new_id
from novacast.jobs import HIGH, LOW, JobQueue
from novacast.notifications import store
from novacast.notifications.choices import store as choices
from novacast.notifications.kinds import KINDS, RULES, Way, reader_of
from novacast.notifications.letters import Letters
from novacast.notifications.models import MOST_ENCLOSED, Delayed, Enclosed, Mail, Refused, State, wait_after
from novacast.notifications.transport import Transport

log = logging.getLogger(__name__)

JOB = "notifications.send"
PATIENT = "notifications.post"
LEASE = 5 * MINUTE
"""Longer than any delivery may take: past it the sender is taken for dead."""
KEPT = 30 * DAY
SWEPT = 500


class Mailbox:
    """Takes mails from other slices (accounts' Mailer port)."""

    def __init__(self, queue: JobQueue, letters: Letters) -> None:
        self._queue, self._letters = queue, letters

    def send(
        self,
        tx: Transaction,
        *,
        to: str,
        template: str,
        language: str,
        context: Mapping[str, str],
        person_id: str | None = None,
        patient: bool = False,
    ) -> None:
        """Queue a mail that leaves once the transaction is on disk. `person_id`: whose data it is. `patient`: one of
        many of its kind, which wait for their turn.

        Whoever has switched mails of its kind off gets none.
        """
        if template not in self._letters.names:
            raise LookupError(f"there is no mail template called {template}")
        kind = KINDS[template]
        reader = reader_of(person_id, to)
        if RULES[kind].switchable(Way.MAIL) and Way.MAIL not in choices.wanted(tx, reader, kind):
            return
        mail_id = new_id()
        store.insert(tx, mail_id, to, template, language, context, person_id, patient=patient)
        if not patient:
            self._queue.enqueue_after(tx, JOB, mail_id, priority=HIGH)

    def want(self, tx: Transaction, *, template: str, person_id: str) -> None:
        """Somebody has asked for such a mail, which says more than that they once switched its kind off."""
        kind = KINDS[template]
        if RULES[kind].switchable(Way.MAIL) and Way.MAIL not in choices.wanted(tx, person_id, kind):
            choices.choose(tx, person_id, kind, Way.MAIL, wanted=True)

    def wake(self, tx: Transaction) -> None:
        """Once for all patient mails of a transaction."""
        self._queue.enqueue_after(tx, PATIENT, priority=LOW)


class Enclosures(Protocol):
    """A slice whose mails carry files."""

    async def of(self, context: Mapping[str, str]) -> Sequence[Enclosed]:
        """Of a mail with this context; none where it is about something else."""
        ...


class Delivery:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: JobQueue,
        letters: Letters,
        transport: Transport,
        enclosures: Sequence[Enclosures] = (),
    ) -> None:
        """`enclosures` may be filled later."""
        self._db, self._clock, self._queue = db, clock, queue
        self._letters, self._transport, self._enclosures = letters, transport, enclosures

    async def send(self, mail_id: str) -> None:
        """Send a mail that is due; one that is sent, taken by another, or gone, is left alone."""
        if await self._db.write(lambda tx: store.claim(tx, mail_id, tx.now + LEASE)):
            await self.send_claimed(mail_id)

    async def send_claimed(self, mail_id: str) -> bool:
        """A mail that the caller has claimed. False: it has to wait, and is tried again."""
        mail = await self._db.one(store.mail(mail_id))
        if mail is None:
            return True
        try:
            message = self._letters.write(mail, await self._enclosed(mail))
        except Exception as error:
            # A fault of ours, in the template or in what it was given: no later try would do better.
            log.exception("mail %s (%s) can't be written, and is set aside", mail.id, mail.template)
            await self._end(mail, State.FAILED, _plain("it can't be written", error))
            return True
        return await self._deliver(mail, message)

    async def _enclosed(self, mail: Mail) -> Sequence[Enclosed]:
        """What is too large stays behind: the mail says where it is to be had."""
        found: list[Enclosed] = []
        for source in self._enclosures:
            found += await source.of(mail.context)
        size = sum(len(data) for _, _, data in found)
        if size > MOST_ENCLOSED:
            log.warning("mail %s (%s) leaves %d bytes of files behind", mail.id, mail.template, size)
            return ()
        return found

    async def _deliver(self, mail: Mail, message: EmailMessage) -> bool:
        """False: it has to wait."""
        try:
            await self._transport.deliver(message, mail.file)
        except Refused as error:
            log.warning("mail %s (%s) was refused: %s", mail.id, mail.template, error)
            await self._end(mail, State.FAILED, str(error))
        except Delayed as error:
            await self._postpone(mail, str(error))
            return False
        except Exception as error:
            # Nobody foresaw it; as a delay it comes to an end, which it would not as a lost sender.
            log.exception("mail %s (%s) met something unforeseen", mail.id, mail.template)
            await self._postpone(mail, _plain("something unforeseen", error))
            return False
        else:
            await self._end(mail, State.SENT, "")
        return True

    async def sweep(self) -> int:
        """Wake what is due and was forgotten; forget what is long over. How many were woken."""
        now = self._clock.now()
        due = await self._db.all(store.due(now, SWEPT))
        for mail_id in due:
            self._queue.enqueue(JOB, mail_id)
        await self._db.write(lambda tx: store.drop_old(tx, now - KEPT))
        return len(due)

    async def _end(self, mail: Mail, state: State, error: str) -> None:
        await self._db.write(lambda tx: store.end(tx, mail.id, state, error))

    async def _postpone(self, mail: Mail, error: str) -> None:
        wait = wait_after(mail.attempts)
        if wait is None:
            log.error("mail %s (%s) is given up: %s", mail.id, mail.template, error)
            await self._end(mail, State.FAILED, error)
            return
        log.warning("mail %s (%s) waits %d s: %s", mail.id, mail.template, wait // 1_000_000, error)
        await self._db.write(lambda tx: store.postpone(tx, mail.id, tx.now + wait, error))


def _plain(what: str, error: Exception) -> str:
    return f"{what}: {type(error).__name__}: {error}"[:300]


class Subject(Protocol):
    @property
    def person_id(self) -> str: ...
    @property
    def email(self) -> str: ...


class MailedData:
    """What is held about a person here (accounts' PersonalData port)."""

    section = "mails"

    def __init__(self, db: Database, transport: Transport) -> None:
        self._db, self._transport = db, transport

    async def export(self, subject: Subject) -> Any:
        mails = await self._db.all(store.of_person(subject.person_id, subject.email))
        return [
            {"to": mail.to, "about": mail.template, "state": mail.state, "created_at": iso(mail.created_at)}
            for mail in mails
        ]

    def erase(self, tx: Transaction, subject: Subject) -> None:
        for mail in tx.all(store.of_person(subject.person_id, subject.email)):
            tx.after_commit(lambda file=mail.file: self._transport.forget(file))  # type: ignore[misc]  # a default binds the name
        store.drop(tx, subject.person_id, subject.email)
