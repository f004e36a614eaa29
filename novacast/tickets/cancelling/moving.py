"""Another seat for a ticket that is sold: through the same gate as a purchase, so that no seat is ever had twice."""

from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.tickets import store as books
from novacast.tickets.admission import store as tickets
from novacast.tickets.cancelling import store
from novacast.tickets.cancelling.models import as_paid
from novacast.tickets.editing.replacing import into_order, left, sold, taken_over
from novacast.tickets.events.permission import sells
from novacast.tickets.holders.service import check_unused
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Wish
from novacast.tickets.holds.taking import Taking
from novacast.tickets.models import STANDING, TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Receipt
from novacast.tickets.orders.service import read


class Moving:
    def __init__(self, db: Database, taking: Taking) -> None:
        self._db, self._taking = db, taking

    async def move(
        self,
        principal: Principal,
        org_id: str,
        order_id: str,
        ticket_id: str,
        seat_id: str,
        then: Then[Receipt] | None = None,
    ) -> Receipt:
        """The old ticket is void, another is issued for the new seat, in the same name and account; nothing is paid or
        given back. Raises NotFound, Forbidden, Conflict, SeatsTaken, InvalidInput."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Receipt:
            order = tx.one(orders.order(order_id))
            ticket = tx.one(tickets.ticket(ticket_id))
            if order is None or order.org_id != org_id or ticket is None or ticket.order_id != order_id:
                raise NotFound(text("There is no such ticket."))
            if order.state not in STANDING or ticket.state is not TicketState.VALID:
                raise Conflict(text("Only a valid ticket of an order that is paid can get another seat."))
            check_unused(tx, ticket)
            claims = {one.id: one for one in tx.all(holds.of_order(order_id))}
            before = claims[ticket.claim_id]
            if before.seat_id is None:
                raise Conflict(text("This ticket has no seat."))
            paid_for = {id_: (price, fee) for id_, price, fee in tx.all(store.moved(order_id))}
            worth = as_paid(before, paid_for)
            wish = Wish(before.item_id, seats=(seat_id,))
            left(tx, order, ticket, before)
            basket = self._taking.instead(tx, order.perf_id, wish, public=False, free=True, less=0)
            into_order(tx, order, basket, before.buyer)
            sold(tx, order, basket)
            taken_over(tx, order, basket, ticket, before, worth)
            detail = f"{before.seat_id} > {seat_id}"
            who = principal.person_id
            books.log(tx, "ticket.moved", org_id, ticket_id, order_id=order_id, person_id=who, detail=detail)
            receipt = read(tx, order_id)
            if then is not None:
                then(tx, receipt)
            return receipt

        return await self._db.write(unit)
