"""`novacast order`: find orders, tell what happened to one, send its mail again, cancel it."""

from typing import Annotated

import typer

from novacast.clock import iso
from novacast.database import Page
from novacast.errors import InvalidInput
from novacast.identity import SYSTEM
from novacast.tickets.models import OrderState
from novacast.tickets.office.handling.story import told
from novacast.tickets.orders.models import Order, Receipt
from novacast.tickets.refunds.models import Refund
from novacast.tickets.sales.models import Found, Wanted
from novacast.tickets.store import Entry
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.orders import minor, order_json, refund_json
from novacast_admin.cli.output import more, print_json, print_table, say

app = noun_app(
    "Orders: find, tell what happened, send the mail again, cancel.",
    group=True,
    epilog=examples(
        "novacast order search --org lantern ada", "novacast order show K7QM-22XA", "novacast order cancel K7QM-22XA"
    ),
)

OrderName = Annotated[
    str,
    typer.Argument(metavar="ORDER", help="Code or id of an order, id of a ticket, or a payment's reference (pi_…)."),
]


@app.command(
    cls=Command,
    epilog=examples(
        "novacast order search --org lantern ada",
        "novacast order search --org lantern --state awaiting_payment",
        "novacast order search --org lantern vogel --json",
    ),
)
def search(
    context: typer.Context,
    org: Annotated[str, typer.Option(help="Short name of the organization.")],
    words: Annotated[list[str] | None, typer.Argument(help="Beginnings of words: code, names, address, note.")] = None,
    state: Annotated[str | None, typer.Option(help=f"Only in this state: {', '.join(OrderState)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="Where the last list ended.")] = None,
) -> None:
    """List orders, newest first; with words only those that have all of them."""
    if state is not None and state not in tuple(OrderState):
        raise InvalidInput.field("state", f"{state} is none of {', '.join(OrderState)}.")
    wanted = Wanted(" ".join(words or ()), None if state is None else OrderState(state))

    async def work(services: Services) -> Page[Found]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        return await services.tickets.sales.find(SYSTEM, organization.id, wanted, cursor, limit)

    page = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [order_json(one.order) | {"event": one.title} for one in page.items], "next": page.next})
        return
    rows = [
        (one.order.code, one.order.state.value, minor(one.order.total, one.order.currency), one.order.name,
         one.order.email, one.title, iso(one.order.created_at)[:16].replace("T", " "))
        for one in page.items
    ]  # fmt: skip
    print_table(("order", "state", "total", "name", "address", "event", "ordered"), rows)
    more(page.next)


@app.command(cls=Command, epilog=examples("novacast order show K7QM-22XA", "novacast order show K7QM-22XA --json"))
def show(context: typer.Context, order: OrderName) -> None:
    """Tell what is in an order and what happened to it. Its payments: `novacast payment show`."""

    async def work(services: Services) -> tuple[Receipt, list[Entry]]:
        found = await services.tickets.payments.order(SYSTEM, order)
        receipt = await services.tickets.orders.seen(SYSTEM, found.id)
        return receipt, await services.tickets.orders.story(SYSTEM, found.org_id, found.id)

    receipt, story = venue.run(settings_of(context), work)
    found = receipt.order
    seats = {one.claim.id: "" if one.seat is None else one.seat.label for one in receipt.lines}
    items = {one.claim.id: one.item for one in receipt.lines}
    if invocation(context).json:
        tickets: list[dict[str, object]] = [
            {"id": one.id, "item": items[one.claim_id], "seat": seats[one.claim_id], "name": one.name,
             "serial": one.serial, "state": one.state}
            for one in receipt.tickets
        ]  # fmt: skip
        happened = [{"at": iso(one.at), "action": one.action, "detail": one.detail} for one in story]
        print_json(order_json(found) | {"tickets": tickets, "story": happened})
        return
    say(f"{found.code}: {minor(found.total, found.currency)} by {found.method}, {found.state}; id {found.id}.")
    say(f"{found.name or '-'} {found.email}")
    rows = [
        (one.id, items[one.claim_id], seats[one.claim_id], one.name, one.serial, one.state) for one in receipt.tickets
    ]
    print_table(("ticket", "item", "seat", "name", "serial", "state"), rows)
    print_table(("when", "what happened", "detail"), [(iso(one.at)[:19], told(one), one.detail) for one in story])


@app.command(cls=Command, epilog=examples("novacast order resend K7QM-22XA"))
def resend(context: typer.Context, order: OrderName) -> None:
    """Send an order's mail again: its tickets, or what is still to be paid."""

    async def work(services: Services) -> Order:
        found = await services.tickets.payments.order(SYSTEM, order)
        await services.order_post.resend_for(SYSTEM, found.org_id, found.id)
        return found

    found = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(order_json(found))
    else:
        say(f"The mail of order {found.code} is on its way to {found.email}.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast order cancel K7QM-22XA --reason 'the bus does not run'", "novacast order cancel K7QM-22XA --yes"
    ),
)
def cancel(
    context: typer.Context,
    order: OrderName,
    reason: Annotated[str, typer.Option(help="For the order's story.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Cancel an order: its tickets are void, its places free, and what was paid goes back."""
    settings = settings_of(context)

    async def look(services: Services) -> Order:
        return await services.tickets.payments.order(SYSTEM, order)

    found = venue.run(settings, look)
    if not yes:
        typer.confirm(f"Cancel order {found.code} of {found.name or found.email or 'nobody'}?", abort=True, err=True)

    async def work(services: Services) -> tuple[Receipt, list[Refund]]:
        receipt = await services.tickets.orders.cancel(SYSTEM, found.org_id, found.id, reason)
        for refund in await services.tickets.refunds.of_order(found.id):
            await services.tickets.refunds.ask(refund.id)
        return receipt, list(await services.tickets.refunds.of_order(found.id))

    receipt, refunds = venue.run(settings, work)
    if invocation(context).json:
        print_json(order_json(receipt.order) | {"refunds": [refund_json(one) for one in refunds]})
        return
    say(f"Order {found.code}: {receipt.order.state}.")
    for refund in refunds:
        say(f"{minor(refund.amount, refund.currency)} by {refund.provider}: {refund.state}.")
