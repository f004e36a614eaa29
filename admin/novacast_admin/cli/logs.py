"""`novacast logs`: what a running server and its worker wrote to their log."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from novacast.errors import InvalidInput
from novacast.logs import LEVELS
from novacast_admin.cli.command import Command, examples, invocation, noun_app
from novacast_admin.cli.output import out, print_json_line
from novacast_admin.cli.place import TokenFile, Url, asked

if TYPE_CHECKING:
    from novacast_admin.client import Client
    from novacast_admin.records import LogLine

app = noun_app("What the server writes to its log: the last lines, and those to come.")

KNOWN = LEVELS[:-1]
MOST = 2000
EVERY_SECONDS = 1.0
STYLES = {"debug": "dim", "info": "", "warning": "yellow", "error": "red", "critical": "bold red"}


@app.command(
    cls=Command,
    epilog=examples(
        "novacast logs",
        "novacast logs --follow --level warning",
        "novacast logs --grep p7t9v3x5 --lines 1000",
        "novacast logs --follow --json | jq -r .message",
    ),
)
def logs(
    context: typer.Context,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, max=MOST, help="How many of the last ones.")] = 50,
    level: Annotated[str, typer.Option(help=f"Least weight: {', '.join(KNOWN)}.")] = "debug",
    grep: Annotated[
        str, typer.Option("--grep", help="A part of a line, in any case; an id of a request, programme or job.")
    ] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written, until Ctrl-C.")] = False,
    url: Url = "",
    token_file: TokenFile = None,
) -> None:
    """Show the last lines of a running server's log, and those of its worker. With --json one object a line.

    It keeps the last 5000 in memory. All of it is in the system's journal: journalctl -u novacast.
    """
    if level not in KNOWN:
        raise InvalidInput.field("level", f"{level} is none of {', '.join(KNOWN)}.")
    as_json = invocation(context).json

    async def work(client: "Client") -> None:
        async for line in _lines(client, level, grep, lines, follow=follow):
            if as_json:
                print_json_line({name: getattr(line, name) for name in ("at", "level", "logger", "message", "context")})
            else:
                _show(line)

    asked(context, url, token_file, work)


async def _lines(client: "Client", level: str, words: str, count: int, *, follow: bool) -> "AsyncIterator[LogLine]":
    from novacast_admin.client import ServerDown

    found = await client.log(level, words, limit=max(1, count))
    for line in found if count else ():
        yield line
    # Numbers begin anew with each start of the server.
    last = found[-1].n if found else 0
    while follow:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            newest = await client.log("debug", limit=1)
            if newest and newest[-1].n < last:
                last = 0
            for line in await client.log(level, words, behind=last, limit=MOST):
                yield line
                last = line.n
        except ServerDown:
            last = 0  # it may be restarting


def _show(line: "LogLine") -> None:
    style = STYLES.get(line.level, "")
    mark = f" \\[{escape(line.context)}]" if line.context else ""
    weight = f"[{style}]{line.level:<7}[/]" if style else f"{line.level:<7}"
    out.print(f"{line.at[:19].replace('T', ' ')} {weight} {escape(line.logger)} {escape(line.message)}{mark}")
