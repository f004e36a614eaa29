"""Sessions with mistakes in them: nothing is raised, nothing grows, and who was let in is seen out."""

import asyncio
import gc
import logging
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import Malformed, TooLarge
from novacast.live import flv
from novacast.live.dimensions import size
from novacast.live.ingest import Kind, Tag
from novacast.live.rtmp import amf0
from novacast.live.rtmp.chunks import ChunkReader, Message
from novacast.live.rtmp.connection import Connection, House
from novacast.live.rtmp.counters import Counters
from novacast.live.rtmp.limits import Limits
from novacast.metrics import Metrics
from novacast.tasks import TaskGroup
from tests.fakes.gate import KEY, FakeGate
from tests.fakes.rtmp_encoder import C2, HANDSHAKE, ChunkWriter, command, introduction, messages

LIMITS = Limits(message=200_000)
GREETING = 1 + 2 * 1536
READ = 65_536
"""Bytes that arrive at once, at most."""


class Wire(asyncio.Transport):
    """A transport to nowhere."""

    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._protocol = protocol
        self.said = 0
        self.gone = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += len(data)

    def is_closing(self) -> bool:
        return self.gone

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def abort(self) -> None:
        if not self.gone:
            self.gone = True
            self._protocol.connection_lost(None)


def film(start: int = 0) -> list[Tag]:
    dice = random.Random(3)
    heads = [bytes.fromhex("1701000000"), bytes.fromhex("2701000010"), bytes.fromhex("9168766331000000"), b"\xaf\x01"]
    kinds = (Kind.VIDEO, Kind.VIDEO, Kind.VIDEO, Kind.AUDIO)
    return [
        Tag(kinds[number % 4], start + number * 20, heads[number % 4] + dice.randbytes(dice.randrange(700)))
        for number in range(40)
    ]


def session(chunk: int, start: int, *, repeat: bool = True) -> list[bytes]:
    """What an encoder says, piece by piece."""
    writer = ChunkWriter(repeat=repeat)
    metadata = amf0.written("@setDataFrame", "onMetaData", {"width": 1280, "list": [1, True, None, {"a": "b"}]})
    together = Message(22, 1, start + 900, b"".join(flv.framed(tag) for tag in film()[:5]))
    said = [HANDSHAKE, C2, *(writer.write(one) for one in introduction(key=KEY, fourCcList=["av01"]))]
    said += [writer.resize(chunk), writer.write(Message(18, 1, 0, metadata))]
    said += [writer.write(one) for one in messages(film(start))]
    said += [writer.write(together), writer.write(Message(4, 0, 0, b"\0\6abcd"), Message(2, 0, 0, b"\0\0\0\x0d"))]
    return [*said, writer.write(command(0, "deleteStream", 6, None, 1))]


SESSIONS = [session(128, 0), session(4096, 0xFFFFFF - 300), session(65_536, 0), session(300, 0x2000000, repeat=False)]


def flipped(dice: random.Random, data: bytearray) -> None:
    for _ in range(dice.choice((1, 1, 2, 5, 30))):
        data[dice.randrange(len(data))] = dice.choice((0, 1, 3, 0xC4, 0xFF, dice.randrange(256)))


def dropped(dice: random.Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.choice((1, 2, 11, 500))]


