"""What a provider tells of a dispute, made true inside of somebody's transaction."""

from novacast.database import Transaction
from novacast.identity import new_id
from novacast.money import Disputed
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.disputes import store
from novacast.payments.memberships.disputes.models import Dispute, State
from novacast.payments.memberships.models import Charge, Subscription
from novacast.payments.memberships.refunds.chargebacks import cover, uncover
from novacast.payments.memberships.turning import alarm


def hear(tx: Transaction, booking: Booking, one: Subscription, charge: Charge, told: Disputed) -> None:
    """Again and again with the same effect. What is decided stays so, but for what is won after all."""
    found = tx.one(store.by_reference(charge.provider, told.reference)) or _open(tx, booking, one, charge, told)
    if told.due_at != found.due_at:
        store.put_off(tx, found.id, told.due_at)
    if told.state == "won" and found.state is not State.WON:
        store.move(tx, found.id, State.WON)
        booking.won(tx, one, charge, found, lost=found.state is State.LOST)
        uncover(tx, booking, one, charge, found)
        alarm(tx, "membership.dispute_won", one, f"{found.reference}: {told.reason}")
    elif told.state == "lost" and found.state is State.OPEN:
        store.move(tx, found.id, State.LOST)
        booking.lost(tx, one, charge, found)
        cover(tx, booking, one, charge)
        alarm(tx, "membership.dispute_lost", one, f"{found.reference}: {told.reason}")


def _open(tx: Transaction, booking: Booking, one: Subscription, charge: Charge, told: Disputed) -> Dispute:
    made = Dispute(
        id=new_id(),
        charge_id=charge.id,
        org_id=one.org_id,
        provider=charge.provider,
        reference=told.reference,
        amount=told.amount,
        currency=told.currency,
        reason=told.reason,
        due_at=told.due_at,
        state=State.OPEN,
        created_at=tx.now,
    )
    store.add(tx, made)
    booking.disputed(tx, one, charge, made)
    alarm(tx, "membership.disputed", one, f"{made.reference}: {made.reason}")
    return made
