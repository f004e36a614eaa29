"""`novacast ticket`: whether a code is good, and what a ticket is of. Nobody is let in by it."""

from typing import Annotated

import typer

from novacast.clock import iso
from novacast.errors import NotFound
from novacast.identity import SYSTEM
from novacast.tickets.admission.models import Looked, Ticket
from novacast.tickets.models import TicketState
from novacast.tickets.orders.models import Order
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import print_json, print_table, say

app = noun_app(
    "Tickets: whether a code is good, and what it is of.",
    group=True,
    epilog=examples("novacast ticket show k3p5n2w7a4b6c7d2e3f4", "novacast ticket check 'NCFOXN…'"),
)


@app.command(
    cls=Command,
    epilog=examples("novacast ticket check 'NCFOXN…'", "novacast ticket check 'NCFOXN…' --json"),
)
def check(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="What stands in a ticket's QR code, 132 characters.")],
) -> None:
    """Look at a code: whether this house signed it, and whether its ticket is valid. Nobody is let in.

    Exit code 1 where it opens nothing.
    """

    async def work(services: Services) -> tuple[Looked, Order | None]:
        looked = await services.tickets.admission.look(SYSTEM, code)
        order = None
        if looked.ticket is not None:
            order = await services.tickets.payments.order(SYSTEM, looked.ticket.order_id)
        return looked, order

    looked, order = venue.run(settings_of(context), work)
    good = looked.ticket is not None and looked.ticket.state is TicketState.VALID
    if invocation(context).json:
        found: dict[str, object] = {"good": good, "wrong": looked.wrong}
        print_json(found | ({} if looked.ticket is None or order is None else _json(looked.ticket, order)))
    elif looked.ticket is None or order is None:
        say(f"It is no ticket of this house: {looked.wrong}.")
    else:
        _tell(looked.ticket, order)
    if not good:
        raise typer.Exit(CHECK_FAILED)


@app.command(cls=Command, epilog=examples("novacast ticket show k3p5n2w7a4b6c7d2e3f4"))
def show(context: typer.Context, ticket: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Tell what a ticket is of, and the code that stands on it while it is valid."""

    async def work(services: Services) -> tuple[Ticket, Order, str]:
        order = await services.tickets.payments.order(SYSTEM, ticket)
        every = await services.tickets.admission.of_order(order.id)
        found = next((one for one in every if one.id == ticket.strip()), None)
        if found is None:
            raise NotFound("There is no such ticket.")
        codes = await services.tickets.admission.codes([found]) if found.state is TicketState.VALID else {}
        return found, order, codes.get(found.id, "")

    found, order, code = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(_json(found, order) | {"code": code})
        return
    _tell(found, order)
    if code:
        say(f"Code: {code}")


def _tell(one: Ticket, order: Order) -> None:
    row = (one.id, f"{one.ordinal}.{one.serial}", one.name, one.state.value, order.code, order.state.value)
    print_table(("ticket", "number", "name", "state", "order", "which is"), [row])


def _json(one: Ticket, order: Order) -> dict[str, object]:
    return {
        "id": one.id,
        "ordinal": one.ordinal,
        "serial": one.serial,
        "name": one.name,
        "state": one.state.value,
        "test": one.test,
        "performance": one.perf_id,
        "order": order.code,
        "order_state": order.state.value,
        "created_at": iso(one.created_at),
    }
