"""`novacast admin`: the console."""

import asyncio
from dataclasses import replace
from typing import Annotated

import typer

from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import BUG
from novacast_admin.cli.place import TokenFile, Url, place_of

app = noun_app("The console: tonight at a glance, and everything that an operator does.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast admin",
        "novacast admin --data /srv/lantern",
        "novacast admin --light",
        "novacast admin --url https://tickets.example.org --token-file console.token",
    ),
)
def admin(
    context: typer.Context,
    url: Url = "",
    token_file: TokenFile = None,
    light: Annotated[bool, typer.Option("--light", help="Dark letters on a light ground.")] = False,
    seat: Annotated[str, typer.Option(envvar="NVCON_SEAT", hidden=True)] = "",
) -> None:
    """The console, in this terminal: what is on air, what is sold, what is wrong, and a key for everything one can do.

    It speaks to the server in the data folder by its socket, so that it works over SSH as well; with --url to another.
    """
    # `seat`: the server started it for a browser, and it is the person who sits there: nothing is done past the API.
    from novacast_admin.first_look import FirstLook

    settings = settings_of(context)
    place = place_of(settings.data, url, token_file)
    if seat:
        place = replace(place, token=seat)
    first = FirstLook(place)

    from novacast.settings import config_path
    from novacast_admin.client import Client
    from novacast_admin.here import Here
    from novacast_admin.tui.app import Console

    machine = None if url or seat else Here(settings, config_path(invocation(context).config))

    async def show() -> Console:
        async with Client(place) as client:
            console = Console(client, machine, light=light, first=first)
            await console.run_async()
        return console

    console = asyncio.run(show())
    if console.refused is not None:
        raise console.refused
    if console.return_code:
        raise typer.Exit(BUG)
