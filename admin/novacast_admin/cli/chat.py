"""`novacast chat`: read a room of a running server, and keep it in order."""

import asyncio
import csv
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novacast.errors import InvalidInput
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, print_json_line, print_table, say
from novacast_admin.cli.place import TokenFile, Url, asked, place_of

if TYPE_CHECKING:
    from novacast_admin.client import Client

app = noun_app(
    "Chat: read a room, slow it down, delete, send somebody out, save it.",
    group=True,
    epilog=examples(
        "novacast chat tail p7t9v3x5 --follow",
        "novacast chat slow p7t9v3x5 10",
        "novacast chat export p7t9v3x5 > talk.csv",
    ),
)

RoomId = Annotated[str, typer.Argument(metavar="ROOM", help="Id of the programme or video that it is beside.")]
PAGE = 100
AGAIN_SECONDS = 2.0
FORMS = ("csv", "json")


@app.command(cls=Command, epilog=examples("novacast chat show p7t9v3x5", "novacast chat show p7t9v3x5 --json"))
def show(context: typer.Context, room: RoomId, url: Url = "", token_file: TokenFile = None) -> None:
    """Show a room: who is there, what holds in it, what waits for moderators."""

    async def work(client: "Client") -> tuple[Any, Any]:
        return await client.get(_room(room)), await client.get(f"{_room(room)}/queues")

    found, queues = asked(context, url, token_file, work)
    if invocation(context).json:
        print_json(found | {"queues": queues})
        return
    state = found["room"]
    slow = f"one message each {state['slow_seconds']} s" if state["slow_seconds"] else "as fast as they like"
    say(f"{found['title']}: {'open' if found['open'] else 'closed'}, {found['people']} connections, {slow}.")
    print_table(("waits", "how many"), [(name, count) for name, count in queues.items() if isinstance(count, int)])


@app.command(
    cls=Command,
    epilog=examples("novacast chat tail p7t9v3x5", "novacast chat tail p7t9v3x5 --follow --json | jq -r .text"),
)
def tail(
    context: typer.Context,
    room: RoomId,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, max=1000, help="How many of the last messages.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is said, until Ctrl-C.")] = False,
    url: Url = "",
    token_file: TokenFile = None,
) -> None:
    """Read the last messages of a room, and those to come. With --json one object a line."""
    as_json = invocation(context).json
    place = place_of(settings_of(context).data, url, token_file)

    def tell(message: dict[str, Any]) -> None:
        if as_json:
            print_json_line(message)
        else:
            print(_line(message))

    async def work(client: "Client") -> None:
        last = [message async for message in _history(client, room, lines)]
        for message in reversed(last):
            tell(message)
        if follow:
            seen = max((int(one["seq"]) for one in last), default=0)
            async for message in _coming(place, room, seen):
                tell(message)

    asked(context, url, token_file, work)


@app.command(cls=Command, epilog=examples("novacast chat slow p7t9v3x5 10", "novacast chat slow p7t9v3x5 0"))
def slow(
    context: typer.Context,
    room: RoomId,
    seconds: Annotated[int, typer.Argument(min=0, help="Between two messages of one person; 0: as they like.")],
    url: Url = "",
    token_file: TokenFile = None,
) -> None:
    """Let each person say one message in so many seconds."""
    found = asked(context, url, token_file, lambda client: client.send("PATCH", _room(room), {"slow_seconds": seconds}))
    if invocation(context).json:
        print_json(found)
    else:
        say(f"One message each {seconds} s." if seconds else "Everybody writes as fast as they like.")


