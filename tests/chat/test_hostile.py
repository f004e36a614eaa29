"""Clients that mean no good: each is ended with the code that says why, or waits; memory stays bounded and the others
talk on."""

import asyncio
import itertools
import json
import os
import socket
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from novacast.chat.models import Draft
from novacast.folder import DataFolder
from novacast.settings import Chat
from novacast.web.websocket import WebSocket
from novacast.web.wires import MOST_BEHIND
from tests.chat.raw import BINARY, CLOSE, PING, TEXT, Raw, frame, raw
from tests.chat.world import MODERATOR, ROOM, Line, World, opened
from tests.fakes.clock import FakeClock
from tests.waiting import until

BOMB = zlib.compress(b"\0" * 1_000_000)[2:-4]
SAY = json.dumps({"type": "send", "text": "again"}).encode()
MEGABYTE = 1_000_000
MOST_SENT = 1_000_000
"""Messages: more than kernels keep for anybody."""


def memory() -> int:
    """Bytes of this process, server and clients, that are its own and in memory."""
    pages = Path("/proc/self/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def undisturbed(world: World) -> AsyncIterator[tuple[Line, Line]]:
    """Two who talk before, meanwhile and behind, and read each other's words."""
    async with world.inside("anna") as anna, world.inside("ben") as ben:
        await talk(anna, ben)
        yield anna, ben
        await talk(anna, ben)


async def talk(anna: Line, ben: Line) -> None:
    said = await anna.does(type="send", text="hello")
    assert said["type"] == "done", said
    await ben.event(fits=lambda one: one["message"]["id"] == said["message"]["id"])


@pytest.mark.parametrize(
    ("code", "data"),
    [
        pytest.param(1009, frame(b"x" * MEGABYTE), id="a frame of a megabyte"),
        pytest.param(1009, (frame(b"x" * 4000, final=False) + frame(b"x" * 4000, 0, final=False) * 99), id="no end"),
        pytest.param(1007, frame(b"\xc3\x28"), id="no UTF-8"),
        pytest.param(1002, frame(BOMB, flags=0x40), id="a bomb"),
        pytest.param(1002, frame(SAY, mask=False), id="unmasked"),
        pytest.param(1003, frame(SAY, BINARY), id="binary"),
        pytest.param(1002, frame(b"x" * 200, PING), id="a long ping"),
        pytest.param(1002, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="HTTP"),
        pytest.param(1002, frame(b"\x03", CLOSE), id="half a code"),
    ],
)
async def test_what_is_no_good_websocket_is_told_why_and_nobody_else_notices(
    world: World, code: int, data: bytes
) -> None:
    async with undisturbed(world), raw(world, "guest1") as inside, raw(world, "guest2", tail=data) as at_once:
        inside.write(data)
        assert [await inside.code(), await at_once.code()] == [code, code]


async def test_half_a_letter_in_a_ref_or_a_text_is_refused_and_the_line_goes_on(world: World) -> None:
    async with undisturbed(world), world.inside("anna") as anna:
        for sent in (
            r'{"type": "ping", "ref": "\ud83d"}',
            r'{"type": "\udc4f", "ref": "\udc4f"}',
            r'{"type": "send", "text": "so", "key": "\ud83d\ud83d\ud83d\ud83d\ud83d\ud83d\ud83d\ud83d"}',
            r'{"type": "send", "text": "half \ud83d"}',
            r'{"\ud83d": 1, "type": "ping"}',
        ):
            await anna.socket.send_str(sent)
            refused = await anna.until("refused")
            assert refused["code"] in ("invalid_input", "malformed"), (sent, refused)
            assert "\ud83d" not in json.dumps(refused, ensure_ascii=False)
        assert (await anna.does(type="send", text="whole 👏"))["message"]["text"] == "whole 👏"


async def test_compression_is_not_agreed_to(world: World) -> None:
    async with raw(world, Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits") as one:
        assert b"sec-websocket-extensions" not in one.head.lower()


async def test_who_never_ends_a_frame_is_cut_and_who_answers_stays(folder: DataFolder, clock: FakeClock) -> None:
    async with (
        opened(folder, clock, beat=0.3) as world,
        undisturbed(world) as (anna, ben),
        raw(world, "guest1") as half,
        raw(world, "guest2") as silent,
        raw(world, "guest3") as trickling,
    ):
        half.write(frame(SAY)[:-5])
        cut = asyncio.gather(half.cut(), silent.cut(), trickling.cut())

        async def one_byte_after_the_other() -> None:
            for byte in frame(b"x" * 16_000):
                trickling.write(bytes((byte,)))
                await asyncio.sleep(0.02)

        async with asyncio.TaskGroup() as group:
            trickle = group.create_task(one_byte_after_the_other())
            # Their library answers pings while it is read from.
            listening = [group.create_task(one.socket.receive()) for one in (anna, ben)]
            await cut
            trickle.cancel()
            assert not [one for one in listening if one.done()]
            for one in listening:
                one.cancel()


async def test_ten_thousand_messages_a_second_are_answered_as_slowly_as_they_may_be_said(world: World) -> None:
    async with undisturbed(world) as (anna, ben), raw(world, "guest1") as flood:
        clock: Any = world.clock
        before, sent = memory(), 0

        async def pour() -> None:
            nonlocal sent
            while sent < MOST_SENT:
                await flood.send(frame(SAY) * 1000)
                sent += 1000

        async def drink() -> None:
            while True:
                await flood.frame()

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(pour()), group.create_task(drink())]
            await until(lambda: world.chat.lobby.people(ROOM) == 3)
            for _ in range(3):
                await talk(anna, ben)
                clock.advance(10)
            for task in tasks:
                task.cancel()
        assert memory() - before < 20 * MEGABYTE
        assert sent < MOST_SENT, "it was read as fast as it was sent"
        own = [one for one in anna.events if one["type"] == "message" and one["message"]["author"]["id"] == "guest1"]
        assert len(own) <= 5 * 4


async def test_a_client_that_reads_nothing_is_let_go_and_comes_back_for_the_rest(
    folder: DataFolder, clock: FakeClock
) -> None:
    async with (
        opened(folder, clock, Chat(sample_above=0)) as world,
        undisturbed(world) as (anna, ben),
        raw(world, "guest1", buffer=4096) as deaf,
    ):
        await until(lambda: world.chat.lobby.people(ROOM) == 3)
        speaker = await world.chat.entrance.enter(MODERATOR, ROOM)
        [wire] = [one.wire for room in world.chat.lobby for one in room.by_person["guest1"]]
        assert isinstance(wire, WebSocket)
        wire.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        held, numbers = 0, itertools.count()
        while not wire._closing:
            drafts = [Draft(f"{next(numbers)} {'👏' * 490}") for _ in range(20)]
            await asyncio.gather(*(world.chat.messages.send(speaker, draft) for draft in drafts))
            held = max(held, wire.transport.get_write_buffer_size())
            await anna.texts(len(anna.said()) + 1)
        await until(lambda: world.chat.lobby.people(ROOM) == 2)
        assert held < MOST_BEHIND + 200_000
        await world.say("moderator", "the end")
        await ben.event(fits=lambda one: one["message"]["text"] == "the end")
        seq, texts = await _read_all(deaf)
        async with world.inside("guest1", after=seq) as back:
            while not back.said() or back.said()[-1] != "the end":
                await back.next()
            texts += back.said()
        assert texts == ben.said()


async def _read_all(deaf: Raw) -> tuple[int, list[str]]:
    """What came whole: the newest `seq`, and every message."""
    seq, texts = 0, []
    try:
        while True:
            opcode, payload = await deaf.frame()
            told = json.loads(payload) if opcode == TEXT else {}
            if told.get("type") == "events":
                seq = told["seq"]
                texts += [one["message"]["text"] for one in told["events"]]
    except (asyncio.IncompleteReadError, ConnectionError):
        return seq, texts
