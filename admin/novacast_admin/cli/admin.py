"""`novacast admin`: the console."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of

if TYPE_CHECKING:
    from novacast.settings import Settings
    from novacast_admin.transport import Place

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
    url: Annotated[str, typer.Option("--url", help="A server elsewhere, by its https address.")] = "",
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="Read an operator's token of the scope admin from here.")
    ] = None,
    light: Annotated[bool, typer.Option("--light", help="Dark letters on a light ground.")] = False,
    seat: Annotated[str, typer.Option(envvar="NVCON_SEAT", hidden=True)] = "",
) -> None:
    """The console, in this terminal: what is on air, what is sold, what is wrong, and a key for everything one can do.

    It speaks to the server in the data folder by its socket, so that it works over SSH as well; with --url to another.
    """
    # `seat`: the server started it for a browser, and it is the person who sits there: nothing is done past the API.
    from novacast_admin.first_look import FirstLook

    settings = settings_of(context)
    place = replace(_place(settings, url, token_file), token=seat) if seat else _place(settings, url, token_file)
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

    if (refused := asyncio.run(show()).refused) is not None:
        raise refused


def _place(settings: "Settings", url: str, token_file: Path | None) -> "Place":
    from novacast.errors import InvalidInput
    from novacast_admin.cli.secret import first_line
    from novacast_admin.transport import Place

    if not url:
        return Place.local(settings.data)
    if token_file is None:
        raise InvalidInput.field("token_file", "A server elsewhere wants a token: --token-file FILE.")
    return Place.remote(url, first_line(token_file, "token"))