def doubled(dice: random.Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    data[at:at] = data[at : at + dice.choice((1, 12, 400))]


def strewn(dice: random.Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    data[at:at] = dice.randbytes(dice.choice((1, 3, 100, 3000)))


def cut(dice: random.Random, data: bytearray) -> None:
    del data[dice.randrange(len(data)) :]


DAMAGES: list[Callable[[random.Random, bytearray], None]] = [flipped, flipped, dropped, doubled, strewn, cut]


def mistaken(seed: int) -> tuple[random.Random, bytes]:
    """A session with mistakes: within the handshake only now and then, or nothing else would be reached."""
    dice = random.Random(seed)
    pieces = dice.choice(SESSIONS)
    if dice.random() < 0.2:
        pieces = [*pieces[:2], *dice.sample(pieces[2:], len(pieces) - 2)]
    whole, begin = bytearray(b"".join(pieces)), 0 if dice.random() < 0.05 else GREETING
    data = whole[begin:]
    for _ in range(dice.choice((1, 1, 2, 4))):
        if data:
            dice.choice(DAMAGES)(dice, data)
    return dice, bytes(whole[:begin] + data)


async def played(house: House, dice: random.Random, data: bytes) -> None:
    connection = Connection(house, "rtmp", "192.0.2.7")
    wire = Wire(connection)
    connection.connection_made(wire)
    step, at = dice.choice((1, 7, 100, 1460, READ)), 0
    if step < 100:
        connection.data_received(data[:GREETING])
        data = data[GREETING : GREETING + 200 * step]
    while at < len(data) and not wire.gone:
        connection.data_received(data[at : at + step])
        at += step
        if len(house.tasks):
            await asyncio.sleep(0)  # the gate looks at its key
            await asyncio.sleep(0)
        assert connection.held <= 2 * LIMITS.message + READ
    wire.abort()
    await connection.gone
    assert wire.said < 20_000 + 3 * len(data)


async def many(seeds: range, caplog: pytest.LogCaptureFixture) -> None:
    gate, metrics, tasks = FakeGate(), Metrics(), TaskGroup("test")
    house = House(gate, LIMITS, Counters(metrics, lambda: 0), tasks)
    for seed in seeds:
        dice, data = mistaken(seed)
        await played(house, dice, data)
        assert all(len(basket.endings) == 1 for basket in gate.baskets), f"seed {seed}"
        if seed % 5 == 0:
            gate.baskets.clear()
            gate.refused.clear()
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors, errors[0].getMessage()
    assert metrics.value("novacast_rtmp_publishers") == 0
    assert metrics.value("novacast_rtmp_admitted_total") > len(seeds) / 4
    assert len(tasks) == 0


async def test_sessions_with_mistakes_raise_nothing(caplog: pytest.LogCaptureFixture) -> None:
    await many(range(500), caplog)


def resident() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
async def test_many_sessions_with_mistakes_raise_nothing_and_leave_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    await many(range(1000, 4000), caplog)
    gc.collect()
    before = resident()
    await many(range(4000, 24_000), caplog)
    gc.collect()
    assert resident() - before < 8_000_000


@given(st.binary(max_size=300))
def test_bytes_are_amf0_or_refused(data: bytes) -> None:
    with suppress(Malformed):
        amf0.read(data)


@given(
    st.lists(
        st.sampled_from([b"\x02\0\x01a", b"\x03", b"\x0a\0\0\0\x02", b"\0\0\x09", b"\0\x01b", b"\x08\0\0\0\1", b"\x05"])
    )
)
def test_parts_of_amf0_in_any_order_are_read_or_refused(parts: list[bytes]) -> None:
    with suppress(Malformed):
        amf0.read(b"".join(parts))


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_bytes_are_chunks_or_refused(pieces: list[bytes]) -> None:
    reader = ChunkReader(replace(LIMITS, message=1000))
    try:
        for piece in pieces:
            reader.feed(piece)
            while reader.next() is not None:
                pass
            assert reader.held <= 2100
    except (Malformed, TooLarge):
        pass


@given(st.sampled_from([Kind.VIDEO, Kind.AUDIO]), st.binary(max_size=60))
def test_bytes_are_a_frame_or_refused(kind: Kind, data: bytes) -> None:
    try:
        found = flv.facts(Tag(kind, 0, data))
    except Malformed:
        return
    assert all(0 <= one.body <= len(data) and one.end <= len(data) for one in found)


@given(st.sampled_from(["h264", "hevc", "av1"]), st.binary(max_size=200))
def test_bytes_have_a_size_or_none(codec: str, data: bytes) -> None:
    found = size(codec, data)
    assert found is None or (found.width > 0 and found.height > 0)
