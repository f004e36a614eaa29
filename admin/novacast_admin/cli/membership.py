"""`novacast membership`: ask those who count periods what has become of them."""

from typing import Annotated

import typer

from novacast.clock import iso
from novacast.payments.memberships.models import Subscription
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, say

app = noun_app("Memberships that are paid by card.", group=True, epilog=examples("novacast membership settle"))


@app.command(cls=Command, epilog=examples("novacast membership settle", "novacast membership settle 01J8Z5Q3M2 --json"))
def settle(
    context: typer.Context,
    membership: Annotated[str, typer.Argument(help="Id of one; none: all that are not known to be over.")] = "",
) -> None:
    """Ask the provider about a membership, or all, and make true here what has become of it. Nothing of it happens
    twice.

    The server does so by itself, at its start and every hour.
    """

    async def work(services: Services) -> tuple[int, Subscription | None]:
        if membership:
            return 1, await services.memberships.billed.ask(membership)
        return await services.memberships.billed.sweep(), None

    count, one = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"asked": count, "state": None if one is None else one.state})
    elif one is None:
        say(f"{count} memberships were asked about.")
    else:
        until = "" if one.ends_at is None else f", until {iso(one.ends_at)}"
        say(f"The membership is {one.state}{until}.")
