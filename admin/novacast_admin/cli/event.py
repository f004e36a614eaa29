"""`novacast event`: what is on, made, published and cancelled."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from novacast.clock import HOUR, instant, iso
from novacast.database import Page
from novacast.errors import InvalidInput
from novacast.identity import SYSTEM
from novacast.tickets.events.models import Event, EventChanges, Performance, PerformanceChanges, timezones
from novacast.tickets.events.service import Programme
from novacast.tickets.models import PerformanceState
from novacast.tickets.reports.models import Standing
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import more, print_json, print_table, say

app = noun_app(
    "Events: list, show, make, publish, cancel.",
    group=True,
    epilog=examples(
        "novacast event list --org lantern",
        "novacast event create 'The last night' --org lantern --at 2026-12-31T20:00 --zone Europe/Vienna",
        "novacast event publish k3p5n2w7",
    ),
)

EventId = Annotated[str, typer.Argument(metavar="EVENT", help="Id of the event, as `event list` shows it.")]
GOING = (PerformanceState.DRAFT, PerformanceState.ON_SALE, PerformanceState.CLOSED)
"""States out of which a performance can be cancelled."""


@app.command(
    "list",
    cls=Command,
    epilog=examples("novacast event list --org lantern", "novacast event list --org lantern --limit 10 --json"),
)
def list_(
    context: typer.Context,
    org: Annotated[str, typer.Option(help="Short name of the organization.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="Where the last list ended.")] = None,
) -> None:
    """List an organization's events, newest first."""

    async def work(services: Services) -> tuple[Page[Event], list[Performance]]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        page = await services.tickets.events.of_org(SYSTEM, organization.id, cursor, limit)
        return page, await services.tickets.events.nights([one.id for one in page.items])

    page, nights = venue.run(settings_of(context), work)
    of = {event.id: [one for one in nights if one.event_id == event.id] for event in page.items}
    if invocation(context).json:
        print_json({"items": [_json(one, of[one.id]) for one in page.items], "next": page.next})
        return
    rows = [
        (one.id, one.title, "yes" if one.published else "no", len(of[one.id]), _hour(one, _next(of[one.id])))
        for one in page.items
    ]
    print_table(("id", "title", "published", "performances", "first"), rows)
    more(page.next)


@app.command(cls=Command, epilog=examples("novacast event show k3p5n2w7", "novacast event show k3p5n2w7 --json"))
def show(context: typer.Context, event_id: EventId) -> None:
    """Show an event with its performances, and how they sell."""

    async def work(services: Services) -> tuple[Programme, dict[str, Standing]]:
        found = await services.tickets.events.show(SYSTEM, event_id)
        ids = [one.id for one in found.performances]
        standings = await services.tickets.reports.standings(SYSTEM, found.event.org_id, ids) if ids else {}
        return found, dict(standings)

    found, standings = venue.run(settings_of(context), work)
    event, nights = found.event, found.performances
    if invocation(context).json:
        selling = {night.id: _selling(standings[night.id]) for night in nights}
        told = _json(event, nights)
        told["performances"] = [_night(one) | selling[one.id] for one in nights]
        print_json(told)
        return
    say(f"{event.title}: {'published' if event.published else 'not published yet'}; {event.venue or 'no place'}.")
    rows = []
    for night in nights:
        sold, capacity = _selling(standings[night.id]).values()
        rows.append((night.id, _hour(event, night), night.state.value, sold, capacity, night.programme_id))
    print_table(("performance", "begins", "state", "sold", "places", "programme"), rows)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast event create 'The last night' --org lantern --zone Europe/Vienna --currency EUR",
        "novacast event create 'The last night' --org lantern --at 2026-12-31T20:00 --hours 3 --json",
    ),
)
def create(
    context: typer.Context,
    title: Annotated[str, typer.Argument(help="As the public sees it.")],
    org: Annotated[str, typer.Option(help="Short name of the organization.")],
    place: Annotated[str, typer.Option("--place", help="Where it is.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Time zone (IANA), such as Europe/Vienna.")] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217, such as EUR.")] = "EUR",
    at: Annotated[
        datetime | None, typer.Option("--at", formats=["%Y-%m-%dT%H:%M"], help="Begin of a performance, in the zone.")
    ] = None,
    hours: Annotated[float, typer.Option(min=0.1, max=240, help="How long that lasts.")] = 2.0,
) -> None:
    """Make an event; with --at a performance of it. What is sold, and for how much, is said in the studio."""
    if zone not in timezones():
        raise InvalidInput.field("zone", f"There is no time zone {zone}. Write one such as Europe/Vienna.")
    about = EventChanges(title, venue=place or None, timezone=zone, currency=currency)
    start = None if at is None else instant(at.replace(tzinfo=ZoneInfo(zone)))

    async def work(services: Services) -> Programme:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        event = await services.tickets.events.create(SYSTEM, organization.id, about)
        if start is not None:
            end = start + round(hours * HOUR)
            when = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=end)
            await services.tickets.performances.create(SYSTEM, event.id, when, None)
        return await services.tickets.events.show(SYSTEM, event.id)

    made = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(_json(made.event, made.performances))
    else:
        say(f"{made.event.title} is there, and nobody sees it yet: `novacast event publish {made.event.id}`.")
        print(made.event.id)


