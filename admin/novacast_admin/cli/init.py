"""`novacast init`: from nothing to a venue that somebody owns."""

from typing import Annotated

import typer

from novacast.errors import Conflict
from novacast.folder import DataFolder
from novacast.identity import SYSTEM, Principal
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, say
from novacast_admin.cli.secret import PasswordFile, password

app = noun_app("Make the data folder and the first person.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast init --email ada@lantern.example --name 'Ada Byron' --organization 'The Lantern'",
        "novacast init --data /srv/lantern --email ada@lantern.example --name Ada --password-file ada.txt",
    ),
)
def init(
    context: typer.Context,
    email: Annotated[str, typer.Option(prompt="Your address", help="Address of the first person.")],
    name: Annotated[str, typer.Option(prompt="Your name", help="Name of the first person, as others see it.")],
    organization: Annotated[str, typer.Option(help="Name of the organization; the first person owns it.")] = "",
    password_file: PasswordFile = None,
) -> None:
    """Make the data folder, its database and the first person, who owns the first organization.

    Works beside a server that was started on an empty folder as well.
    """
    settings = settings_of(context)
    folder = DataFolder.at(settings.data)
    secret = password(password_file)
    venue.up_to_date(settings, folder)

    async def work(services: Services) -> str:
        if (await services.accounts.administration.people(SYSTEM, None, 1)).items:
            raise Conflict(
                f"{folder.root} has people already. Add more with `novacast user add`, and an organization for one of"
                " them with `novacast org add`."
            )
        person = await services.accounts.administration.create_person(SYSTEM, email, name, secret, settings.language)
        title = organization or settings.instance
        return (await services.accounts.organizations.create(Principal(person_id=person.id), title)).slug

    slug = venue.run(settings, work)
    if invocation(context).json:
        print_json({"data": str(folder.root), "email": email, "organization": slug})
    else:
        say(f"The venue is in {folder.root}; {email} owns the organization {slug}. Start it with `novacast serve`.")
