"""A bank that took a payment back for good has given back what was owed of it, which is not owed beside. What is given
back in this way comes off the losses that the dispute was."""

from novacast import outbox
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.payments.memberships import store
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.disputes import store as disputes
from novacast.payments.memberships.disputes.models import Dispute
from novacast.payments.memberships.disputes.models import State as DisputeState
from novacast.payments.memberships.models import Charge, Subscription
from novacast.payments.memberships.refunds import store as refunds
from novacast.payments.memberships.refunds.models import BY_DISPUTE, Refund, State, Why, covered, owed

WON = "dispute_won"


def cover(tx: Transaction, booking: Booking, one: Subscription, charge: Charge) -> None:
    """What is on its way arrives, or fails, and is looked at then."""
    charge = tx.one(store.charge(charge.id)) or charge
    for dispute in tx.all(disputes.of_charge(charge.id)):
        before = tx.all(refunds.of_charge(charge.id))
        amount = min(owed(charge, before), dispute.amount - covered(before, dispute.reference))
        if dispute.state is DisputeState.LOST and amount > 0:
            made = _add(tx, one, charge, amount, BY_DISPUTE)
            refunds.change(tx, made.id, state=State.SUCCEEDED.value, reference=dispute.reference)
            booking.repaid(tx, one, charge, made)
            tell(tx, "membership.refunded", one, made)


def uncover(tx: Transaction, booking: Booking, one: Subscription, charge: Charge, dispute: Dispute) -> None:
    """It is won after all: what it had given back is owed again, and goes back the way that it came."""
    for refund in tx.all(refunds.of_charge(charge.id)):
        if (refund.provider, refund.reference, refund.state) == (BY_DISPUTE, dispute.reference, State.SUCCEEDED):
            refunds.change(tx, refund.id, state=State.FAILED.value, reason=WON)
            booking.returned(tx, one, charge, refund)
            tell(tx, "membership.refund_begun", one, _add(tx, one, charge, refund.amount, charge.provider))


def tell(tx: Transaction, what: str, one: Subscription, refund: Refund) -> None:
    outbox.emit(tx, what, one.id, outbox.org(one.org_id), charge=refund.charge_id, amount=refund.amount)


def _add(tx: Transaction, one: Subscription, charge: Charge, amount: int, provider: str) -> Refund:
    """Of what is owed already."""
    why = Why.LATE if charge.late else Why.WISH
    made = Refund(new_id(), charge.id, one.org_id, provider, amount, 0, why, State.SUBMITTED, None, None, 0, tx.now)
    refunds.add(tx, made)
    return made
