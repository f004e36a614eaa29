"""Tickets come to be, are made anew, and end; each inside the transaction that gives the reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from novacast import outbox
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.tickets.admission import store
from novacast.tickets.admission.models import Ticket
from novacast.tickets.events import store as events
from novacast.tickets.holds.models import Claim
from novacast.tickets.models import TicketState
from novacast.tickets.orders.models import Order


def issue(
    tx: Transaction, order: Order, claims: Sequence[Claim], *, name: str | None = None, person_id: str | None = None
) -> None:
    """A ticket for each unit that an order has bought; in the buyer's name, or in this one."""
    name, person_id = (order.name, order.person_id) if name is None else (name, person_id)
    ordinal = tx.one(store.last_ordinal(order.perf_id)) or 0
    for number, claim in enumerate(claims, ordinal + 1):
        made = Ticket(
            id=new_id(),
            claim_id=claim.id,
            order_id=order.id,
            org_id=order.org_id,
            perf_id=order.perf_id,
            item_id=claim.item_id,
            person_id=person_id,
            name=name,
            ordinal=number,
            serial=1,
            test=order.test,
            state=TicketState.VALID,
            created_at=tx.now,
            changed_at=tx.now,
        )
        store.add(tx, made)
    if claims:
        told(tx, "ticket.issued", order.org_id, order.perf_id, runs(range(ordinal + 1, ordinal + 1 + len(claims))))
    changed(tx, order.perf_id, person_id)


def reissue(tx: Transaction, old: Ticket, *, name: str, person_id: str | None) -> Ticket:
    """The old one is worth nothing from here on."""
    store.move(tx, old.id, TicketState.REISSUED)
    new = replace(
        old,
        id=new_id(),
        serial=old.serial + 1,
        name=name,
        person_id=person_id,
        state=TicketState.VALID,
        created_at=tx.now,
        changed_at=tx.now,
    )
    store.add(tx, new)
    told(tx, "ticket.reissued", old.org_id, old.perf_id, runs([new.ordinal]), new.serial)
    changed(tx, old.perf_id, old.person_id, person_id)
    return new


def void(tx: Transaction, order: Order, ticket_ids: Collection[str] | None = None) -> int:
    """Those that are valid of an order, or of these; what they opened closes. They may be anybody's by now."""
    gone = [
        one
        for one in tx.all(store.of_order(order.id))
        if one.state is TicketState.VALID and (ticket_ids is None or one.id in ticket_ids)
    ]
    for one in gone:
        store.move(tx, one.id, TicketState.VOID)
    if gone:
        told(tx, "ticket.voided", order.org_id, order.perf_id, runs(one.ordinal for one in gone))
    changed(tx, order.perf_id, *(one.person_id for one in gone))
    return len(gone)


def told(tx: Transaction, topic: str, org_id: str, perf_id: str, ordinals: list[list[int]], serial: int = 1) -> None:
    """To doors, which may have to decide by it without a network: whatever moves a ticket says so here. `ordinals`:
    first and last of each stretch, so that ten thousand tickets of one order are one small fact."""
    outbox.emit(tx, topic, perf_id, outbox.org(org_id), ordinals=ordinals, serial=serial)


def runs(ordinals: Iterable[int]) -> list[list[int]]:
    """First and last of each stretch of numbers that follow one another."""
    found: list[list[int]] = []
    for number in sorted(ordinals):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def changed(tx: Transaction, perf_id: str, *people: str | None) -> None:
    """Whoever watches or writes by a ticket of these people is looked at again."""
    performance = tx.one(events.performance(perf_id))
    if performance is None or performance.programme_id is None:
        return
    for person_id in dict.fromkeys(one for one in people if one is not None):
        # Playback and chat look again at the people whom a fact about media names.
        outbox.emit(tx, "media.tickets_changed", performance.programme_id, outbox.INTERNAL, person_id=person_id)
