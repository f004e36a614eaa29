"""`novacast verify`: look through the box office's books."""

from collections.abc import Sequence
from typing import Annotated

import typer

from novacast.clock import SECOND
from novacast.tickets.proof.service import Audit
from novacast.tickets.proof.store import Oddity
from novacast.tickets.store import Freeze
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.incidents import Money
from novacast_admin.cli.output import print_json, say

app = noun_app("Look through the box office's books.")


@app.command(
    cls=Command, epilog=examples("novacast verify", "novacast verify --json", "novacast verify --confirm-clock")
)
def verify(
    context: typer.Context,
    confirm_clock: Annotated[
        bool, typer.Option("--confirm-clock", help="The clock is right, although it leapt: baskets may expire by it.")
    ] = False,
) -> None:
    """Recount every quota, replay every state machine, add up the ledger, hold it against what providers say, look for
    contradictions, and attack the database.

    Safe beside a running server. Exit code 1 where something is wrong; what only needs a person is let pass.
    """

    async def work(services: Services) -> tuple[Audit, Freeze | None, bool, Money]:
        tickets = services.tickets
        confirmed = confirm_clock and await tickets.expiry.confirm()
        await tickets.accounting.fill()
        money = Money(await services.payments.payouts.audit(), await services.payments.incidents.waiting())
        return await tickets.proof.audit(), await tickets.expiry.state(), confirmed, money

    audit, freeze, confirmed, money = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(_json(audit, freeze) | money.json())
    else:
        money.tell()
        _tell(audit, freeze, confirmed=confirmed)
    if not audit.clean:
        raise typer.Exit(CHECK_FAILED)


def _tell(audit: Audit, freeze: Freeze | None, *, confirmed: bool) -> None:
    if confirmed:
        say("The clock is confirmed.")
    for name in audit.attacks:
        say(f"An attack on the database works: {name}. The box office stays shut.")
    for one in audit.broken:
        say(f"Wrong: {one.what} {one.subject}: {one.detail}.")
    for one in audit.waiting:
        say(f"Needs somebody: {one.what} {one.subject}: {one.detail}.")
    if freeze is not None:
        ahead = round((freeze.jumped_to - freeze.frozen_at) / SECOND)
        say(f"The clock leapt {ahead} s ahead, and no basket expires. If it is right: novacast verify --confirm-clock")
    if audit.clean:
        counted = f"{audit.quotas} quotas, {audit.claims} units, {audit.transfers} transfers and {audit.moves} moves"
        say(f"The books are in order: {counted} were gone through, and no attack worked.")


def _json(audit: Audit, freeze: Freeze | None) -> dict[str, object]:
    def listed(found: Sequence[Oddity]) -> list[dict[str, str]]:
        return [{"what": one.what, "subject": one.subject, "detail": one.detail} for one in found]

    return {
        "clean": audit.clean,
        "quotas": audit.quotas,
        "units": audit.claims,
        "moves": audit.moves,
        "transfers": audit.transfers,
        "wrong": listed(audit.broken),
        "waiting": listed(audit.waiting),
        "attacks": list(audit.attacks),
        "clock_frozen": freeze is not None,
    }
