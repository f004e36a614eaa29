"""`novacast stream`: channels, their stream keys, and what is on air."""

from typing import Annotated

import typer

from novacast.clock import DAY, iso
from novacast.database import Page
from novacast.errors import Forbidden, InvalidInput
from novacast.identity import PERMISSIONS, SYSTEM, Action, Principal
from novacast.live.channels.models import Setup
from novacast.live.keys.obs import Ingest
from novacast.live.keys.service import Fresh
from novacast.live.models import Channel, FeedRole, Programme, ProgrammeState, StreamKey
from novacast.live.packaging.models import PROFILES
from novacast.visibility import Visibility
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import more, print_json, print_table, say

app = noun_app(
    "Live: channels, stream keys, and what is on air.",
    group=True,
    epilog=examples(
        "novacast stream channel-add 'Great hall' --org lantern",
        "novacast stream key-add k3p5n2w7 --owner ada@lantern.example --name van",
    ),
)

ChannelId = Annotated[str, typer.Argument(metavar="CHANNEL", help="Id of the channel, as `stream channels` shows it.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]
Cursor = Annotated[str | None, typer.Option(help="Where the last list ended.")]


@app.command(
    "channel-add",
    cls=Command,
    epilog=examples(
        "novacast stream channel-add 'Great hall' --org lantern",
        "novacast stream channel-add 'Rehearsals' --org lantern --visibility private --profile ultra --json",
    ),
)
def channel_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As the public sees it.")],
    org: Annotated[str, typer.Option(help="Short name of the organization it will belong to.")],
    visibility: Annotated[str, typer.Option(help=f"One of {', '.join(Visibility)}.")] = Visibility.PUBLIC.value,
    profile: Annotated[str, typer.Option(help=f"Latency: one of {', '.join(PROFILES)}.")] = "low",
) -> None:
    """Make a channel."""
    if visibility not in tuple(Visibility):
        raise InvalidInput.field("visibility", f"{visibility} is none of {', '.join(Visibility)}.")
    setup = Setup(name=name, visibility=Visibility(visibility), profile=profile)

    async def work(services: Services) -> Channel:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        return await services.live.channels.create(SYSTEM, organization.id, setup)

    channel = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(_channel(channel))
    else:
        say(f"{channel.name} is there; its id is {channel.id}.")


@app.command(
    "channels",
    cls=Command,
    epilog=examples("novacast stream channels --org lantern", "novacast stream channels --org lantern --json"),
)
def channels(
    context: typer.Context,
    org: Annotated[str, typer.Option(help="Short name of the organization.")],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> None:
    """List an organization's channels, newest first."""

    async def work(services: Services) -> Page[Channel]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        return await services.live.channels.of_org(SYSTEM, organization.id, cursor, limit)

    page = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [_channel(one) for one in page.items], "next": page.next})
        return
    rows = [(one.id, one.name, one.visibility.value, one.profile, "yes" if one.record else "no") for one in page.items]
    print_table(("id", "name", "visibility", "latency", "recorded"), rows)
    more(page.next)


