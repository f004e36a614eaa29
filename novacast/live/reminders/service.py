"""Reminders as viewers use them, and what a sweep makes of them: a mail is queued in the transaction that takes its
reminder away, so that a crash neither loses nor doubles it."""

from dataclasses import replace

from novacast.clock import MINUTE
from novacast.database import Database, Transaction
from novacast.errors import Conflict
from novacast.i18n import Languages, text
from novacast.identity import Principal, person_of
from novacast.live.models import Programme, ProgrammeState, may_see
from novacast.live.programmes import store as programmes
from novacast.live.programmes.service import seen
from novacast.live.reminders import store
from novacast.live.reminders.models import MOST, News, Reminder, Step, step
from novacast.live.reminders.ports import Addressee, Post
from novacast.records import dataclass
from novacast.security.keys import Signer
from novacast.words import hour_of

_LOG_IN = text("Log in to be reminded by mail.")

BATCH = 50
"""Reminders of one transaction, so that none takes long."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """What a link in a mail is about."""

    title: str
    wanted: bool
    """Whether it is still there to be stopped."""


class Reminders:
    def __init__(
        self,
        db: Database,
        post: Post,
        languages: Languages,
        key: bytes,
        root: str,
        *,
        minutes: int,
    ) -> None:
        """`root`: the public address of the server. `minutes`: before the start."""
        self._languages = languages
        self._db, self._post = db, post
        self._signer, self._root = Signer(key, "reminders"), root
        self._lead = minutes * MINUTE
        self.minutes = minutes

    async def wanted(self, principal: Principal, programme_id: str) -> bool:
        if principal.person_id is None:
            return False
        return await self._db.one(store.wanted(programme_id, principal.person_id)) is not None

    async def ask(self, principal: Principal, programme_id: str) -> None:
        """Repeatable. Raises NotFound, Unauthenticated, Conflict for what is not planned."""
        person_id = person_of(principal, _LOG_IN)

        def unit(tx: Transaction) -> None:
            programme = seen(principal, tx.one(programmes.by_id(programme_id)))
            if programme.state is not ProgrammeState.PLANNED or programme.planned_start is None:
                raise Conflict(text("This programme is not planned for an hour, so there is nothing to remind of."))
            if (tx.one(store.count(person_id)) or 0) >= MOST:
                raise Conflict(text("You have {most} reminders already. Stop one first.", most=MOST))
            self._post.mailer.want(tx, template=News.BEGINS.value, person_id=person_id)
            store.add(tx, Reminder(programme_id, person_id, programme.title, programme.planned_start))

        await self._db.write(unit)

    async def stop(self, principal: Principal, programme_id: str) -> None:
        """Repeatable. Raises Unauthenticated."""
        person_id = person_of(principal, _LOG_IN)
        await self._db.write(lambda tx: store.remove(tx, programme_id, person_id))

    async def stopping(self, token: str) -> Stopping:
        """What a link from a mail would stop. Raises Unauthenticated for one that was not made here."""
        programme_id, person_id = self._read(token)
        found = await self._db.one(store.wanted(programme_id, person_id))
        return Stopping("" if found is None else found.title, found is not None)

    async def stop_by(self, token: str) -> None:
        """By a link from a mail; nobody has to log in. Repeatable. Raises Unauthenticated."""
        programme_id, person_id = self._read(token)
        await self._db.write(lambda tx: store.remove(tx, programme_id, person_id))

    async def sweep(self) -> None:
        """Mail what is due. Whoever is killed in between is followed by the next."""
        while await self._db.write(self._some) == BATCH:
            pass

    def _some(self, tx: Transaction) -> int:
        """How many were dealt with."""
        dealt = 0
        for reminder, programme in tx.all(store.stirring(tx.now, self._lead, BATCH)):
            todo = step(reminder, programme, tx.now, self._lead)
            if todo is not None:
                self._do(tx, reminder, programme, todo)
                dealt += 1
        return dealt

    def _do(self, tx: Transaction, reminder: Reminder, programme: Programme | None, todo: Step) -> None:
        """Who may not see the programme any more is told nothing of it."""
        person = self._post.people.addressee(tx, reminder.person_id)
        shown = person is not None and (programme is None or may_see(person.principal, programme))
        latest = reminder
        if programme is not None and programme.planned_start is not None:
            latest = replace(reminder, title=programme.title, start=programme.planned_start)
        if person is not None and shown and todo.news is not None:
            self._mail(tx, person, todo.news, latest)
        if todo.over or not shown:
            store.remove(tx, reminder.programme_id, reminder.person_id)
        else:
            store.knows(tx, latest)

    def _mail(self, tx: Transaction, person: Addressee, news: News, about: Reminder) -> None:
        with self._languages.speaking(person.principal.language):
            when = hour_of(about.start)
        token = self._signer.sign(f"{about.programme_id}.{about.person_id}".encode())
        context = {
            "title": about.title,
            "when": when,
            "url": f"{self._root}/watch/{about.programme_id}",
            "stop": f"{self._root}/reminders/stop?token={token}",
        }
        self._post.mailer.send(
            tx,
            to=person.email,
            template=news.value,
            language=person.principal.language,
            context=context,
            person_id=about.person_id,
        )

    def _read(self, token: str) -> tuple[str, str]:
        programme_id, _, person_id = self._signer.verify(token).decode().partition(".")
        return programme_id, person_id