@app.command(
    cls=Command,
    epilog=examples("novacast event publish k3p5n2w7", "novacast event publish k3p5n2w7 --off"),
)
def publish(
    context: typer.Context,
    event_id: EventId,
    off: Annotated[bool, typer.Option("--off", help="Hide it again.")] = False,
) -> None:
    """Show an event to everybody, or hide it. Selling is another thing: each performance is put on sale."""
    changes = EventChanges(published=not off)
    event = venue.run(settings_of(context), lambda services: services.tickets.events.edit(SYSTEM, event_id, changes))
    if invocation(context).json:
        print_json(_json(event, ()))
    else:
        say(f"{event.title} is {'published' if event.published else 'hidden'}.")


@app.command(
    cls=Command,
    epilog=examples("novacast event cancel k3p5n2w7", "novacast event cancel k3p5n2w7 --refund --yes"),
)
def cancel(
    context: typer.Context,
    event_id: EventId,
    refund: Annotated[bool, typer.Option("--refund", help="Give everybody their money back as well.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Cancel all performances of an event that are still to come: nothing is sold any more.

    What was sold stays until orders are cancelled; --refund does that for all of them, in the background.
    """
    settings = settings_of(context)

    async def look(services: Services) -> tuple[str, list[Performance]]:
        found = await services.tickets.events.show(SYSTEM, event_id)
        now = services.clock.now()
        return found.event.title, [one for one in found.performances if one.ends_at > now and one.state in GOING]

    title, nights = venue.run(settings, look)
    if not nights:
        say(f"{title} has no performance that could be cancelled.")
    elif not yes:
        typer.confirm(f"Cancel {len(nights)} performances of {title}? That can't be undone.", abort=True, err=True)

    async def work(services: Services) -> list[Performance]:
        done = []
        for night in nights:
            done.append(await services.tickets.performances.move(SYSTEM, night.id, PerformanceState.CANCELLED))
            if refund:
                await services.tickets.bulk.begin(SYSTEM, night.id)
        return done

    done = venue.run(settings, work) if nights else []
    if invocation(context).json:
        print_json({"cancelled": [_night(one) for one in done], "refunded": refund and bool(done)})
    elif done:
        say(f"{title}: {len(done)} cancelled{', and everybody gets their money back' if refund else ''}.")


def _json(event: Event, nights: "tuple[Performance, ...] | list[Performance]") -> dict[str, object]:
    return {
        "id": event.id,
        "title": event.title,
        "venue": event.venue,
        "timezone": event.timezone,
        "currency": event.currency,
        "published": event.published,
        "created_at": iso(event.created_at),
        "performances": [_night(one) for one in nights],
    }


def _night(one: Performance) -> dict[str, object]:
    return {
        "id": one.id,
        "starts_at": iso(one.starts_at),
        "ends_at": iso(one.ends_at),
        "state": one.state.value,
        "programme": one.programme_id,
    }


def _selling(standing: Standing) -> dict[str, object]:
    return {"sold": standing.counts.sold, "places": sum(one.capacity for one in standing.groups)}


def _next(nights: list[Performance]) -> Performance | None:
    return min(nights, key=lambda one: one.starts_at, default=None)


def _hour(event: Event, night: Performance | None) -> str:
    """By the clock of the place."""
    if night is None:
        return ""
    return datetime.fromtimestamp(night.starts_at / 1e6, ZoneInfo(event.timezone)).strftime("%Y-%m-%d %H:%M")
