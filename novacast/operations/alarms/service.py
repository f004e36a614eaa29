"""Alarms: raised, told, cleared. One sweep does all three, and what a crash left half done the next one finds."""

import logging
from collections.abc import Sequence
from functools import partial

from novacast.clock import DAY, MINUTE
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import Languages, text, translated
from novacast.identity import Principal, operates
from novacast.operations.alarms import store
from novacast.operations.alarms.models import Call, Quiet, Tally
from novacast.operations.alarms.outward import Outward
from novacast.operations.alarms.ports import Mailer, Operators, Push
from novacast.operations.alarms.watch import TITLES, Watch
from novacast.overview import Alarm
from novacast.settings import Settings

log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
KEPT = 90 * DAY
REFRESH = MINUTE
"""How often an alarm that stands is written again, with its words as they are now."""


class Alarms:
    def __init__(
        self,
        db: Database,
        settings: Settings,
        watch: Watch,
        mailer: Mailer,
        operators: Operators,
        outward: Outward | None = None,
        push: Push | None = None,
    ) -> None:
        """Raises BadSettings for quiet hours that are none."""
        self._push = push
        own = settings.alarms
        self._db, self._watch, self._mailer, self._operators = db, watch, mailer, operators
        self._languages, self._language = Languages(settings.language), settings.language
        self._mails, self._venue, self._url = own.mails, settings.instance, settings.public_url
        self._outward = outward or Outward(own.targets)
        self._quiet = Quiet.of(own.quiet_from, own.quiet_until, own.timezone)
        self._critical_only = own.least == "critical"
        self._tally, self._written = Tally(), 0.0

    async def standing(self) -> Sequence[Alarm]:
        return await self._db.all(store.standing())

    async def listed(self, principal: Principal, *, standing: bool) -> Sequence[Alarm]:
        """Those that are true now, the gravest first; or the last hundred. Raises Forbidden."""
        operates(principal)
        return await self._db.all(store.standing() if standing else store.recent(100))

    async def acknowledge(self, principal: Principal, alarm_id: str) -> Alarm:
        """Nobody is told of it any more; it stands until it is over. Repeatable. Raises Forbidden, NotFound."""
        operates(principal)
        by = f"person:{principal.person_id}" if principal.person_id is not None else f"user:{principal.name}"

        def unit(tx: Transaction) -> Alarm:
            store.acknowledge(tx, alarm_id, by)
            found = tx.one(store.by_id(alarm_id))
            if found is None:
                raise NotFound(text("There is no such alarm."))
            return found

        return await self._db.write(unit)

    async def sweep(self) -> None:
        """Every few seconds: look, raise, clear, tell."""
        found, now = await self._watch.look(), self._db.clock.monotonic()
        lasting = self._tally.lasting(found, now)
        known = set(await self._db.all(store.keys()))
        over = self._tally.over(known, found, now)
        again = now - self._written >= REFRESH / 1e6
        due = lasting if again else [one for one in lasting if one.key not in known]
        if due or over:
            self._written = now if again else self._written

            def unit(tx: Transaction) -> None:
                for one in due:
                    if store.raise_(tx, one):
                        log.warning("alarm %s %s: %s", one.kind, one.subject, one.message)
                for key in over:
                    store.clear(tx, key)
                    log.info("alarm %s %s is over", *key)
                store.prune(tx, tx.now - KEPT)

            await self._db.write(unit)
        await self._tell()
        await self._call()

    async def _tell(self) -> None:
        """Mails and calls are queued in the transaction that says they were."""
        quiet = self._quiet is not None and self._quiet.holds(self._db.clock.now())
        query = store.untold(critical_only=quiet or self._critical_only)
        if not await self._db.all(query) and (quiet or not await self._db.all(store.over_untold())):
            return

        def unit(tx: Transaction) -> None:
            for one in tx.all(query):
                self._send(tx, one, over=False)
            for one in () if quiet else tx.all(store.over_untold()):
                self._send(tx, one, over=True)

        await self._db.write(unit)

    def _send(self, tx: Transaction, one: Alarm, *, over: bool) -> None:
        store.told(tx, one.id, over=over)
        reached = [(to, self._language, None) for to in self._mails] or self._operators(tx)
        for to, language, person_id in reached:
            with self._languages.speaking(language):
                context = self._words(tx, one, over=over)
            self._mailer.send(tx, to=to, template="alarm", language=language, context=context, person_id=person_id)
        if self._push is not None:
            self._push_to(tx, self._push, one, over=over)
        with self._languages.speaking(self._language):
            title, message = self._said(tx, one, over=over)
        for number in range(len(self._outward)):
            store.call(tx, one.id, number, f"{self._venue}: {title}", message)

    def _push_to(self, tx: Transaction, push: Push, one: Alarm, *, over: bool) -> None:
        """That it is over takes the place of that it is, where nobody has read it."""
        for _, language, person_id in self._operators(tx):
            with self._languages.speaking(language) as spoken:
                title, message = self._said(tx, one, over=over)
            push.alarm(tx, person_id, f"{self._venue}: {title}", message, f"alarm:{one.id}", spoken)

    def _said(self, tx: Transaction, one: Alarm, *, over: bool) -> tuple[str, str]:
        """A line and what stands below it, in the language that is being spoken."""
        words = self._words(tx, one, over=over)
        title = translated(text("Over: {title}", title=words["title"])) if over else words["title"]
        return title, words["message"]

    def _words(self, tx: Transaction, one: Alarm, *, over: bool) -> dict[str, str]:
        """In the language that is being spoken."""
        found = tx.one(store.by_id(one.id)) or one
        title = translated(TITLES[one.kind]) if one.kind in TITLES else one.kind
        return {"title": title, "message": found.message, "over": "so" if over else "", "url": self._url}

    async def _call(self) -> None:
        """No transaction is open while a place outside takes its time."""
        for one in await self._db.all(store.due(self._db.clock.now())):
            arrived = await self._outward.tell(one.target, one.title, one.body)
            ended = await self._db.write(partial(_called, one, arrived))
            if ended and not arrived:
                log.error("an alarm did not reach target %d of [alarms]: %s", one.target + 1, one.title)


def _called(one: Call, arrived: bool, tx: Transaction) -> bool:
    return store.called(tx, one, arrived=arrived)
