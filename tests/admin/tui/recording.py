"""An evening that a real server once told of, told again: the same each time, so that screens can be compared.

`python -m tests.admin.tui.recording DATA` walks all screens of a running server and writes its answers anew. They are
checked against the API's published shapes by `test_snapshots.py`.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from novacast.folder import DataFolder
from novacast_admin.client import Client, Place
from novacast_admin.tui.app import Console
from novacast_admin.tui.screens import ROOMS
from novacast_admin.tui.screens.book import Book
from tests.admin.tui.desk import LARGE, Desk

BEAT_SECONDS = 5.0
FILE = Path(__file__).with_name("evening.json")
OVERVIEW, REALTIME = "/api/v1/admin/overview", "/api/v1/admin/realtime"


def key(path: str, query: Mapping[str, Any]) -> str:
    """As it is asked for over HTTP."""
    wanted = {name: value for name, value in query.items() if value is not None and value != ""}
    shown = sorted(
        (name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in wanted.items()
    )
    return path + ("?" + "&".join(f"{name}={value}" for name, value in shown) if shown else "")


class Listening(Client):
    """It keeps what it was answered."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.kept: dict[str, Any] = {}

    async def get(self, path: str, **query: Any) -> Any:
        told = await super().get(path, **query)
        self.kept[key(path, query)] = told
        return told


async def record(data: Path) -> None:
    async with Listening(Place.local(data)) as client:
        app = Console(client)
        async with app.run_test(size=LARGE) as pilot:
            desk = Desk(app, pilot)
            await desk.until(lambda: app.tonight is not None)
            for room in ROOMS:
                await desk.go(room)
                views = [view.name for view in room.VIEWS] if issubclass(room, Book) else [""]
                for view in views:
                    if view:
                        await desk.turn(view)
                    await desk.pilot.pause(1.0)
        await client.overview()
        FILE.write_text(json.dumps(client.kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


@asynccontextmanager
async def told_again(folder: Path, answers: Mapping[str, Any] | None = None) -> AsyncIterator[None]:
    """At the operator's socket of that data folder."""
    told = json.loads(FILE.read_text()) if answers is None else answers
    state, over = json.dumps(told[OVERVIEW], ensure_ascii=False), asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == REALTIME:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            await response.write(f"event: state\ndata: {state}\n\n".encode())
            await _beating(response, over)
            return response
        wanted = key(request.path, request.query)
        if wanted in told:
            return web.json_response(told[wanted])
        return web.json_response({"title": "Not found", "detail": f"{wanted} was not recorded."}, status=404)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    data = DataFolder.at(folder)
    data.root.mkdir(parents=True, exist_ok=True)
    await web.UnixSite(runner, str(data.socket)).start()
    try:
        yield
    finally:
        over.set()
        await runner.cleanup()


async def _beating(response: web.StreamResponse, over: asyncio.Event) -> None:
    """A stream that falls silent would be given up and asked for again."""
    while not over.is_set():
        await response.write(b": still here\n\n")
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), BEAT_SECONDS)


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1])))
