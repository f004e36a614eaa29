"""Browsers as people allow and forbid them, and messages to them, queued in the transaction of what they tell."""

from collections.abc import Sequence

from novacast.database import Database, Transaction
from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, person_of
from novacast.jobs import NORMAL, JobQueue
from novacast.notifications.choices import store as choices
from novacast.notifications.kinds import Kind, Way
from novacast.notifications.push import store
from novacast.notifications.push.models import (
    DEVICE_LENGTH,
    MOST,
    Browser,
    Message,
    Urgency,
    checked_endpoint,
    key_bytes,
)
from novacast.outbox import Event
from novacast.security.addresses import Reach
from novacast.security.webpush import AUTH_BYTES, Vapid, is_point
from novacast.texts import printable

JOB = "notifications.push"
ALARM_SECONDS = 24 * 3600
"""For which an alarm is worth telling."""


class Browsers:
    def __init__(self, db: Database, reach: Reach, vapid: Vapid) -> None:
        self._db, self._reach, self._vapid = db, reach, vapid

    def key(self) -> str:
        """The public key that a browser is to be subscribed with."""
        return self._vapid.public

    async def listed(self, principal: Principal) -> Sequence[Browser]:
        """Raises Unauthenticated."""
        return await self._db.all(store.of_person(person_of(principal)))

    async def allow(
        self, principal: Principal, endpoint: str, p256dh: str, auth: str, device: str, key: str = ""
    ) -> Browser:
        """Repeatable: each time its page says so, it is heard of. `key`: with which it is subscribed, where it says so;
        else what is known of it stays, and of a new one it is the newest. Raises Unauthenticated, InvalidInput."""
        person_id = person_of(principal)
        endpoint = checked_endpoint(endpoint, self._reach)
        if not is_point(key_bytes(p256dh) or b""):
            raise InvalidInput.field("keys.p256dh", text("This is no key of a browser."), "push_key")
        if len(key_bytes(auth) or b"") != AUTH_BYTES:
            raise InvalidInput.field("keys.auth", text("This is no secret of a browser."), "push_key")
        device = printable(device)[:DEVICE_LENGTH]
        own, newest = self._vapid.id_of(key) if key else None, self._vapid.newest

        def unit(tx: Transaction) -> Browser:
            known = tx.one(store.by_endpoint(endpoint))
            used = own or (newest if known is None else known.key)
            made = store.new_browser(person_id, principal.session_id, endpoint, p256dh, auth, device, used)
            store.keep(tx, made)
            store.keep_newest(tx, person_id, MOST)
            found = tx.one(store.by_endpoint(endpoint))
            assert found is not None, "it was heard of last"
            return found

        return await self._db.write(unit)

    async def forbid(self, principal: Principal, browser_id: str) -> None:
        """Raises Unauthenticated, NotFound."""
        person_id = person_of(principal)
        if not await self._db.write(lambda tx: store.drop_of(tx, person_id, browser_id)):
            raise NotFound(text("There is no such browser."))

    async def hear(self, fact: Event) -> None:
        """Who logs out of a browser is told nothing there any more."""
        if fact.topic == "session.revoked":
            await self._db.write(lambda tx: store.drop_session(tx, fact.subject))


class Pushes:
    """Takes messages from the rest of the slice, and from other slices."""

    def __init__(self, queue: JobQueue, *, on: bool) -> None:
        self._queue, self._on = queue, on

    def tell(self, tx: Transaction, person_id: str, message: Message, language: str) -> int:
        """Queue it for each of a person's browsers, without a look at what they chose; how many."""
        if not self._on:
            return 0
        browsers = tx.all(store.of_person(person_id))
        payload = message.payload(language) if browsers else ""
        for one in browsers:
            store.queue(tx, one.id, message, payload)
        return len(browsers)

    def wake(self, tx: Transaction) -> None:
        """Once for all messages of a transaction."""
        self._queue.enqueue_after(tx, JOB, priority=NORMAL)

    def alarm(self, tx: Transaction, person_id: str, title: str, body: str, key: str, language: str) -> None:
        """To one who runs the server, unless they switched that off. Fits operations' `Push`."""
        message = Message(title, body, "/", key, ALARM_SECONDS, Urgency.HIGH)
        if Way.PUSH in choices.wanted(tx, person_id, Kind.SERVER) and self.tell(tx, person_id, message, language):
            self.wake(tx)
