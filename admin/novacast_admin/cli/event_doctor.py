"""`novacast doctor --event`: whether this machine is ready for an event."""

from dataclasses import asdict, replace

import typer

from novacast.errors import InvalidInput
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.wiring import Services
from novacast_admin.cli import rehearsing, venue
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import print_json
from novacast_admin.cli.rehearsal_options import Asked
from novacast_admin.rehearsal import expectation
from novacast_admin.rehearsal.expectation import Ladder
from novacast_admin.rehearsal.verdict import Expected, ready, verdicts

HOURS = 2.0
"""Of an event of which nobody says how long it lasts."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says of the event; None: what the event says."""

    event: str
    viewers: int | None
    hours: float | None
    tickets: int | None


def event_doctor(settings: Settings, asked: Asked, wish: Wish, *, yes: bool, as_json: bool) -> None:
    """Raises Conflict while somebody is on air, NotFound, InvalidInput; typer.Exit for a no-go."""
    expected, ladder = _expected(settings, wish, yes=yes)
    plan = replace(asked.plan(ladder), most_viewers=max(100, round(expected.viewers * 1.5)))
    rungs = expected.rungs if not asked.heights else [f"{one}p" for one in plan.heights]
    expected = replace(expected, rungs=rungs)
    report = rehearsing.rehearse(settings, asked, plan, aloud=not as_json)
    found = verdicts(report, expected)
    if as_json:
        told = {"ready": ready(found), "expected": asdict(expected), "verdicts": [asdict(one) for one in found]}
        print_json(told | {"report": rehearsing.as_json(report)})
    else:
        rehearsing.show(report)
        about = f"{expected.viewers:,} viewers for {expected.hours:g} hours"
        rehearsing.judge(found, f"{expected.title}: {about}, {expected.places:,} tickets on sale")
    if not ready(found):
        raise typer.Exit(CHECK_FAILED)


def _expected(settings: Settings, wish: Wish, *, yes: bool) -> tuple[Expected, Ladder]:
    expected, ladder = Expected("An event", wish.viewers or 0, HOURS, 0), Ladder()
    if rehearsing.there_is_a_venue(settings) or wish.event:
        titles, expected, ladder = venue.run(settings, lambda services: _asked_of(services, wish, expected))
        rehearsing.check_on_air(titles, yes=yes)
    if wish.viewers is not None:
        expected = replace(expected, viewers=wish.viewers)
    if wish.hours is not None:
        expected = replace(expected, hours=wish.hours)
    if wish.tickets is not None:
        expected = replace(expected, places=wish.tickets)
    if not expected.viewers:
        raise InvalidInput.field(
            "viewers", f"No online passes are sold for {expected.title}: say how many will watch with --viewers."
        )
    return expected, ladder


async def _asked_of(services: Services, wish: Wish, default: Expected) -> tuple[list[str], Expected, Ladder]:
    titles = list(await expectation.on_air(services))
    if wish.event:
        return titles, *await expectation.of_event(services, wish.event)
    ladder = await expectation.largest(services)
    return titles, replace(default, rungs=ladder.rungs, recorded=ladder.record), ladder
