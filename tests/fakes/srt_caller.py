"""A caller that speaks SRT by hand: it sends what a test wants, when it wants, and loses what it is told to lose."""

import asyncio
import struct
import time
from collections.abc import Callable, Sequence

from novacast.live.srt.packets import (
    CONCLUSION,
    CONTROL,
    HEADER,
    INDUCTION,
    RETRANSMITTED,
    SEQUENCES,
    Control,
    Extension,
    Handshake,
    control,
    swapped,
)
from tests.waiting import until

VERSION, FLAGS = 0x010501, 0xBF
SOCKET = 77
ALONE = 0b111 << 29
"""A whole message in one packet, in order."""
PIECE = 7 * 188


def stream_id(said: str) -> bytes:
    raw = said.encode()
    return swapped(raw + bytes(-len(raw) % 4))


class SrtCaller(asyncio.DatagramProtocol):
    """`loses`: whether the packet of this place, sent for the first time, never arrives."""

    def __init__(self, first: int = SEQUENCES - 3, loses: Callable[[int], bool] = lambda place: False) -> None:
        self.first, self.loses = first, loses
        self.shakes: list[Handshake] = []
        self.heard: list[tuple[int, int, bytes]] = []
        """Kind, what it is about, content."""
        self.sent: list[tuple[int, bytes]] = []
        self.peer = 0
        self.answers = True
        """Whether it sends again what is asked for."""
        self._began = time.monotonic()

    @classmethod
    async def call(cls, port: int, said: str = "", **more: object) -> "SrtCaller":
        """As far as the answer to its conclusion."""
        self = cls(**more)  # type: ignore[arg-type]  # a test's loose keywords
        await self.open(port)
        await self.conclude(await self.induce(), extensions=[(Extension.STREAM_ID, stream_id(said))])
        return self

    async def open(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=("127.0.0.1", port))

    async def induce(self) -> int:
        """The cookie."""
        return (await self.shake(Handshake(4, 0, 2, self.first, 1500, 8192, INDUCTION, SOCKET, 0))).cookie

    async def conclude(
        self, cookie: int, extensions: Sequence[tuple[int, bytes]], *, latency: int = 20, version: int = VERSION,
        flags: int = FLAGS,
    ) -> Handshake:  # fmt: skip
        told = (Extension.HS_REQUEST, struct.pack("!IIHH", version, flags, 0, latency))
        answer = await self.shake(self.conclusion(cookie, [told, *extensions]))
        self.peer = answer.socket
        return answer

    def conclusion(self, cookie: int, extensions: Sequence[tuple[int, bytes]]) -> Handshake:
        return Handshake(5, 0, 5, self.first, 1500, 8192, CONCLUSION, SOCKET, cookie, bytes(16), tuple(extensions))

    async def shake(self, asked: Handshake) -> Handshake:
        before = len(self.shakes)
        self.put(control(Control.HANDSHAKE, 0, self.now(), asked.written()))
        await until(lambda: len(self.shakes) > before)
        return self.shakes[-1]

    def now(self) -> int:
        return int((time.monotonic() - self._began) * 1_000_000)

    def put(self, datagram: bytes) -> None:
        self.transport.sendto(datagram)

    def send(self, data: bytes, *, stamp: int | None = None) -> None:
        """In packets, all of now. The last one arrives: what nothing follows, nobody misses."""
        for at in range(0, len(data), PIECE):
            place = len(self.sent)
            self.sent.append((self.now() if stamp is None else stamp, data[at : at + PIECE]))
            if not self.loses(place) or at + PIECE >= len(data):
                self.packet(place)

    def packet(self, place: int, *, again: bool = False) -> None:
        stamp, data = self.sent[place]
        number = (self.first + place) % SEQUENCES
        about = ALONE | place + 1 | (RETRANSMITTED if again else 0)
        self.put(HEADER.pack(number, about, stamp & 0xFFFFFFFF, self.peer) + data)

    def hang_up(self) -> None:
        self.put(control(Control.SHUTDOWN, self.peer, self.now(), bytes(4)))

    def datagram_received(self, data: bytes, peer: object) -> None:
        head = HEADER.unpack_from(data)
        kind, body = head[0] >> 16 & 0x7FFF, data[HEADER.size :]
        assert head[0] & CONTROL
        if kind == Control.HANDSHAKE:
            self.shakes.append(Handshake.read(body))
            return
        self.heard.append((kind, head[1], body))
        if kind == Control.ACK and head[1]:
            self.put(control(Control.ACKACK, self.peer, self.now(), bytes(4), about=head[1]))
        elif kind == Control.NAK and self.answers:
            for number in missing(body):
                self.packet((number - self.first) % SEQUENCES, again=True)

    @property
    def acknowledged(self) -> int:
        """How many packets have arrived, by the last report."""
        last = next((body for kind, _, body in reversed(self.heard) if kind == Control.ACK), None)
        return 0 if last is None else (int.from_bytes(last[:4], "big") - self.first) % SEQUENCES

    def asked_again(self) -> list[int]:
        """Places, in the order they were asked for."""
        lists = [body for kind, _, body in self.heard if kind == Control.NAK]
        return [(number - self.first) % SEQUENCES for body in lists for number in missing(body)]

    def told(self, kind: Control) -> bool:
        return any(found == kind for found, _, _ in self.heard)


def missing(body: bytes) -> list[int]:
    numbers, words = [], [word for (word,) in struct.iter_unpack("!I", body)]
    while words:
        first = words.pop(0)
        last = words.pop(0) if first & CONTROL else first
        first %= SEQUENCES
        numbers += [(first + n) % SEQUENCES for n in range((last - first) % SEQUENCES + 1)]
    return numbers