@app.command(
    "key-add",
    cls=Command,
    epilog=examples(
        "novacast stream key-add k3p5n2w7 --owner ada@lantern.example --name van",
        "novacast stream key-add k3p5n2w7 --owner ada@lantern.example --backup --days 1 --json",
    ),
)
def key_add(
    context: typer.Context,
    channel_id: ChannelId,
    owner: Annotated[str, typer.Option(help="Address of the person whose key it is; they must be able to produce.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    backup: Annotated[bool, typer.Option("--backup", help="Shown while the main feed is not there.")] = False,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="Days until it runs out.")] = None,
) -> None:
    """Make a stream key. Its secret is printed once and stored nowhere."""
    settings = settings_of(context)

    async def work(services: Services) -> Fresh:
        person = await services.accounts.administration.find(SYSTEM, owner)
        channel = await services.live.airing.channel(channel_id)
        roles = await services.accounts.organizations.mine(Principal(person_id=person.id))
        if not any(
            one.organization.id == channel.org_id and Action.LIVE_PRODUCE in PERMISSIONS[one.role] for one in roles
        ):
            raise Forbidden(f"{owner} can't produce in that organization. Give them a role with `novacast user role`.")
        until = None if days is None else services.clock.now() + days * DAY
        role = FeedRole.BACKUP if backup else FeedRole.MAIN
        return await services.live.keys.create(SYSTEM, channel_id, name, role, until, for_person=person.id)

    fresh = venue.run(settings, work)
    server = Ingest.of(settings).best
    if invocation(context).json:
        print_json(_key(fresh.key) | {"secret": fresh.secret, "server": server})
    else:
        say(f"Server: {server or 'none, as rtmp_port is 0'}. The stream key, which is never shown again:")
        print(fresh.secret)


@app.command(
    "keys", cls=Command, epilog=examples("novacast stream keys k3p5n2w7", "novacast stream keys k3p5n2w7 --json")
)
def keys(context: typer.Context, channel_id: ChannelId, limit: Limit = 100, cursor: Cursor = None) -> None:
    """List a channel's stream keys, newest first, without their secrets."""
    page = venue.run(
        settings_of(context), lambda services: services.live.keys.of_channel(SYSTEM, channel_id, cursor, limit)
    )
    if invocation(context).json:
        print_json({"items": [_key(one) for one in page.items], "next": page.next})
        return
    rows = [
        (one.id, one.name, one.role.value, one.person_id, _day(one.used_at), _day(one.expires_at), _day(one.revoked_at))
        for one in page.items
    ]
    print_table(("id", "name", "role", "person", "used", "runs out", "revoked"), rows)
    more(page.next)


@app.command(
    "key-revoke",
    cls=Command,
    epilog=examples("novacast stream key-revoke m4q6r8s2", "novacast stream key-revoke m4q6r8s2 --json"),
)
def key_revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Id of the key, as `stream keys` shows it.")],
) -> None:
    """Revoke a stream key. A running server hangs up on its encoder at once."""
    key = venue.run(settings_of(context), lambda services: services.live.keys.revoke(SYSTEM, key_id))
    if invocation(context).json:
        print_json(_key(key))
    else:
        say(f"{key.id} lets nobody in any more.")


@app.command(
    "programmes",
    cls=Command,
    epilog=examples(
        "novacast stream programmes k3p5n2w7", "novacast stream programmes k3p5n2w7 --state planned --json"
    ),
)
def programmes(
    context: typer.Context,
    channel_id: ChannelId,
    state: Annotated[str | None, typer.Option(help=f"Only in this state: {', '.join(ProgrammeState)}.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> None:
    """List a channel's programmes by their hour, latest first."""
    if state is not None and state not in tuple(ProgrammeState):
        raise InvalidInput.field("state", f"{state} is none of {', '.join(ProgrammeState)}.")
    wanted = None if state is None else ProgrammeState(state)

    async def work(services: Services) -> Page[Programme]:
        return await services.live.programmes.of_channel(SYSTEM, channel_id, wanted, cursor=cursor, limit=limit)

    page = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [_programme(one) for one in page.items], "next": page.next})
        return
    rows = [
        (one.id, one.title, one.state.value, one.visibility.value, _hour(one.started_at or one.planned_start))
        for one in page.items
    ]
    print_table(("id", "title", "state", "visibility", "when"), rows)
    more(page.next)


@app.command(cls=Command, epilog=examples("novacast stream end p7t9v3x5", "novacast stream end p7t9v3x5 --json"))
def end(
    context: typer.Context,
    programme_id: Annotated[str, typer.Argument(metavar="PROGRAMME", help="Id of the programme.")],
) -> None:
    """End a programme. What is on air ends within a moment, where a server runs."""
    programme = venue.run(settings_of(context), lambda services: services.live.producing.end(SYSTEM, programme_id))
    if invocation(context).json:
        print_json(_programme(programme))
    else:
        over = programme.state is ProgrammeState.ENDED
        say(f"{programme.title} {'is over' if over else 'is being ended'}.")


def _channel(one: Channel) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "visibility": one.visibility.value,
        "profile": one.profile,
        "heights": list(one.heights),
        "record": one.record,
        "created_at": iso(one.created_at),
    }


def _key(one: StreamKey) -> dict[str, object]:
    return {
        "id": one.id,
        "channel": one.channel_id,
        "person": one.person_id,
        "name": one.name,
        "role": one.role.value,
        "created_at": iso(one.created_at),
        "expires_at": _iso(one.expires_at),
        "used_at": _iso(one.used_at),
        "revoked_at": _iso(one.revoked_at),
    }


def _programme(one: Programme) -> dict[str, object]:
    return {
        "id": one.id,
        "channel": one.channel_id,
        "title": one.title,
        "state": one.state.value,
        "visibility": one.visibility.value,
        "planned_start": _iso(one.planned_start),
        "started_at": _iso(one.started_at),
        "ended_at": _iso(one.ended_at),
        "ending": one.wanted_end,
    }


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)


def _day(at: int | None) -> str:
    return "" if at is None else iso(at)[:10]


def _hour(at: int | None) -> str:
    return "" if at is None else iso(at)[:16].replace("T", " ")
