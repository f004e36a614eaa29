"""Commands that ask a running server: over its socket on this machine, or elsewhere with an operator's token."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from novacast_admin.cli.command import settings_of

if TYPE_CHECKING:
    from novacast_admin.client import Client
    from novacast_admin.transport import Place

T = TypeVar("T")
Url = Annotated[str, typer.Option("--url", help="A server elsewhere, by its https address.")]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="Read an operator's token of the scope admin from here.")
]


def place_of(data: Path, url: str, token_file: Path | None) -> "Place":
    """Raises InvalidInput, BadSettings."""
    from novacast.errors import InvalidInput
    from novacast_admin.cli.secret import first_line
    from novacast_admin.transport import Place

    if not url:
        return Place.local(data)
    if token_file is None:
        raise InvalidInput.field("token_file", "A server elsewhere wants a token: --token-file FILE.")
    return Place.remote(url, first_line(token_file, "token"))


def asked(
    context: typer.Context, url: str, token_file: Path | None, work: "Callable[[Client], Awaitable[T]]"
) -> T:  # fmt: skip
    """What `work` finds. Raises ServerDown, or what the server refuses with."""
    from novacast_admin.client import Client

    place = place_of(settings_of(context).data, url, token_file)

    async def whole() -> T:
        async with Client(place) as client:
            return await work(client)

    return asyncio.run(whole())
