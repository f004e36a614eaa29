"""`novacast bench`: what this machine can take, tried out on a server of its own."""

from typing import Annotated

import typer

from novacast.settings import Settings
from novacast.wiring import Services
from novacast_admin.cli import rehearsing, venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import print_json
from novacast_admin.cli.rehearsal_options import (
    MOST_VIEWERS,
    SECONDS,
    Asked,
    Heights,
    Scratch,
    Seconds,
    Uplink,
    Yes,
    parts_of,
)
from novacast_admin.rehearsal import expectation
from novacast_admin.rehearsal.expectation import Ladder
from novacast_admin.rehearsal.models import Part

app = noun_app("Rehearse an event on this machine, and say what it can take.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast bench",
        "novacast bench --seconds 180 --uplink 500",
        "novacast bench --only sale --only disk",
        "novacast bench --heights 360,720,1080 --json",
    ),
)
def bench(
    context: typer.Context,
    seconds: Seconds = SECONDS,
    only: Annotated[list[str] | None, typer.Option("--only", help=f"Only this: one of {', '.join(Part)}.")] = None,
    uplink: Uplink = None,
    heights: Heights = "",
    most_viewers: Annotated[
        int, typer.Option("--most-viewers", min=1, max=16_000, help="Viewers that are tried at most.")
    ] = MOST_VIEWERS,
    scratch: Scratch = None,
    yes: Yes = False,
) -> None:
    """Rehearse an event: a test picture on air, an audience, a chat, a rush for tickets, webhooks, and the disk.

    It starts a server of its own on a folder of its own, which goes again, and touches nothing of the venue's. The
    crowd is made on this machine as well, in processes whose cost is left out of what is reckoned. Exit code 1 where a
    part could not be tried.
    """
    settings = settings_of(context)
    asked = Asked(seconds, uplink, scratch, heights, most_viewers, parts_of(only or ()))
    plan = asked.plan(_ladder(settings, yes=yes))
    as_json = invocation(context).json
    report = rehearsing.rehearse(settings, asked, plan, aloud=not as_json)
    if as_json:
        print_json(rehearsing.as_json(report))
    else:
        rehearsing.show(report)
    if report.skipped:
        raise typer.Exit(CHECK_FAILED)


def _ladder(settings: Settings, *, yes: bool) -> Ladder:
    """Of the venue, where there is one. Raises Conflict while somebody is on air."""
    if not rehearsing.there_is_a_venue(settings):
        return Ladder()

    async def look(services: Services) -> tuple[list[str], Ladder]:
        return list(await expectation.on_air(services)), await expectation.largest(services)

    titles, ladder = venue.run(settings, look)
    rehearsing.check_on_air(titles, yes=yes)
    return ladder
