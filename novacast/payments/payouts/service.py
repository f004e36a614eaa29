"""An account at a provider is gone through: what it kept of each payment becomes a fee in the books, what it paid out
comes off what it owes, and what stands otherwise there than here is told. Again and again with the same effect.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from novacast import outbox
from novacast.clock import DAY, HOUR
from novacast.database import Database, Page, Transaction, keyset
from novacast.errors import Forbidden, NotFound, NovaCastError
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.money import Entry
from novacast.payments.payouts import store
from novacast.payments.payouts.models import LOOKED_BACK, Kind, Mismatch, Movement, Payout, PayoutState, Share
from novacast.payments.payouts.parts import store as parts
from novacast.payments.payouts.ports import Books, Statements
from novacast.payments.ports import Settles

log = logging.getLogger(__name__)

OVERLAP = 2 * HOUR
"""The provider's clock, and what it writes down a little later than it happened."""
SETTLED = 30 * DAY
"""So old a payout no longer changes."""
BATCH = 200
MOST = 500
"""Of mismatches that are told at once."""


class Payouts:
    def __init__(
        self, db: Database, accounts: Sequence[Statements], settles: Settles, books: Books, *, test: bool
    ) -> None:
        """`test`: what is sold now is not real; real money and such that was tried are never compared."""
        self._db, self._settles, self._books, self._test = db, settles, books, test
        self._accounts: Mapping[str, Statements] = {one.name: one for one in accounts}

    @property
    def providers(self) -> Sequence[str]:
        """Whose accounts can be gone through."""
        return tuple(self._accounts)

    async def sweep(self) -> None:
        for one in self._accounts.values():
            try:
                await self.reconcile(one.name)
            except NovaCastError as error:
                log.warning("the account at %s can't be gone through: %s", one.name, error)

    async def heard(self, provider: str, _payout_id: str) -> bool:
        """A provider says that something became of a payout. Raises Unavailable."""
        await self.reconcile(provider)
        return True

    async def reconcile(self, provider: str) -> None:
        """Raises NotFound for who is not set up, Unavailable."""
        account = self._accounts.get(provider)
        if account is None:
            raise NotFound(text("Nobody of this name moves money here."))
        now = self._db.clock.now()
        first = await self._db.one(store.first_booked(provider, test=self._test))
        last = await self._db.one(store.seen(provider, test=self._test))
        since = (now if first is None else first) if last is None else last
        await self._moved(account, since - OVERLAP)
        await self._attribute(provider)
        await self._paid(account, since - SETTLED)
        await self._db.write(lambda tx: store.see(tx, provider, now, test=self._test))
        await self._tell()

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Share]:
        """Newest first. Raises NotFound, Forbidden."""
        _reads(principal, org_id)
        start = keyset(cursor, int, str) or store.START
        rows = await self._db.all(store.of_org(org_id, start, limit + 1, test=self._test))
        return Page.of(rows, limit, lambda one: (one.payout.created_at, one.payout.id))

    async def waiting(self, principal: Principal, org_id: str) -> Sequence[tuple[str, int]]:
        """Currency, and what is at providers still. Raises NotFound, Forbidden."""
        _reads(principal, org_id)
        return await self._db.all(store.waiting(org_id, test=self._test))

    async def mismatches(self, principal: Principal, org_id: str) -> Sequence[Mismatch]:
        """Of the last months. Raises NotFound, Forbidden."""
        _reads(principal, org_id)
        now = self._db.clock.now()
        return await self._db.all(store.mismatches(org_id, now, now - LOOKED_BACK, MOST, test=self._test))

    async def audit(self) -> Sequence[Mismatch]:
        """All that ever stood otherwise, of all organizations and of nobody."""
        return await self._db.all(store.mismatches(None, self._db.clock.now(), 0, MOST, test=self._test))

    async def _moved(self, account: Statements, since: int) -> None:
        found = [one async for one in account.movements(since)]
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            await self._db.write(lambda tx, some=some: self._add(tx, account.name, some))  # type: ignore[misc]  # a default binds the name

    async def _attribute(self, provider: str) -> None:
        """Whose is what; and what was kept of it is a fee of theirs."""
        owners = await self._db.all(store.sole(provider, test=self._test))
        for one in await self._db.all(store.nobodys(provider, BATCH, test=self._test)):
            entry = await self._entry(provider, one, owners[0] if len(owners) == 1 else "")
            if entry is not None:
                await self._db.write(lambda tx, one=one, entry=entry: self._booked(tx, provider, one, entry))  # type: ignore[misc]  # a default binds the names

    async def _entry(self, provider: str, one: Movement, owner: str) -> Entry | None:
        if one.kind is Kind.FEE and owner:
            return Entry(f"{provider}:{one.id}", owner, one.currency, self._test, "", "", one.id, one.at)
        if not one.key:
            return None
        return await self._settles.booked(
            provider, cast("Literal['payment', 'refund', 'dispute']", one.kind.value), one.key
        )

    def _booked(self, tx: Transaction, provider: str, one: Movement, entry: Entry) -> None:
        parts.add(tx, provider, entry)
        if not store.attribute(tx, provider, one, entry) or entry.currency != one.currency:
            return
        kept = one.fee if one.kind is not Kind.FEE else one.fee - one.amount
        source = f"{provider}:{one.id}"
        self._books.fee(tx, replace(entry, source=source, about="", at=tx.now), provider, kept)

    async def _paid(self, account: Statements, since: int) -> None:
        provider = account.name
        found = [one async for one in account.payouts(since)]
        await self._db.write(lambda tx: self._keep(tx, provider, found))
        for payout in await self._db.all(store.unchecked(provider, BATCH, test=self._test)):
            inside = [one async for one in account.within(payout.id)]
            await self._db.write(lambda tx, payout=payout, inside=inside: self._place(tx, provider, payout, inside))  # type: ignore[misc]  # a default binds the names
        await self._attribute(provider)
        for payout in await self._db.all(store.due(provider, since, BATCH, test=self._test)):
            await self._db.write(lambda tx, payout=payout: self._at_the_bank(tx, account, payout))  # type: ignore[misc]  # a default binds the name

    def _at_the_bank(self, tx: Transaction, account: Statements, payout: Payout) -> None:
        """A payout that failed after it was paid leaves the bank again."""
        arrived = payout.state is PayoutState.PAID
        for org_id, net in tx.all(store.shares(account.name, payout.id)):
            source = f"{account.name}:{payout.id}:{org_id}"
            entry = Entry(source, org_id, payout.currency, self._test, "", "", payout.id, tx.now)
            self._books.paid_out(tx, entry, account.name, net if arrived else 0)

    def _add(self, tx: Transaction, provider: str, some: Sequence[Movement]) -> None:
        for one in some:
            store.add(tx, provider, one, test=self._test)

    def _keep(self, tx: Transaction, provider: str, found: Sequence[Payout]) -> None:
        for one in found:
            store.keep(tx, provider, one, test=self._test)

    def _place(self, tx: Transaction, provider: str, payout: Payout, inside: Sequence[Movement]) -> None:
        for one in inside:
            store.place(tx, provider, payout.id, one, test=self._test)
        store.check(tx, provider, payout.id)

    async def _tell(self) -> None:
        """Once of each, to whoever it is of."""
        now = self._db.clock.now()
        found = await self._db.all(store.mismatches(None, now, now - LOOKED_BACK, MOST, test=self._test))
        await self._db.write(lambda tx: _tell(tx, found))


def _tell(tx: Transaction, found: Sequence[Mismatch]) -> None:
    for one in found:
        if store.told(tx, one):
            _tell_one(tx, one)


def _tell_one(tx: Transaction, one: Mismatch) -> None:
    detail = f"{one.what} {one.subject}: {one.told} told, {one.booked} booked, {one.currency}"
    log.error("the account at %s stands otherwise than the books: %s", one.provider, detail)
    if one.org_id is not None:
        audience = outbox.org(one.org_id)
        outbox.emit(tx, "payout.mismatch", one.order_id or one.subject, audience, code=one.code, detail=detail)


def _reads(principal: Principal, org_id: str) -> None:
    if not principal.allows(Action.ORG_VIEW, org_id):
        raise NotFound(text("There is no such organization, or you are not a member of it."))
    if not principal.allows(Action.ORDER_VIEW, org_id):
        raise Forbidden(text("Your part in this organization shows you no orders."))
