"""Alarms: raised, told, cleared. One sweep does all three, another calls places outside, which take their time; what a
crash left half done the next one finds."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from novacast.clock import DAY, MINUTE
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import Languages, ntext, text, translated
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
FEW = 5
"""Told one by one; more at once are one message."""
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

    async def _tell(self) -> None:
        """Mails and calls are queued in the transaction that says they were."""
        quiet = self._quiet is not None and self._quiet.holds(self._db.clock.now())
        query = store.untold(critical_only=quiet or self._critical_only)
        if not await self._db.all(query) and (quiet or not await self._db.all(store.over_untold())):
            return

        def unit(tx: Transaction) -> None:
            for found, over in ((tx.all(query), False), (() if quiet else tx.all(store.over_untold()), True)):
                for some in [found] if len(found) > FEW else [[one] for one in found]:
                    self._send(tx, some, over=over)

        await self._db.write(unit)

    def _send(self, tx: Transaction, some: Sequence[Alarm], *, over: bool) -> None:
        first = some[0]
        for one in some:
            store.told(tx, one.id, over=over)
        reached = [(to, self._language, None) for to in self._mails] or self._operators(tx)
        for to, language, person_id in reached:
            with self._languages.speaking(language):
                context = self._words(tx, some, over=over)
            self._mailer.send(tx, to=to, template="alarm", language=language, context=context, person_id=person_id)
        if self._push is not None:
            self._push_to(tx, self._push, some, over=over)
        with self._languages.speaking(self._language):
            title, message = self._said(tx, some, over=over)
        for number in range(len(self._outward)):
            store.call(tx, first.id, number, f"{self._venue}: {title}", message)

    def _push_to(self, tx: Transaction, push: Push, some: Sequence[Alarm], *, over: bool) -> None:
        """That it is over takes the place of that it is, where nobody has read it."""
        for _, language, person_id in self._operators(tx):
            with self._languages.speaking(language) as spoken:
                title, message = self._said(tx, some, over=over)
            push.alarm(tx, person_id, f"{self._venue}: {title}", message, f"alarm:{some[0].id}", spoken)

    def _said(self, tx: Transaction, some: Sequence[Alarm], *, over: bool) -> tuple[str, str]:
        """A line and what stands below it, in the language that is being spoken."""
        words = self._words(tx, some, over=over)
        title = translated(text("Over: {title}", title=words["title"])) if over else words["title"]
        return title, words["message"]

    def _words(self, tx: Transaction, some: Sequence[Alarm], *, over: bool) -> dict[str, str]:
        """In the language that is being spoken."""
        told = [(_title(one), (tx.one(store.by_id(one.id)) or one).message) for one in some]
        title, message = told[0]
        if len(told) > 1:
            title = translated(ntext("{n} alarm", "{n} alarms", len(told)))
            message = "\n".join(f"{what}: {words}" for what, words in told)
        return {"title": title, "message": message, "over": "so" if over else "", "url": self._url}

    async def call(self) -> None:
        """Places outside, each by itself: one that hangs keeps neither another nor the next look waiting."""
        places: dict[int, list[Call]] = {}
        for one in await self._db.all(store.due(self._db.clock.now())):
            places.setdefault(one.target, []).append(one)
        await asyncio.gather(*map(self._call, places.values()))

    async def _call(self, due: Sequence[Call]) -> None:
        """To one place, until it does not answer."""
        for one in due:
            arrived = await self._outward.tell(one.target, one.title, one.body)
            ended = await self._db.write(partial(_called, one, arrived))
            if not arrived:
                if ended:
                    log.error("an alarm did not reach target %d of [alarms]: %s", one.target + 1, one.title)
                return


def _title(one: Alarm) -> str:
    return translated(TITLES[one.kind]) if one.kind in TITLES else one.kind


def _called(one: Call, arrived: bool, tx: Transaction) -> bool:
    return store.called(tx, one, arrived=arrived)
