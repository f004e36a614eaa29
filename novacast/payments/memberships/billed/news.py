"""What a provider tells of memberships by itself. Nothing is believed: it is asked, and settled. Fits payments'
`Settler`."""

from novacast.database import Database, Query, Transaction
from novacast.errors import Conflict, Unavailable
from novacast.money import Disputed, Entry
from novacast.payments.memberships import store
from novacast.payments.memberships.billed import store as billed
from novacast.payments.memberships.billed.models import Kind
from novacast.payments.memberships.billed.service import Billed
from novacast.payments.memberships.billed.settling import Desk, mistrust
from novacast.payments.memberships.disputes.hearing import hear
from novacast.payments.memberships.models import TERMINAL, Charge, Subscription
from novacast.payments.memberships.refunds import store as refunds
from novacast.payments.memberships.refunds.service import Refunds
from novacast.payments.memberships.turning import alarm
from novacast.payments.ports import Booked


class MembershipNews:
    def __init__(self, db: Database, asked: Billed, refunds: Refunds, desk: Desk) -> None:
        self._db, self._asked, self._refunds, self._desk = db, asked, refunds, desk

    async def attempt(self, provider: str, key: str) -> bool:
        """`key`: of the page where it began, its own id."""
        return await self._ask(provider, store.subscription(key))

    async def subscription(self, provider: str, reference: str) -> bool:
        """One that nobody returned from yet is known by the page's event, which comes as well."""
        return await self._ask(provider, billed.of_reference(reference))

    async def repayment(self, provider: str, key: str) -> bool:
        return await self._refunds.heard(key)

    async def repaid_elsewhere(self, provider: str, key: str, reference: str, amount: int) -> bool:
        """`key`: the bill that it was paid by."""
        found = await self._of_bill(provider, key)
        if found is None:
            return False
        one, charge = found

        def unit(tx: Transaction) -> None:
            if refunds.elsewhere(tx, provider, reference, charge.id, amount):
                alarm(tx, "membership.repaid_elsewhere", one, f"{reference}: {amount}")

        await self._db.write(unit)
        return True

    async def dispute(self, provider: str, dispute: Disputed) -> bool:
        """A bank takes a period back: it stands in the books, and the membership ends at once, for nobody pays it."""
        found = await self._of_bill(provider, dispute.key)
        if found is None:
            return False
        one, charge = found
        await self._desk.booking.prepare(one.org_id)
        if dispute.currency != charge.currency:
            wrong = f"{dispute.reference}: {charge.currency} is not {dispute.currency}"
            await self._db.write(lambda tx: mistrust(tx, tx.one(store.subscription(one.id)) or one, wrong))
            return True
        await self._db.write(lambda tx: hear(tx, self._desk.booking, one, charge, dispute))
        if one.state not in TERMINAL and dispute.state != "won":
            await self._end(one)
        return True

    async def _end(self, one: Subscription) -> None:
        """Raises Unavailable where something else is asked for first: whoever told this tells it again."""
        try:
            await self._asked.wish(one, Kind.END)
        except Conflict as error:
            after = await self._asked.ask(one.id)
            if after.state not in TERMINAL:
                raise Unavailable(error.message) from error

    async def booked(self, provider: str, kind: Booked, key: str) -> Entry | None:
        """`key`: of a payment, the bill that it paid; the others stand in the books under it."""
        if kind != "payment":
            return await self._desk.booking.found(self._db, key)
        found = await self._of_bill(provider, key)
        return None if found is None else await self._desk.booking.found(self._db, found[1].id)

    async def _ask(self, provider: str, query: Query[Subscription]) -> bool:
        one = await self._db.one(query)
        if one is None or not one.billed or one.provider != provider:
            return False
        await self._asked.ask(one.id)
        return True

    async def _of_bill(self, provider: str, bill: str) -> tuple[Subscription, Charge] | None:
        charge = await self._db.one(billed.charge_of_bill(provider, bill))
        if charge is None:
            return None
        one = await self._db.one(store.subscription(charge.subscription_id))
        return None if one is None else (one, charge)
