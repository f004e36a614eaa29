"""The protocol itself, without a network: whatever bytes come in whatever pieces, and what goes back."""

import asyncio
import random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novacast.web import websocket
from novacast.web.connections import Seat
from novacast.web.websocket import FRAMES_AT_ONCE, MOST, WebSocket
from novacast.web.wires import Hearts

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FINAL = 0x80
MASK = b"\x11\x22\x33\x44"


def sent(payload: bytes, opcode: int = TEXT, *, final: bool = True, flags: int = 0, mask: bool = True) -> bytes:
    """A frame as a client sends it."""
    size = len(payload)
    head = bytes(((FINAL if final else 0) | flags | opcode,))
    masked = 0x80 if mask else 0
    if size < 126:
        head += bytes((masked | size,))
    elif size < 65_536:
        head += bytes((masked | 126,)) + size.to_bytes(2, "big")
    else:
        head += bytes((masked | 127,)) + size.to_bytes(8, "big")
    return head + (MASK + websocket.unmasked(MASK, payload) if mask else payload)


class Transport:
    """What a wire does to its transport."""

    def __init__(self) -> None:
        self.written = b""
        self.reading = True
        self.closed = self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def set_write_buffer_limits(self, high: int) -> None: ...

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True


class Ear:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.ends = 0

    def received(self, text: str, /) -> None:
        self.heard.append(text)

    def behind(self) -> None: ...

    def closed(self) -> None:
        self.ends += 1


class Case:
    """A wire between a transport and a listener that only remember."""

    def __init__(self) -> None:
        self.transport, self.ear = Transport(), Ear()
        self.wire = WebSocket(cast("Any", self.transport), cast("Seat", None), Hearts())
        self.wire.listener = self.ear

    def take(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.wire.data_received(piece)

    @property
    def code(self) -> int | None:
        """Of the close frame that was written last of all."""
        data, code = self.transport.written, None
        while data:
            assert code is None, "something is written behind the end"
            opcode, size = data[0] & 0x0F, data[1]
            assert size < 126
            if opcode == CLOSE:
                code = int.from_bytes(data[2:4], "big") if size else 1005
            data = data[2 + size :]
        return code


@pytest.mark.parametrize(
    ("code", "data"),
    [
        (1002, sent(b"hello", mask=False)),
        (1002, sent(b"hello", flags=0x40)),
        (1002, sent(b"hello", opcode=3)),
        (1002, sent(b"hello", opcode=11)),
        (1003, sent(b"hello", opcode=BINARY)),
        (1002, sent(b"hello", opcode=0)),
        (1002, sent(b"hel", final=False) + sent(b"lo")),
        (1002, sent(b"x" * 126, opcode=PING)),
        (1002, sent(b"x", opcode=PING, final=False)),
        (1007, sent(b"\xff\xfe")),
        (1007, sent(b"\xed\xa0\x80")),
        (1007, sent("ä".encode()[:1], final=False) + sent(b"b", opcode=0)),
        (1009, sent(b"x" * (MOST + 1))),
        (1009, b"\x81\xff" + (2**40).to_bytes(8, "big")),
        (1009, sent(b"x" * MOST, final=False) + sent(b"x", opcode=0, final=False)),
        (1002, sent(b"\x03", opcode=CLOSE)),
        (1002, sent((1005).to_bytes(2, "big"), opcode=CLOSE)),
        (1002, sent((999).to_bytes(2, "big"), opcode=CLOSE)),
        (1007, sent((1000).to_bytes(2, "big") + b"\xff", opcode=CLOSE)),
        (1001, sent((1001).to_bytes(2, "big") + b"good night", opcode=CLOSE)),
        (4000, sent((4000).to_bytes(2, "big"), opcode=CLOSE)),
        (1005, sent(b"", opcode=CLOSE)),
    ],
)
async def test_whatever_ends_the_connection_ends_it_with_the_code_that_says_why(code: int, data: bytes) -> None:
    case = Case()
    case.take(data)
    assert (case.code, case.ear.heard) == (code, [])


async def test_nothing_is_written_behind_a_close() -> None:
    case = Case()
    case.wire.close(4001, "come back")
    case.wire.write(WebSocket.framed(b"late"))
    case.wire.beat()
    case.take(sent(b"still there?", opcode=PING), sent(b"late too"))
    assert (case.code, case.ear.heard) == (4001, [])


async def test_a_close_that_is_answered_ends_the_connection_and_what_else_comes_leaves_time_to_read_why() -> None:
    polite, rude = Case(), Case()
    for case in (polite, rude):
        case.wire.close(1012)
    polite.take(sent((1012).to_bytes(2, "big"), opcode=CLOSE))
    rude.take(b"GET / HTTP/1.1\r\n" * 10_000, sent((1000).to_bytes(2, "big"), opcode=CLOSE))
    assert (polite.transport.closed, rude.transport.is_closing()) == (True, False)
    assert rude.transport.reading


async def test_a_flood_is_read_no_further_than_a_burst_and_waits_in_the_clients_own_memory() -> None:
    case = Case()
    case.take(sent(b"x") * 10_000)
    assert len(case.ear.heard) == FRAMES_AT_ONCE
    assert not case.transport.reading


async def test_a_flood_behind_a_close_costs_no_more_than_one_before_it() -> None:
    case = Case()
    case.wire.close(4003)
    case.take(sent(b"x") * 10_000)
    assert not case.transport.reading
    assert case.ear.heard == []


PIECES = st.lists(st.integers(1, 40), max_size=30)


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    found, at = [], 0
    for size in sizes:
        found.append(data[at : at + size])
        at += size
    return [*found, data[at:]]


@settings(max_examples=60)
@given(st.lists(st.text(max_size=200), max_size=8), PIECES, st.integers(0, 2**32))
def test_messages_come_whole_however_the_network_and_the_client_cut_them(
    texts: list[str], sizes: list[int], seed: int
) -> None:
    chance, data = random.Random(seed), b""
    for text in texts:
        encoded = text.encode()
        cuts = sorted(chance.choices(range(len(encoded) + 1), k=chance.randrange(3)))
        parts = [encoded[a:b] for a, b in zip([0, *cuts], [*cuts, len(encoded)], strict=True)]
        for number, part in enumerate(parts):
            data += sent(part, opcode=0 if number else TEXT, final=number == len(parts) - 1)
            if chance.random() < 0.3:
                data += sent(b"alive", opcode=PING)

    async def played() -> list[str]:
        case = Case()
        case.take(*pieces(data, sizes))
        assert case.code is None
        return case.ear.heard

    assert asyncio.run(played()) == texts


@settings(max_examples=150)
@given(st.binary(max_size=400), PIECES)
def test_no_garbage_is_an_error_of_ours(data: bytes, sizes: list[int]) -> None:
    async def played() -> int | None:
        case = Case()
        case.take(*pieces(data, sizes))
        return case.code

    code = asyncio.run(played())
    assert code in (None, 1002, 1003, 1005, 1007, 1009) or 1000 <= code < 5000
