"""`novacast payment`: what was paid, what came of it, and what needs somebody."""

from typing import Annotated

import typer

from novacast.clock import iso
from novacast.database import Page
from novacast.errors import InvalidInput
from novacast.identity import SYSTEM
from novacast.money import Contested
from novacast.payments.incidents.models import Incident
from novacast.tickets.disputes.models import contested
from novacast.tickets.models import AttemptState
from novacast.tickets.orders.models import Attempt, Order, Receipt
from novacast.tickets.refunds.models import Refund
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.incidents import Money, incident_json, mismatch_json, told
from novacast_admin.cli.orders import attempt_json, dispute_json, minor, refund_json, shown
from novacast_admin.cli.output import more, print_json, print_table, say

app = noun_app(
    "Payments: what came, what goes back, what the provider says, and what needs somebody.",
    group=True,
    epilog=examples(
        "novacast payment list --org lantern --state processing",
        "novacast payment show K7QM-22XA",
        "novacast payment incidents",
    ),
)

OrderName = Annotated[
    str,
    typer.Argument(metavar="ORDER", help="Code or id of an order, id of a ticket, or a payment's reference (pi_…)."),
]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]
Cursor = Annotated[str | None, typer.Option(help="Where the last list ended.")]
Org = Annotated[str, typer.Option(help="Short name of the organization.")]


@app.command(
    "list",
    cls=Command,
    epilog=examples(
        "novacast payment list --org lantern",
        "novacast payment list --org lantern --state processing",
        "novacast payment list --org lantern --limit 1000 --json",
    ),
)
def list_(
    context: typer.Context,
    org: Org,
    state: Annotated[str | None, typer.Option(help=f"Only in this state: {', '.join(AttemptState)}.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> None:
    """List attempts to pay, newest first."""
    if state is not None and state not in tuple(AttemptState):
        raise InvalidInput.field("state", f"{state} is none of {', '.join(AttemptState)}.")
    states = () if state is None else (AttemptState(state),)

    async def work(services: Services) -> Page[tuple[Attempt, Order]]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        return await services.tickets.payments.of_org(SYSTEM, organization.id, states, cursor, limit)

    page = venue.run(settings_of(context), work)
    if invocation(context).json:
        items = [attempt_json(one) | {"order": order.id, "code": order.code} for one, order in page.items]
        print_json({"items": items, "next": page.next})
        return
    rows = [
        (order.code, one.provider, one.state.value, minor(one.amount, one.currency), _hour(one.created_at),
         one.reference or "", one.mismatch or "")
        for one, order in page.items
    ]  # fmt: skip
    print_table(("order", "by", "state", "amount", "begun", "reference", "does not fit"), rows)
    more(page.next)


@app.command(cls=Command, epilog=examples("novacast payment show K7QM-22XA", "novacast payment show pi_3Pg --json"))
def show(context: typer.Context, order: OrderName) -> None:
    """Show all payments, refunds and disputes of an order."""

    async def work(services: Services) -> tuple[Receipt, list[Refund], list[Contested]]:
        return await _whole(services, order)

    receipt, refunds, disputes = venue.run(settings_of(context), work)
    shown(receipt, refunds, disputes, as_json=invocation(context).json)


@app.command(cls=Command, epilog=examples("novacast payment settle K7QM-22XA"))
def settle(context: typer.Context, order: OrderName) -> None:
    """Ask the provider again what became of an order's payments, and make it true here.

    What was called off is asked about too. Safe to repeat.
    """

    async def work(services: Services) -> tuple[int, Receipt, list[Refund], list[Contested]]:
        found = await services.tickets.payments.order(SYSTEM, order)
        asked = await services.tickets.payments.ask(SYSTEM, found.id)
        return asked, *(await _whole(services, found.id))

    asked, receipt, refunds, disputes = venue.run(settings_of(context), work)
    say(f"{asked} payments were asked about; the order is {receipt.order.state}.")
    shown(receipt, refunds, disputes, as_json=invocation(context).json)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast payment refund K7QM-22XA 500 --reason 'loud neighbours'",
        "novacast payment refund K7QM-22XA 500 --yes",
    ),
)
def refund(
    context: typer.Context,
    order: OrderName,
    amount: Annotated[int, typer.Argument(min=1, help="In the currency's smallest unit.")],
    reason: Annotated[str, typer.Option(help="For the house's own memory.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give an amount of an order back. All its tickets stay valid; to cancel it see `novacast order cancel`."""
    settings = settings_of(context)

    async def look(services: Services) -> tuple[Order, int]:
        found = await services.tickets.payments.order(SYSTEM, order)
        return found, sum(one.back for one in await services.tickets.cancelling.done(found.id))

    found, given = venue.run(settings, look)
    if not yes:
        typer.confirm(f"Give back {minor(amount, found.currency)} of order {found.code}?", abort=True, err=True)

    async def work(services: Services) -> Refund:
        made = await services.tickets.refunds.grant(SYSTEM, found.org_id, found.id, amount, reason, given)
        await services.tickets.refunds.ask(made.id)
        return next(one for one in await services.tickets.refunds.of_order(found.id) if one.id == made.id)

    made = venue.run(settings, work)
    if invocation(context).json:
        print_json(refund_json(made))
    else:
        say(f"{minor(made.amount, made.currency)} of order {found.code}: {made.state}.")


@app.command(
    cls=Command,
    epilog=examples("novacast payment disputes --org lantern", "novacast payment disputes --org lantern --json"),
)
def disputes(context: typer.Context, org: Org, limit: Limit = 100, cursor: Cursor = None) -> None:
    """List what banks want back or ask about, newest first, with the time until which an answer is taken."""

    async def work(services: Services) -> Page[Contested]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        return await services.tickets.disputes.of_org(SYSTEM, organization.id, cursor, limit)

    page = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [dispute_json(one) for one in page.items], "next": page.next})
        return
    rows = [
        (one.code or "membership", one.state, minor(one.amount, one.currency), one.reason,
         _hour(one.due_at) if one.state in ("open", "asked") else "", one.reference)
        for one in page.items
    ]  # fmt: skip
    print_table(("of", "state", "amount", "reason", "answer until", "reference"), rows)
    more(page.next)


@app.command(cls=Command, epilog=examples("novacast payment incidents", "novacast payment incidents --json"))
def incidents(context: typer.Context) -> None:
    """List what went otherwise with money than it should, and nobody has looked at; of all organizations."""

    async def work(services: Services) -> tuple[list[Incident], dict[str, str]]:
        found = list(await services.payments.incidents.waiting())
        names = await services.accounts.organizations.names(sorted({one.org_id for one in found}))
        return found, dict(names)

    found, names = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [incident_json(one) for one in found]})
        return
    rows = [
        (one.id, names.get(one.org_id, one.org_id), one.kind.value, one.code or one.subject, one.detail, _hour(one.at))
        for one in found
    ]
    print_table(("id", "organization", "what", "about", "detail", "when"), rows)


