"""The page on which a ticket is given another seat: chosen on the map, or of a list where there are no scripts."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any

from pydantic import Field

from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.tickets.cancelling.moving import Moving
from novacast.tickets.events.performances import Performances
from novacast.tickets.events.permission import sells
from novacast.tickets.holds.models import Line
from novacast.tickets.office.handling.pages import ORDER
from novacast.tickets.office.words import told
from novacast.tickets.orders.models import Issued, Receipt
from novacast.tickets.orders.service import Orders
from novacast.tickets.seatmaps.hall.service import Halls
from novacast.tickets.seatmaps.models import Seat
from novacast.tickets.words import hour_there
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

MOVE = f"{ORDER}/tickets/{{ticket_id}}/move"
MOST_LISTED = 2000
"""Seats of the list, the best first: the map has all of them."""
Named = Annotated[str, Field(max_length=300)]


class MoveForm(Body):
    """`seat`: chosen on the map, its item's id and its own. `place`: of the list."""

    seat: Named = ""
    place: Named = ""

    @property
    def wanted(self) -> str:
        """Raises InvalidInput."""
        found = self.seat.partition(" ")[2] or self.place
        if not found:
            raise InvalidInput.field("place", text("Choose a seat."), "required")
        return found


class MovePages:
    def __init__(self, orders: Orders, performances: Performances, halls: Halls, moving: Moving) -> None:
        self._orders, self._performances, self._halls, self._moving = orders, performances, halls, moving

    @page(MOVE)
    async def show(self, call: Call, order_id: str, ticket_id: str) -> Html:
        return await self._shown(call, order_id, ticket_id, MoveForm())

    @form(MOVE)
    async def move(self, call: Call, order_id: str, ticket_id: str, form: MoveForm) -> Html | Redirect:
        org_id = (await self._orders.seen(call.principal, order_id)).order.org_id
        try:
            await self._moving.move(call.principal, org_id, order_id, ticket_id, form.wanted)
        except (Conflict, InvalidInput) as error:
            return await self._shown(call, order_id, ticket_id, form, error)
        return Redirect(ORDER.format(order_id=order_id), notice=Notice("good", _("The ticket has another seat.")))

    async def _shown(
        self, call: Call, order_id: str, ticket_id: str, values: MoveForm, error: Conflict | InvalidInput | None = None
    ) -> Html:
        receipt = await self._orders.seen(call.principal, order_id)
        sells(call.principal, receipt.order.org_id)
        ticket, line = _seated(receipt, ticket_id)
        event, performance = await self._performances.known(receipt.order.perf_id)
        free = await self._halls.free(call.principal, performance.id)
        context: dict[str, Any] = {
            "event": event,
            "when": hour_there(performance.starts_at, event.timezone),
            "order": receipt.order,
            "performance": performance,
            "ticket": ticket.id,
            "item": line.claim.item_id,
            "kind": line.item,
            "now": "" if line.seat is None else line.seat.label,
            "who": ticket.name or receipt.order.name,
            "groups": groups(free[:MOST_LISTED]),
            "values": values,
            "errors": told(error),
        }
        return Html("tickets/order_move.html", context, 422 if error is not None else 200)


def _seated(receipt: Receipt, ticket_id: str) -> tuple[Issued, Line]:
    """Raises NotFound for what has no seat, or is none of the order's."""
    ticket = next((one for one in receipt.tickets if one.id == ticket_id), None)
    line = None if ticket is None else next(one for one in receipt.lines if one.claim.id == ticket.claim_id)
    if ticket is None or line is None or line.claim.seat_id is None:
        raise NotFound(text("There is no such ticket."))
    return ticket, line


def groups(seats: Sequence[Seat]) -> list[tuple[str, list[tuple[str, str]]]]:
    """By sections and rows, in the order in which a hall is walked through."""
    ordered = sorted(seats, key=lambda one: (one.section, _natural(one.row), one.place))
    found = []
    for _key, row in groupby(ordered, key=lambda one: (one.section, one.row)):
        places = list(row)
        category = f" · {places[0].category}" if places[0].category else ""
        name = f"{places[0].section} · {places[0].row}{category}"
        found.append((name, [(one.seat_id, one.label) for one in places]))
    return found


def _natural(row: str) -> tuple[int, str]:
    """B before AA, and 2 before 10."""
    return len(row), row
