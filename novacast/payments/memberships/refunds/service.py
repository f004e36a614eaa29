"""Periods that were paid are given back, whole or in part: a row with its key before anybody hears of it, in the books
as owed, and asked for with the same key until there is an answer."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound, Unavailable
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.money import OTHER_AMOUNT, Demand, PaymentRefused, Repaid, Repayment
from novacast.payments.memberships import store
from novacast.payments.memberships.billed.settling import Desk
from novacast.payments.memberships.disputes import store as disputes
from novacast.payments.memberships.disputes.models import Dispute, taken
from novacast.payments.memberships.models import Charge, Subscription
from novacast.payments.memberships.plans import office
from novacast.payments.memberships.ports import Biller
from novacast.payments.memberships.refunds import store as refunds
from novacast.payments.memberships.refunds.chargebacks import cover, tell
from novacast.payments.memberships.refunds.models import Refund, State, Why, later, left, live, owed
from novacast.payments.memberships.turning import alarm

log = logging.getLogger(__name__)

BATCH = 100


class Refunds:
    def __init__(self, db: Database, billers: Sequence[Biller], desk: Desk) -> None:
        self._db, self._desk = db, desk
        self._billers: Mapping[str, Biller] = {one.name: one for one in billers}

    async def of_charge(self, charge_id: str) -> Sequence[Refund]:
        return await self._db.all(refunds.of_charge(charge_id))

    async def disputed(self, charge_id: str) -> Sequence[Dispute]:
        """What banks wanted back of it, by themselves."""
        return await self._db.all(disputes.of_charge(charge_id))

    async def give_back(
        self,
        principal: Principal,
        charge_id: str,
        amount: int | None,
        then: Then[Refund] | None = None,
        given: int | None = None,
    ) -> Refund:
        """`amount`: None: all that is left of it. What was paid at the counter is given back there, and this notes it.
        `given`: what was shown as given back before, so that a second click gives nothing. Raises NotFound, Forbidden,
        InvalidInput, Conflict."""
        charge, one = await self._known(charge_id)
        office(principal, one.org_id, Action.ORDER_MANAGE)
        await self._desk.booking.prepare(one.org_id)

        def unit(tx: Transaction) -> Refund:
            if given is not None and given != live(tx.all(refunds.of_charge(charge_id))):
                raise Conflict(text("What is given back has changed meanwhile. Look at it again."))
            made = self._owe(tx, one, charge, amount, Why.LATE if charge.late else Why.WISH)
            if charge.provider not in self._billers:
                self._hear(made.id, Repaid("succeeded", made.amount, None), tx)
            after = tx.one(refunds.refund(made.id)) or made
            if then is not None:
                then(tx, after)
            return after

        made = await self._db.write(unit)
        try:
            await self._ask(made)
        except Unavailable as error:
            log.warning("a refund of a membership is asked for later: %s", error)
        return await self._db.one(refunds.refund(made.id)) or made

    async def heard(self, refund_id: str) -> bool:
        """Something became of it. Whether it is one of these. Raises Unavailable."""
        found = await self._db.one(refunds.refund(refund_id))
        if found is None:
            return False
        if found.state is not State.FAILED:
            await self._ask(found, again=True)
        return True

    async def sweep(self) -> int:
        """What came too late goes back by itself, and what has no answer is asked for; how many."""
        for charge in await self._db.all(refunds.untouched(BATCH)):
            _, one = await self._known(charge.id)
            await self._db.write(partial(self._late, one, charge))
        found = await self._db.all(refunds.due(self._db.clock.now(), BATCH))
        for refund in found:
            try:
                await self._ask(refund)
            except Unavailable as error:
                log.warning("a refund of a membership is asked for later: %s", error)
                await self._db.write(partial(_put_off, refund))
        return len(found)

    def _late(self, one: Subscription, charge: Charge, tx: Transaction) -> None:
        if not tx.all(refunds.of_charge(charge.id)) and not taken(tx.all(disputes.of_charge(charge.id))):
            self._owe(tx, one, charge, None, Why.LATE)

    def _owe(self, tx: Transaction, one: Subscription, charge: Charge, amount: int | None, why: Why) -> Refund:
        charge = tx.one(store.charge(charge.id)) or charge
        before = tx.all(refunds.of_charge(charge.id))
        banks = tx.all(disputes.of_charge(charge.id))
        most = left(charge, before, banks)
        wanted = most if amount is None else amount
        if most <= 0 < taken(banks):
            raise Conflict(text("A bank took this payment back, so nothing of it can be given back beside."))
        if most <= 0:
            raise Conflict(text("All of it is given back already, or it was never paid."))
        if not 0 < wanted <= most:
            message = text("This is from {least} to {most}.", least=1, most=most)
            raise InvalidInput.field("amount", message, "out_of_range")
        owes = max(0, wanted - owed(charge, before))
        made = Refund(
            new_id(), charge.id, one.org_id, charge.provider, wanted, owes, why, State.SUBMITTED, None, None, 0, tx.now
        )
        refunds.add(tx, made)
        if owes:
            self._desk.booking.owed(tx, one, charge, made.id, owes)
        tell(tx, "membership.refund_begun", one, made)
        return made

    async def _ask(self, refund: Refund, *, again: bool = False) -> None:
        biller = self._billers.get(refund.provider)
        if biller is None or (refund.state is State.SUCCEEDED and not again):
            return
        charge, one = await self._known(refund.charge_id)
        payment = await _payment(biller, charge)
        if payment is None:
            told = Repaid("failed", refund.amount, None, "payment_unknown")
        else:
            demand = Demand(
                charge.id, charge.amount, charge.currency, self._desk.mode, self._desk.instance, "", payment
            )
            told = await biller.repay(Repayment(refund.id, demand, refund.amount, refund.reference))
        await self._desk.booking.prepare(one.org_id)
        await self._db.write(partial(self._hear, refund.id, told))

    def _hear(self, refund_id: str, told: Repaid, tx: Transaction) -> None:
        """What is told of it, made true; again and again with the same effect."""
        refund = tx.one(refunds.refund(refund_id))
        assert refund is not None, "refunds are never deleted"
        told = told.believed(refund.amount)
        charge = tx.one(store.charge(refund.charge_id))
        one = None if charge is None else tx.one(store.subscription(charge.subscription_id))
        assert charge is not None, "a refund has a charge"
        assert one is not None, "a charge has a subscription"
        columns = {"reference": told.reference or refund.reference, "reason": told.reason}
        booking = self._desk.booking
        if refund.state is State.FAILED:
            return
        if told.state == "pending":
            _mistrust(tx, one, refund, told)
            if refund.state is State.SUBMITTED and told.reference is not None:
                columns["state"] = State.PENDING.value
            if refund.state is not State.SUCCEEDED:
                refunds.change(tx, refund_id, **columns)
                _put_off(refund, tx)
        elif told.state == "succeeded" and refund.state is not State.SUCCEEDED:
            refunds.change(tx, refund_id, **columns, state=State.SUCCEEDED.value)
            booking.repaid(tx, one, charge, refund)
            tell(tx, "membership.refunded", one, refund)
        elif told.state in ("failed", "cancelled"):
            refunds.change(tx, refund_id, **columns, state=State.FAILED.value)
            if refund.state is State.SUCCEEDED:
                booking.returned(tx, one, charge, refund)
            log.error("a refund of membership %s came to nothing: %s", one.id, told.reason)
            tell(tx, "membership.refund_failed", one, refund)
            cover(tx, booking, one, charge)

    async def _known(self, charge_id: str) -> tuple[Charge, Subscription]:
        charge = await self._db.one(store.charge(charge_id))
        if charge is None:
            raise NotFound(text("There is no such payment, or it is not for you."))
        one = await self._db.one(store.subscription(charge.subscription_id))
        assert one is not None, "a charge has a subscription"
        return charge, one


async def _payment(biller: Biller, charge: Charge) -> str | None:
    """None: they know of none, as where the settings name another account meanwhile. Raises Unavailable."""
    try:
        return await biller.payment_of(charge.reference or "")
    except (NotFound, PaymentRefused):
        return None


def _mistrust(tx: Transaction, one: Subscription, refund: Refund, told: Repaid) -> None:
    """Another amount than was asked for, told once however often it is heard."""
    wrong = told.reason or ""
    if wrong.startswith(OTHER_AMOUNT) and wrong != refund.reason:
        refunds.change(tx, refund.id, reason=wrong)
        alarm(tx, "membership.refund_mismatch", one, f"{told.reference}: {wrong}")


def _put_off(refund: Refund, tx: Transaction) -> None:
    refunds.change(tx, refund.id, tries=refund.tries + 1, due_at=tx.now + later(refund.tries))
