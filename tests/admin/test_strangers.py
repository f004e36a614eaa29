"""The tools say what is wrong, and do nothing else, where what answers is no server of ours or an id is no id."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from novacast.errors import InvalidInput, NotFound, NovaCastError, Unavailable
from novacast_admin.client import Client, Lost, Place

LONG = b"data: " + b"x" * 300_000 + b"\n\n"


@asynccontextmanager
async def answering(
    status: int, body: bytes, kind: str = "text/event-stream"
) -> AsyncIterator[tuple[Client, list[str]]]:
    """Whatever is asked; with what was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.rel_url.raw_path_qs}")
        return web.Response(status=status, body=body, content_type=kind)

    app = web.Application()
    app.router.add_route("*", "/{all:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with Client(Place.remote(f"http://127.0.0.1:{runner.addresses[0][1]}", "secret")) as client:
            yield client, asked
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("body", [b"<html>Welcome to the proxy", b"\xff\xfe", b"[" * 100_000, b'"words"', b"[]"])
async def test_an_answer_of_somebody_else_is_told_as_such(body: bytes, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\n")
    async with answering(200, body, "text/html") as (client, _):
        with pytest.raises(Unavailable):
            await client.overview()
        with pytest.raises(Unavailable):
            await client.bring_file("x", file)


@pytest.mark.parametrize(
    "body",
    [b"data: {\n\n", b"event: state\ndata: \xff\n\n", b"event: state\ndata: 5\n\n", b"event: log\ndata: [\n\n", LONG],
)
async def test_a_stream_of_garbage_is_a_lost_one_and_no_end_of_the_console(body: bytes) -> None:
    async with answering(200, body) as (client, _):
        async for news in client.watch():
            if isinstance(news, Lost):
                break
        else:
            pytest.fail("it ended")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(414, b"", InvalidInput), (413, b"[]", InvalidInput), (422, b'{"errors": [5, {"field": 1}]}', InvalidInput),
     (404, b'{"errors": 5}', NotFound), (302, b"", Unavailable), (503, b"<html>", Unavailable)],
)  # fmt: skip
async def test_a_refusal_of_any_shape_is_one(status: int, body: bytes, kind: type[NovaCastError]) -> None:
    async with answering(status, body) as (client, _):
        with pytest.raises(kind):
            await client.get("/api/v1/rooms/x")


async def test_what_stands_for_an_id_leads_nowhere_else() -> None:
    async with answering(204, b"") as (client, asked):
        for wrong in ("../../admin/people/ada/sessions", "..", "x/../y"):
            with pytest.raises(NotFound):
                await client.send("DELETE", f"/api/v1/rooms/sanctions/{wrong}")
        await client.send("DELETE", "/api/v1/rooms/x?y=1#z%2e%2e 🎭")
        assert asked == ["DELETE /api/v1/rooms/x%3Fy=1%23z%252e%252e%20%F0%9F%8E%AD"]
