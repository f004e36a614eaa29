"""`novacast doctor`: show what the examination finds."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape

from novacast import tables, wiring
from novacast.clock import Clock, SystemClock
from novacast.operations.doctor import Check, examine
from novacast.operations.models import Finding, State, failed, healthy, ok
from novacast.operations.services import of_alarms
from novacast.payments.services import outlook
from novacast.settings import Settings
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import out, print_json
from novacast_admin.cli.rehearsal_options import SECONDS, Asked, Heights, Scratch, Seconds, Uplink, Yes

app = noun_app("Look for what is wrong, and say how to mend it.")

MARKS = {State.OK: "[green]ok     [/]", State.WARNING: "[yellow]warning[/]", State.FAILED: "[red]failed [/]"}


@app.command(
    cls=Command,
    epilog=examples(
        "novacast doctor",
        "novacast doctor --data /srv/lantern",
        "novacast doctor --json && systemctl start novacast",
        "novacast doctor --encoders",
        "novacast doctor --event k3p5n2w7 --uplink 500",
        "novacast doctor --viewers 300 --hours 3",
    ),
)
def doctor(
    context: typer.Context,
    encoders: Annotated[bool, typer.Option("--encoders", help="Try every encoder anew, on every device.")] = False,
    event: Annotated[
        str,
        typer.Option("--event", metavar="EVENT", help="Rehearse it: is this machine ready for the event of this id?"),
    ] = "",
    viewers: Annotated[
        int | None,
        typer.Option("--viewers", min=1, max=16_000, help="Rehearse for so many; with --event instead of its passes."),
    ] = None,
    hours: Annotated[float | None, typer.Option("--hours", min=0.1, max=240, help="How long it lasts.")] = None,
    tickets: Annotated[
        int | None, typer.Option("--tickets", min=0, help="Tickets that go on sale at once; else those of the event.")
    ] = None,
    seconds: Seconds = SECONDS,
    uplink: Uplink = None,
    heights: Heights = "",
    scratch: Scratch = None,
    yes: Yes = False,
) -> None:
    """Look for what is wrong, and say how to mend it. Exit code 1 when something failed; warnings are let pass.

    With --event, or --viewers, an event is rehearsed beside the venue, as `novacast bench` does it, and each part gets
    a go, a no-go or a maybe, with the reason and what to do. Exit code 1 for a no-go.
    """
    as_json = invocation(context).json
    if event or viewers is not None:
        # The server and its crowd are much to load, and only a rehearsal needs them.
        from novacast_admin.cli.event_doctor import Wish, event_doctor

        asked = Asked(seconds, uplink, scratch, heights)
        event_doctor(settings_of(context), asked, Wish(event, viewers, hours, tickets), yes=yes, as_json=as_json)
        return
    findings = asyncio.run(examined(settings_of(context), aloud=not as_json, encoders=encoders))
    if as_json:
        print_json(
            {
                "healthy": healthy(findings),
                "findings": [
                    {"check": one.check, "state": one.state.value, "message": one.message, "mend": one.mend}
                    for one in findings
                ],
            }
        )
    if not healthy(findings):
        raise typer.Exit(CHECK_FAILED)


async def examined(settings: Settings, *, aloud: bool = False, encoders: bool = False) -> list[Finding]:
    findings = []
    clock = SystemClock()
    more: dict[str, Check] = dict(of_alarms(settings))
    if settings.stripe.secret_key:
        more["payments"] = lambda: _payments(settings, clock)
    found = examine(settings, clock, tables.MIGRATIONS, wiring.FAILED_MAILS, try_encoders=encoders, more=more)
    async for finding in found:
        findings.append(finding)
        if aloud:
            out.print(f"{MARKS[finding.state]} [bold]{finding.check:<12}[/] {escape(finding.message)}")
            if finding.mend:
                out.print(f"{'':<21}[cyan]mend:[/] {escape(finding.mend)}")
    return findings


async def _payments(settings: Settings, clock: Clock) -> Finding:
    wrong = await outlook(settings, clock)
    if wrong is None:
        return ok("payments", "Stripe answers, and its clock and ours agree.")
    return failed("payments", wrong.message, wrong.mend)
