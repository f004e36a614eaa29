"""One unit of an order in the place of another: through the same gate as a purchase, so that nothing is had twice."""

from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.tickets.admission.issuing import issue, void
from novacast.tickets.admission.models import Ticket
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.editing import store
from novacast.tickets.holders import store as holders
from novacast.tickets.holders.models import TransferState
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Basket, Claim
from novacast.tickets.holds.taking import told
from novacast.tickets.models import ClaimState, HoldState
from novacast.tickets.orders.models import Order


def into_order(tx: Transaction, order: Order, basket: Basket, buyer: str) -> Sequence[Claim]:
    """What was taken is the order's, and is about to be sold. `buyer`: whose share it counts to."""
    holds.share(tx, basket.hold.id, buyer)
    holds.move(tx, basket.hold.id, HoldState.PAYING)
    holds.to_pay(tx, basket.hold.id, order.id, basket.hold.expires_at)
    return [one.claim for one in basket.lines]


def sold(tx: Transaction, order: Order, basket: Basket) -> None:
    """Once it is paid."""
    holds.sell(tx, order.id)
    holds.move(tx, basket.hold.id, HoldState.CONVERTED)
    told(tx, basket.hold, [one.claim for one in basket.lines], ClaimState.SOLD)


def left(tx: Transaction, order: Order, ticket: Ticket, before: Claim) -> None:
    """The old ticket is void and its unit free, within the transaction that takes another: so one kind becomes another
    also where nothing else is left."""
    void(tx, order, {ticket.id})
    holders.withdraw(tx, before.id)
    holds.release_units(tx, [before.id])


def taken_over(tx: Transaction, order: Order, basket: Basket, ticket: Ticket, before: Claim, worth: Claim) -> None:
    """A ticket for the unit in its place, in the same name and account, worth so much. Whoever it was handed on to has
    it, by another link."""
    new = basket.lines[0].claim
    cancelling.add_move(tx, new, before, worth)
    store.carry_answers(tx, before.id, new.id)
    issue(tx, order, [new], name=ticket.name, person_id=ticket.person_id)
    _handed(tx, before, new)
    told(tx, basket.hold, [before], ClaimState.RELEASED)


def _handed(tx: Transaction, before: Claim, new: Claim) -> None:
    taken = [one for one in tx.all(holders.of_claim(before.id)) if one.state is TransferState.ACCEPTED]
    issued = tx.one(holders.valid_of(new.id))
    if not taken or issued is None:
        return
    again = replace(
        taken[0],
        id=new_id(),
        claim_id=new.id,
        ticket_id=issued.id,
        state=TransferState.OFFERED,
        created_at=tx.now,
        changed_at=tx.now,
    )
    holders.add(tx, again)
    holders.accept(tx, again.id, again.person_id)
    outbox.emit(tx, "ticket.handed_on", again.id, outbox.INTERNAL)