@app.command(cls=Command, epilog=examples("novacast payment done 4711 --note 'the bank was wrong'"))
def done(
    context: typer.Context,
    incident: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="Id, as `payment incidents` shows it.")],
    note: Annotated[str, typer.Option(help="What became of it.")] = "",
) -> None:
    """Say that somebody has looked at an incident."""

    async def work(services: Services) -> Incident:
        return await services.payments.incidents.done(SYSTEM, None, incident, note)

    made = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(incident_json(made))
    else:
        say(f"Incident {made.id} was looked at.")


@app.command(cls=Command, epilog=examples("novacast payment reconcile", "novacast payment reconcile --json"))
def reconcile(context: typer.Context) -> None:
    """Go through the accounts at providers now, and list what stands otherwise there than in the books.

    Exit code 1 where something does.
    """

    async def work(services: Services) -> Money:
        payouts = services.payments.payouts
        for name in payouts.providers:
            await payouts.reconcile(name)
        if not payouts.providers:
            say("No provider is set up whose account could be gone through.")
        return Money(await payouts.audit(), ())

    money = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [mismatch_json(one) for one in money.mismatches]})
    else:
        rows = [(one.provider, one.code or one.subject, told(one), _hour(one.at)) for one in money.mismatches]
        print_table(("account", "about", "what differs", "when"), rows)
    if money.mismatches:
        raise typer.Exit(CHECK_FAILED)


@app.command(cls=Command, epilog=examples("novacast payment verify", "novacast payment verify --json"))
def verify(context: typer.Context) -> None:
    """Add up the ledger, hold it against payments, refunds and providers' accounts, and list what needs somebody.

    Exit code 1 where the books are wrong or a provider's account says something else. `novacast verify` looks at
    seats and tickets as well.
    """

    async def work(services: Services) -> tuple[list[dict[str, str]], Money]:
        await services.tickets.accounting.fill()
        audit = await services.tickets.proof.audit(attack=False)
        wrong = [{"what": one.what, "subject": one.subject, "detail": one.detail} for one in audit.broken]
        return wrong, Money(await services.payments.payouts.audit(), await services.payments.incidents.waiting())

    wrong, money = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"wrong": wrong} | money.json())
    else:
        for one in wrong:
            say(f"Wrong: {one['what']} {one['subject']}: {one['detail']}.")
        money.tell()
        if not wrong and not money.mismatches:
            say("The books are in order.")
    if wrong or money.mismatches:
        raise typer.Exit(CHECK_FAILED)


async def _whole(services: Services, name: str) -> tuple[Receipt, list[Refund], list[Contested]]:
    tickets = services.tickets
    found = await tickets.payments.order(SYSTEM, name)
    receipt = await tickets.orders.seen(SYSTEM, found.id)
    disputes = [contested(one, found.code, found.name) for one in await tickets.disputes.of_order(found.id)]
    return receipt, list(await tickets.refunds.of_order(found.id)), disputes


def _hour(at: int | None) -> str:
    return "" if at is None else iso(at)[:16].replace("T", " ")
