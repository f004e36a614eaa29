"""Shut after a restore, until whoever moves money was asked for every payment since the backup.

What the restored rows know is settled. What they don't know was paid for an order that is lost: then its seat looks
free and is not, so the box office stays shut until a person has seen the list and says otherwise.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from novacast.database import Database, Transaction
from novacast.errors import Unavailable
from novacast.i18n import text
from novacast.money import Captured, Witness
from novacast.tickets.holds.taking import SHUT, Taking
from novacast.tickets.orders.models import CAPTURED, REMOTE
from novacast.tickets.ports import Books
from novacast.tickets.purchases.joining import part_of, settle_all
from novacast.tickets.reopening import store
from novacast.tickets.reopening.models import PAGES_LAST, Reason, Shut, Stray

log = logging.getLogger(__name__)

OUTSIDE = frozenset(REMOTE.values()) - {"sandbox"}

RESTORED = text(
    "The box office is shut: this house was restored from a backup, and the payments since then are being looked "
    "through. `novacast sales show` tells how far that is."
)
BY_HAND = text("The box office is shut for a while.")


class Reopening:
    """`ask` asks about the payments that are open here."""

    def __init__(
        self,
        db: Database,
        taking: Taking,
        providers: Sequence[Witness],
        books: Books,
        instance: str,
        ask: Callable[[], Awaitable[object]],
    ) -> None:
        self._db, self._taking, self._providers, self._books = db, taking, providers, books
        self._instance, self._ask = instance, ask
        self._attacked = False

    async def begin(self, *, attacked: bool) -> None:
        """Before anything is sold. `attacked`: an attack on the schema worked."""
        self._attacked = attacked
        known: set[str] = set(await self._db.all(store.movers()))
        if new := {one.name for one in self._providers} & OUTSIDE - known:
            # A backup from before the first payment has to know as well who could have taken one since.
            await self._db.write(lambda tx: store.remember(tx, new))
        await self._follow()

    async def sweep(self) -> None:
        """Bring the box office to what the row says, and prove payments where that is why it is shut."""
        shut = await self._follow()
        if shut is None or shut.reason is not Reason.RESTORED or shut.proved_at is not None:
            return
        if await self._prove(shut.since):
            await self._follow()

    async def shut(self, reason: Reason, since: int) -> None:
        """From here on nothing is sold. `since`: an instant, as in the row."""
        await self._db.write(lambda tx: store.close(tx, reason, since))
        await self._follow()

    async def open(self) -> bool:
        """A person says so. Whether it was shut."""
        was = bool(await self._db.write(store.reopen))
        await self._follow()
        return was

    async def state(self) -> tuple[Shut | None, Sequence[Stray]]:
        return await self._db.one(store.shut()), await self._db.all(store.strays())

    async def _follow(self) -> Shut | None:
        shut = await self._db.one(store.shut())
        said = "" if shut is None else RESTORED if shut.reason is Reason.RESTORED else BY_HAND
        self._taking.shut = SHUT if self._attacked else said
        return shut

    async def _prove(self, since: int) -> bool:
        """Whether it is proved now."""
        moved: set[str] = set(await self._db.all(store.movers()))
        missing = sorted(moved & OUTSIDE - {one.name for one in self._providers})
        if missing:
            names = ", ".join(missing)
            log.error("the box office stays shut: %s may have moved money for it and is in no settings", names)
            return False
        try:
            await self._ask()
            strays = 0
            for provider in self._providers:
                await self._recognise(provider)
                found = await provider.captured(self._instance, since - PAGES_LAST)
                strays += await self._db.write(partial(self._settle, provider=provider.name, found=found))
        except Unavailable as error:
            log.warning("the box office stays shut until its payments can be asked for: %s", error)
            return False
        if strays:
            await self._db.write(store.proved)
            log.critical("the box office stays shut: %d payments belong to orders that are lost", strays)
        elif await self._db.write(store.accounted):
            log.warning("every payment since the backup is accounted for: the box office is open")
        else:
            log.warning("every payment since the backup is accounted for: the box office is shut by hand")
        return True

    async def _recognise(self, provider: Witness) -> None:
        """That it is the account that took our money: to another one, or to a key for tests, no payment of ours is
        known, and all would seem to be accounted for. Raises Unavailable."""
        last = await self._db.one(store.last_captured(provider.name, "live"))
        if last is not None and not provider.live:
            raise Unavailable(text("{name} took money, and what is set here is a key for tests.", name=provider.name))
        if not provider.live:
            last = await self._db.one(store.last_captured(provider.name, "test"))
        if last is not None:
            await provider.retrieve(last.demand(last.order_id))

    def _settle(self, tx: Transaction, provider: str, found: Sequence[Captured]) -> int:
        """How many of the payments belong to nothing that is known here."""
        strays = 0
        for one in found:
            attempt, amount = store.known(tx, provider, one.key), one.outcome.amount
            if attempt is None:
                outcome = one.outcome
                reference = outcome.reference or one.key
                store.add_stray(
                    tx,
                    Stray(provider, one.key, outcome.state, outcome.amount, outcome.currency, reference, one.begun_at),
                )
                strays += 1
            elif attempt.state not in CAPTURED:
                settle_all(tx, self._books, attempt, replace(one.outcome, amount=part_of(tx, attempt, amount)))
        return strays
