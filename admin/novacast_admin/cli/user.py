"""`novacast user`: people, as whoever runs the machine sees them."""

from typing import Annotated

import typer

from novacast.accounts.people.models import Person
from novacast.clock import iso
from novacast.errors import InvalidInput
from novacast.identity import SYSTEM, Role
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import more, print_json, print_table, say
from novacast_admin.cli.secret import PasswordFile, password

app = noun_app(
    "People: add, list, change, let in.",
    group=True,
    epilog=examples(
        "novacast user add ada@lantern.example --name 'Ada Byron'",
        "novacast user role ada@lantern.example lantern producer",
    ),
)

Email = Annotated[str, typer.Argument(help="Address of the account.")]
ROLES = tuple(role.value for role in Role)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast user add ada@lantern.example --name 'Ada Byron'",
        "novacast user add bo@lantern.example --name Bo --password-file bo.txt",
        "pwgen 20 1 | novacast user add cy@lantern.example --name Cy --password-file -",
    ),
)
def add(
    context: typer.Context,
    email: Email,
    name: Annotated[str, typer.Option(help="As others see it.")],
    language: Annotated[str, typer.Option(help="Language of pages and mails (BCP 47).")] = "en",
    password_file: PasswordFile = None,
) -> None:
    """Make an account without a mail to confirm it: you vouch for the address."""
    settings, secret = settings_of(context), password(password_file)

    async def work(services: Services) -> Person:
        return await services.accounts.administration.create_person(SYSTEM, email, name, secret, language)

    person = venue.run(settings, work)
    if invocation(context).json:
        print_json(_json(person))
    else:
        say(f"{person.name} can log in as {person.email}.")


@app.command(
    "list",
    cls=Command,
    epilog=examples("novacast user list", "novacast user list --limit 10", "novacast user list --json"),
)
def list_(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="Where the last list ended.")] = None,
) -> None:
    """List accounts, newest first."""
    page = venue.run(
        settings_of(context), lambda services: services.accounts.administration.people(SYSTEM, cursor, limit)
    )
    if invocation(context).json:
        print_json({"items": [_json(person) for person in page.items], "next": page.next})
        return
    rows = [
        (one.email, one.name, one.language, "yes" if one.second_factor else "no", iso(one.created_at)[:10], one.id)
        for one in page.items
    ]
    print_table(("address", "name", "language", "second factor", "since", "id"), rows)
    more(page.next)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast user role ada@lantern.example lantern manager", "novacast user role ada@lantern.example lantern none"
    ),
)
def role(
    context: typer.Context,
    email: Email,
    organization: Annotated[str, typer.Argument(help="Short name of the organization.")],
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}; none takes it away.")],
) -> None:
    """Give a person a role in an organization, or take it away."""
    if role not in (*ROLES, "none"):
        raise InvalidInput.field("role", f"{role} is no role. Give one of {', '.join(ROLES)}, or none.")
    wanted = None if role == "none" else Role(role)

    async def work(services: Services) -> None:
        person = await services.accounts.administration.find(SYSTEM, email)
        org = await services.accounts.administration.find_organization(SYSTEM, organization)
        await services.accounts.administration.set_role(SYSTEM, org.id, person.id, wanted)

    venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"email": email, "organization": organization, "role": wanted})
    else:
        say(f"{email} is {'no member' if wanted is None else wanted.value} of {organization} now.")


@app.command(
    "password",
    cls=Command,
    epilog=examples(
        "novacast user password ada@lantern.example",
        "novacast user password ada@lantern.example --password-file new.txt",
    ),
)
def set_password(context: typer.Context, email: Email, password_file: PasswordFile = None) -> None:
    """Set a new password. Every session that was opened with the old one ends."""
    settings, secret = settings_of(context), password(password_file)

    async def work(services: Services) -> None:
        person = await services.accounts.administration.find(SYSTEM, email)
        await services.accounts.administration.set_password(SYSTEM, person.id, secret)

    venue.run(settings, work)
    if invocation(context).json:
        print_json({"email": email})
    else:
        say(f"{email} has a new password; sessions with the old one have ended.")


def _json(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "second_factor": person.second_factor,
        "created_at": iso(person.created_at),
    }


@app.command(
    cls=Command,
    epilog=examples("novacast user operator ada@lantern.example", "novacast user operator ada@lantern.example --off"),
)
def operator(
    context: typer.Context,
    email: Email,
    off: Annotated[bool, typer.Option("--off", help="Take it away again.")] = False,
) -> None:
    """Let a person run this server from elsewhere, with an API token of the scope admin that they make after this."""

    async def work(services: Services) -> None:
        person = await services.accounts.administration.find(SYSTEM, email)
        if off:
            await services.accounts.operators.withdraw(SYSTEM, person.id)
        else:
            await services.accounts.operators.grant(SYSTEM, person.id)

    venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"email": email, "operator": not off})
    else:
        say(f"{email} is {'no operator any more' if off else 'an operator now'}.")
