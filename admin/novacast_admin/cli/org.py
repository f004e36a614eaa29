"""`novacast org`: organizations and who belongs to them."""

from typing import Annotated

import typer

from novacast.accounts.organizations.models import Member, Organization
from novacast.clock import iso
from novacast.database import Page
from novacast.identity import SYSTEM, Principal
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import more, print_json, print_table, say

app = noun_app(
    "Organizations and who belongs to them.",
    group=True,
    epilog=examples(
        "novacast org add 'The Lantern' --owner ada@lantern.example",
        "novacast org members lantern",
    ),
)

Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]
Cursor = Annotated[str | None, typer.Option(help="Where the last list ended.")]


@app.command(
    cls=Command,
    epilog=examples(
        "novacast org add 'The Lantern' --owner ada@lantern.example",
        "novacast org add 'The Lantern' --owner ada@lantern.example --slug lantern",
    ),
)
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As the public sees it.")],
    owner: Annotated[str, typer.Option(help="Address of the person who is to own it.")],
    slug: Annotated[str | None, typer.Option(help="Short name for addresses; made of the name if not given.")] = None,
) -> None:
    """Make an organization. Give others their roles with `novacast user role`."""

    async def work(services: Services) -> Organization:
        person = await services.accounts.administration.find(SYSTEM, owner)
        return await services.accounts.organizations.create(Principal(person_id=person.id), name, slug)

    org = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(_json(org))
    else:
        say(f"{org.name} is there; its short name is {org.slug}.")


@app.command("list", cls=Command, epilog=examples("novacast org list", "novacast org list --json"))
def list_(context: typer.Context, limit: Limit = 100, cursor: Cursor = None) -> None:
    """List organizations, newest first."""
    page = venue.run(
        settings_of(context), lambda services: services.accounts.administration.organizations(SYSTEM, cursor, limit)
    )
    if invocation(context).json:
        print_json({"items": [_json(org) for org in page.items], "next": page.next})
        return
    print_table(
        ("short name", "name", "since", "id"),
        [(org.slug, org.name, iso(org.created_at)[:10], org.id) for org in page.items],
    )
    more(page.next)


@app.command(cls=Command, epilog=examples("novacast org members lantern", "novacast org members lantern --json"))
def members(
    context: typer.Context,
    organization: Annotated[str, typer.Argument(help="Short name of the organization.")],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> None:
    """List who belongs to an organization, newest first."""

    async def work(services: Services) -> Page[Member]:
        org = await services.accounts.administration.find_organization(SYSTEM, organization)
        return await services.accounts.organizations.members(SYSTEM, org.id, cursor, limit)

    page = venue.run(settings_of(context), work)
    if invocation(context).json:
        items = [
            {
                "id": one.person_id,
                "email": one.email,
                "name": one.name,
                "role": one.role,
                "joined_at": iso(one.joined_at),
            }
            for one in page.items
        ]
        print_json({"items": items, "next": page.next})
        return
    print_table(
        ("address", "name", "role", "since"),
        [(one.email, one.name, one.role, iso(one.joined_at)[:10]) for one in page.items],
    )
    more(page.next)


def _json(org: Organization) -> dict[str, object]:
    return {"id": org.id, "slug": org.slug, "name": org.name, "created_at": iso(org.created_at)}
