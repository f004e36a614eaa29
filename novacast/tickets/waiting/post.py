"""Mails to those who wait: confirm your address, this is yours until then. Each is queued in the transaction that notes
it, so that a crash neither loses nor doubles one."""

from novacast.database import Database, Transaction
from novacast.i18n import Languages
from novacast.tickets.events import store as events
from novacast.tickets.holds import store as holds
from novacast.tickets.models import WaitingState
from novacast.tickets.post.ports import Mailer
from novacast.tickets.waiting import store
from novacast.tickets.waiting.models import Waiter
from novacast.tickets.waiting.ports import Addressees
from novacast.tickets.waiting.service import WaitingList
from novacast.tickets.words import hour_there

BATCH = 50
TEMPLATES = {WaitingState.UNCONFIRMED: "waiting_confirm", WaitingState.OFFERED: "waiting_offer"}


class WaitingPost:
    def __init__(
        self,
        db: Database,
        mailer: Mailer,
        people: Addressees,
        languages: Languages,
        waiting: WaitingList,
        root: str,
    ) -> None:
        """`root`: the public address of the server."""
        self._db, self._mailer, self._people, self._languages = db, mailer, people, languages
        self._waiting, self._root = waiting, root

    async def sweep(self) -> None:
        """Serve the lines, and tell those who are to know."""
        await self._waiting.sweep()
        while await self._db.write(self._some) == BATCH:
            pass

    def _some(self, tx: Transaction) -> int:
        found = tx.all(store.untold(BATCH))
        for waiter in found:
            self._tell(tx, waiter)
            store.told(tx, waiter.id)
        return len(found)

    def _tell(self, tx: Transaction, waiter: Waiter) -> None:
        """Whoever has no account any more, or whose time is over already, is told nothing."""
        template, to = TEMPLATES.get(waiter.state), waiter.email
        if waiter.person_id is not None:
            person = self._people.addressee(tx, waiter.person_id)
            to = "" if person is None else person.email
        if template is None or not to:
            return
        hold = None if waiter.hold_id is None else tx.one(holds.hold(waiter.hold_id))
        event = tx.one(events.event_of(waiter.perf_id))
        assert event is not None, "a performance has an event"
        with self._languages.speaking(waiter.language):
            when = "" if hold is None else hour_there(hold.expires_at, event.timezone)
        url = f"{self._root}/waiting/{self._waiting.token(waiter.id)}"
        context = {"title": event.title, "when": when, "url": url, "stop": url}
        self._mailer.send(
            tx, to=to, template=template, language=waiter.language, context=context, person_id=waiter.person_id
        )