@app.command(cls=Command, epilog=examples("novacast chat delete p7t9v3x5 m5n2w7k3"))
def delete(
    context: typer.Context,
    room: RoomId,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="Id, as `chat tail` shows it.")],
    url: Url = "",
    token_file: TokenFile = None,
) -> None:
    """Delete a message."""
    asked(context, url, token_file, lambda client: client.send("DELETE", f"{_room(room)}/messages/{message}"))
    if invocation(context).json:
        print_json({"deleted": message})
    else:
        say("It is gone.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast chat ban p7t9v3x5 k3w7m5n2 --minutes 10 --reason 'Calm down'",
        "novacast chat ban p7t9v3x5 k3w7m5n2 --everywhere --remove --delete-minutes 60",
    ),
)
def ban(
    context: typer.Context,
    room: RoomId,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Id, as `chat tail` shows it.")],
    minutes: Annotated[
        int | None, typer.Option(min=1, max=525_600, help="A time-out for so long; else until it is lifted.")
    ] = None,
    reason: Annotated[str, typer.Option(help="That person is shown it.")] = "",
    everywhere: Annotated[bool, typer.Option("--everywhere", help="In all rooms of the organization.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="They may not read either.")] = False,
    delete_minutes: Annotated[
        int, typer.Option("--delete-minutes", min=0, max=1440, help="What they said in the last so many goes as well.")
    ] = 0,
    url: Url = "",
    token_file: TokenFile = None,
) -> None:
    """Keep somebody from writing: for a while, or for good."""
    body = {
        "person": person,
        "kind": "ban" if minutes is None else "timeout",
        "seconds": None if minutes is None else minutes * 60,
        "effect": "removed" if remove else "silence",
        "scope": "organization" if everywhere else "room",
        "reason": reason,
        "delete_minutes": delete_minutes,
    }
    made = asked(context, url, token_file, lambda client: client.send("POST", f"{_room(room)}/sanctions", body))
    if invocation(context).json:
        print_json(made)
    else:
        until = made["ends_at"] or "somebody lifts it"
        say(f"{made['person']['name'] or person} is silent until {until}: `novacast chat unban {room} {made['id']}`.")


@app.command(cls=Command, epilog=examples("novacast chat bans p7t9v3x5", "novacast chat bans p7t9v3x5 --json"))
def bans(context: typer.Context, room: RoomId, url: Url = "", token_file: TokenFile = None) -> None:
    """List time-outs and bans that count in a room."""
    found = asked(
        context, url, token_file, lambda client: client.get(f"{_room(room)}/sanctions", active=True, limit=PAGE)
    )
    if invocation(context).json:
        print_json(found)
        return
    rows = [
        (one["id"], (one["person"] or {}).get("name"), one["kind"], one["scope"], one["ends_at"], one["reason"])
        for one in found["items"]
    ]
    print_table(("id", "person", "kind", "where", "until", "reason"), rows)


@app.command(cls=Command, epilog=examples("novacast chat unban p7t9v3x5 s5n2w7k3"))
def unban(
    context: typer.Context,
    room: RoomId,
    sanction: Annotated[str, typer.Argument(metavar="BAN", help="Id, as `chat bans` shows it.")],
    url: Url = "",
    token_file: TokenFile = None,
) -> None:
    """Lift a time-out or ban."""
    path = f"{_room(room)}/sanctions/{sanction}"
    lifted = asked(context, url, token_file, lambda client: client.send("DELETE", path))
    if invocation(context).json:
        print_json(lifted)
    else:
        say("It is lifted.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast chat export p7t9v3x5 > talk.csv", "novacast chat export p7t9v3x5 --form json > talk.jsonl"
    ),
)
def export(
    context: typer.Context,
    room: RoomId,
    form: Annotated[str, typer.Option(help=f"One of {', '.join(FORMS)}; json is an object a line.")] = "csv",
    url: Url = "",
    token_file: TokenFile = None,
) -> None:
    """Write all that was said in a room to standard output, the latest first."""
    if form not in FORMS:
        raise InvalidInput.field("form", f"{form} is none of {', '.join(FORMS)}.")
    as_json = form == "json" or invocation(context).json
    written = csv.writer(sys.stdout)

    async def work(client: "Client") -> int:
        count = 0
        if not as_json:
            written.writerow(("seq", "sent_at", "author", "author_id", "kind", "text"))
        async for one in _history(client, room, None):
            count += 1
            if as_json:
                print_json_line(one)
            else:
                author = one["author"]
                row = (one["seq"], one["sent_at"], author["name"], author.get("id"), one["kind"], one.get("text"))
                written.writerow([_plain(cell) for cell in row])
        return count

    say(f"{asked(context, url, token_file, work)} messages.")


def _room(room: str) -> str:
    return f"/api/v1/rooms/{room}"


async def _history(client: "Client", room: str, most: int | None) -> AsyncIterator[dict[str, Any]]:
    """The latest first; None: all."""
    cursor: str | None = None
    left = most
    while left is None or left > 0:
        wanted = PAGE if left is None else min(PAGE, left)
        page = await client.get(f"{_room(room)}/messages", cursor=cursor, limit=wanted)
        for one in page["items"]:
            yield one
        left = None if left is None else left - len(page["items"])
        cursor = page.get("next")
        if cursor is None:
            return


async def _coming(place: Any, room: str, seen: int) -> AsyncIterator[dict[str, Any]]:
    """What is said from now on. After a break it goes on where it was; messages that changed come once more."""
    from novacast_admin.reading import parsed
    from novacast_admin.transport import ServerDown, Transport

    async with Transport(place) as transport:
        while True:
            try:
                async for event in transport.events(f"{_room(room)}/events", {"after": seen}):
                    frame = parsed(event.data)
                    for one in frame.get("events", ()):
                        if one["type"] == "message":
                            yield one["message"]
                    seen = max(seen, int(frame.get("seq", seen)))
            except ServerDown as error:
                say(error.message)
            await asyncio.sleep(AGAIN_SECONDS)


def _line(one: dict[str, Any]) -> str:
    author = one["author"]
    name = f"{author['name']} ({author.get('id', '-')})" if author["name"] else f"* {one['kind']}"
    text = one.get("text") or f"({one.get('state', 'nothing')})"
    return f"{one['sent_at'][:19].replace('T', ' ')} {one['id']} {name}: {' '.join(text.split())}"


def _plain(cell: Any) -> str:
    """What a table would take for a formula is marked as text."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
