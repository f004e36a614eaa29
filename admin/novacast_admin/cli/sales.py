"""`novacast sales`: whether the box office sells, and why not."""

import typer

from novacast.clock import iso
from novacast.tickets.reopening.models import Reason, Shut, Stray
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, print_table, say

app = noun_app(
    "Whether the box office sells: look, shut, open.",
    group=True,
    epilog=examples("novacast sales show", "novacast sales shut", "novacast sales open"),
)


@app.command(cls=Command, epilog=examples("novacast sales show", "novacast sales show --json"))
def show(context: typer.Context) -> None:
    """Whether anything is sold, why not, and the payments since a restored backup whose orders are lost.

    Each of those was paid for a seat that may look free: give the money back at the provider, or sell the seat to whom
    paid for it, and then `novacast sales open`.
    """
    shut, strays = venue.run(settings_of(context), lambda services: services.tickets.reopening.state())
    if invocation(context).json:
        print_json(_json(shut, list(strays)))
        return
    if strays:
        rows = [
            (one.provider, one.reference, f"{one.amount} {one.currency}", iso(one.begun_at), one.state)
            for one in strays
        ]
        print_table(("provider", "payment", "amount, smallest unit", "begun", "state"), rows)
    say(_words(shut, len(strays)))


@app.command("shut", cls=Command, epilog=examples("novacast sales shut"))
def shut_(context: typer.Context) -> None:
    """Sell nothing from now on; a running server follows within seconds. Tickets that were sold are let in as ever."""

    async def work(services: Services) -> None:
        await services.tickets.reopening.shut(Reason.HAND, services.clock.now())

    venue.run(settings_of(context), work)
    _done(context, "The box office is shut.", open_=False)


@app.command("open", cls=Command, epilog=examples("novacast sales open"))
def open_(context: typer.Context) -> None:
    """Sell again, whatever it was shut for. After a restore: only when each payment that `show` lists is dealt with."""
    was = venue.run(settings_of(context), lambda services: services.tickets.reopening.open())
    _done(context, "The box office is open." if was else "The box office was not shut.", open_=True)


def _done(context: typer.Context, words: str, *, open_: bool) -> None:
    if invocation(context).json:
        print_json({"open": open_})
    else:
        say(words)


def _words(shut: Shut | None, strays: int) -> str:
    if shut is None:
        return "The box office is open."
    if shut.reason is Reason.HAND:
        return f"The box office was shut by hand at {iso(shut.at)}. Open it with `novacast sales open`."
    if shut.proved_at is None:
        return f"Shut since the restore of a backup of {iso(shut.since)}: a running server looks through its payments."
    return (
        f"Shut since the restore of a backup of {iso(shut.since)}: {strays} payments since then belong to orders that "
        "are lost. Deal with each, then `novacast sales open`."
    )


def _json(shut: Shut | None, strays: list[Stray]) -> dict[str, object]:
    told = [
        {
            "provider": one.provider,
            "reference": one.reference,
            "amount": one.amount,
            "currency": one.currency,
            "begun_at": iso(one.begun_at),
            "state": one.state,
        }
        for one in strays
    ]
    return {
        "open": shut is None,
        "reason": None if shut is None else shut.reason.value,
        "since": None if shut is None else iso(shut.since),
        "proved_at": None if shut is None else iso(shut.proved_at),
        "strays": told,
    }
