"""A room full of pages whose server is killed while somebody speaks: the page's own script, a real server."""

import asyncio
import json
import signal
import socket
import urllib.error
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.app.test_chat import planned
from tests.app.venue import Venue, open_venue
from tests.chat.test_coming_back import HERE, NODE, module
from tests.waiting import until

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")

PAUSE = 0.1
"""Seconds between two messages: nobody misses more of them in a restart than a room gives back."""
LONG = 240.0


class Speaker:
    """Sends one message after the other, each until it is answered, whatever happens to the server."""

    def __init__(self, venue: Venue, room: str, token: str) -> None:
        self._venue, self._address, self._token = venue, f"/api/v1/rooms/{room}/messages", token
        self.accepted: list[str] = []
        self.broken = 0

    def has_said(self, count: int) -> bool:
        return len(self.accepted) >= count

    async def speak(self) -> None:
        while True:
            await self.say(f"word {len(self.accepted)}")
            await asyncio.sleep(PAUSE)

    async def say(self, text: str) -> None:
        key = {"Idempotency-Key": text.replace(" ", "-")}
        while True:
            try:
                answer = await self._venue.ask("POST", self._address, self._token, {"text": text}, key)
            except (urllib.error.URLError, OSError):
                self.broken += 1
                await asyncio.sleep(PAUSE)
                continue
            assert answer.status == 201, answer.body
            self.accepted.append(text)
            return


@asynccontextmanager
async def pages(venue: Venue, room: str, count: int, script: Path) -> AsyncIterator[Process]:
    assert NODE is not None
    argv = [
        "--experimental-websocket",
        "--experimental-eventsource",
        "--no-warnings",
        str(HERE / "links.mjs"),
        venue.url,
        room,
        str(count),
        str(script),
    ]
    process = await asyncio.create_subprocess_exec(NODE, *argv, stdin=PIPE, stdout=PIPE, limit=2**28)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def asked(process: Process, command: str) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{command}\n".encode())
    return json.loads(await process.stdout.readline())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("count", "kills"),
    [
        pytest.param(40, 1, id="forty", marks=pytest.mark.slow),
        pytest.param(1000, 2, id="a thousand", marks=pytest.mark.storm),
    ],
)
async def test_a_killed_server_loses_and_doubles_nothing_that_was_accepted(
    tmp_path: Path, count: int, kills: int
) -> None:
    environment = {
        "NOVACAST_SERVER_PORT": str(free_port()),
        "NOVACAST_LIVE_RTMP_PORT": "0",
        "NOVACAST_LIVE_SRT_PORT": "0",
    }
    async with open_venue(tmp_path / "data", **environment) as venue, asyncio.timeout(LONG):
        room, token = await planned(venue), await venue.token("owner")
        speaker = Speaker(venue, room, token)

        async def everybody_is_there() -> bool:
            answer = await venue.ask("GET", f"/api/v1/rooms/{room}", token)
            return bool(answer.json["people"] == count)

        async with pages(venue, room, count, module(tmp_path)) as process:
            await until(everybody_is_there)
            speaking = asyncio.create_task(speaker.speak())
            for _ in range(kills):
                await until(partial(speaker.has_said, len(speaker.accepted) + 5))
                venue.end(signal.SIGKILL)
                await venue.start()
                await until(everybody_is_there)
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
            await speaker.say("the end")
            seen = await asked(process, "seen the end")
            delays = await asked(process, "delays")
        assert speaker.broken
        assert len(delays) >= count * kills
        assert (seen["doubled"], seen["resets"]) == (0, count)
        for texts in seen["texts"]:
            # The last word before the end may have been accepted though nobody waited for the answer any more.
            assert [text for text in texts if text in speaker.accepted] == speaker.accepted
            assert len(texts) == len(set(texts)) <= len(speaker.accepted) + 1
