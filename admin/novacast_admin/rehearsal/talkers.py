"""People in a room of the chat, many in one process: most listen, some write.

Run by the rehearsal: `python -m novacast_admin.rehearsal.talkers HOST PORT ROOM`; the tokens of those who write come
with the first cue.
"""

import asyncio
import base64
import json
import os
import re
import sys
import time
from typing import Any, cast

import uvloop

from novacast.clock import SystemClock
from novacast.errors import Unavailable
from novacast_admin.rehearsal.extras import act
from novacast_admin.rehearsal.lines import percentile

NUMBER = re.compile(rb"~(\d{7})~")
TEXT = "What a night that was, nobody saw it coming"
PING, PONG = b"\x89\x00", b"\x8a\x80\x00\x00\x00\x00"
"""Empty ones; no JSON text has such bytes. Who answers none is taken for gone."""
AT_ONCE, WITHIN = 25, 20.0
QUIET = 1.0
"""Seconds without a message after which none will come."""
KNOWN = 4000
"""Different frames that are kept as read: everybody gets the same bytes."""
clock = SystemClock()


def masked(payload: bytes) -> bytes:
    """A text frame as clients send it (RFC 6455 5.2). A mask of zeros is one too."""
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
    return head + bytes(4) + payload


class Talker(asyncio.Protocol):
    def __init__(self, room: "Room", head: bytes) -> None:
        self._room, self._head, self._waiting = room, head, b""
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        if not self.joined.done():
            self._waiting += data
            if b"\r\n\r\n" in self._waiting:
                if self._waiting.startswith(b"HTTP/1.1 101"):
                    self.joined.set_result(None)
                else:
                    words = self._waiting[:200].decode(errors="replace")
                    self.joined.set_exception(Unavailable(f"The chat let nobody in: {words}"))
            return
        if self._room.hear(data) and self.transport is not None:
            self.transport.write(PONG)

    def connection_lost(self, error: Exception | None) -> None:
        self._room.lost += 1
        if not self.joined.done():
            self.joined.set_exception(Unavailable("The chat hung up."))


class Room:
    def __init__(self, host: str, port: int, room: str) -> None:
        self._host, self._port, self._room = host, port, room
        self._people: list[Talker] = []
        self._writers: list[Talker] = []
        self._known: dict[bytes, tuple[tuple[int, ...], bool]] = {}
        self._sent: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._number = self._heard = 0
        self.lost = 0

    async def come(self, cue: dict[str, Any]) -> dict[str, Any]:
        """So many people, the first of whom have `tokens` and write."""
        tokens, wanted = list(cue["tokens"]), int(cue["people"])
        for start in range(0, wanted, AT_ONCE):
            numbers = range(start, min(wanted, start + AT_ONCE))
            named = [tokens[number] if number < len(tokens) else "" for number in numbers]
            self._people += await asyncio.gather(*(self._join(token) for token in named))
        self._writers = self._people[: len(tokens)]
        return {"people": len(self._people)}

    async def _join(self, token: str) -> Talker:
        key = base64.b64encode(os.urandom(16)).decode()
        name = f"Authorization: Bearer {token}\r\n" if token else ""
        head = (
            f"GET /api/v1/rooms/{self._room}/ws HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n{name}"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        _, talker = await loop.create_connection(lambda: Talker(self, head.encode()), self._host, self._port)
        async with asyncio.timeout(WITHIN):
            await talker.joined
        return talker

    def hear(self, data: bytes) -> bool:
        """Whether a sign of life is asked for."""
        known = self._known.get(data)
        if known is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            numbers = tuple(int(number) for number in NUMBER.findall(data))
            known = self._known[data] = numbers, PING in data
        numbers, asks = known
        if numbers:
            now = clock.monotonic()
            for number in numbers:
                self._last[number] = now
            self._heard += len(numbers)
        return asks

    async def talk(self, cue: dict[str, Any]) -> dict[str, Any]:
        """`rate` messages a second for so long, and until all have been heard or nothing more comes."""
        rate, seconds = float(cue["rate"]), float(cue["seconds"])
        self._sent.clear()
        self._last.clear()
        self._heard = 0
        before, began = time.process_time(), clock.monotonic()
        count = max(1, round(rate * seconds))
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / rate - clock.monotonic()))
            self._say(self._number)
            self._number += 1
        wanted = count * len(self._people)
        await self._quiet(wanted)
        passed = clock.monotonic() - began
        late = sorted(self._last.get(number, at + passed) - at for number, at in self._sent.items())
        # Whoever wrote is told once more that it was said.
        heard = min(1.0, self._heard / wanted)
        used = (time.process_time() - before) / passed
        return {"heard": heard, "p95": percentile(late, 0.95), "cpu": used, "lost": self.lost, "seconds": passed}

    def _say(self, number: int) -> None:
        writer = self._writers[number % len(self._writers)].transport
        if writer is not None and not writer.is_closing():
            self._sent[number] = clock.monotonic()
            writer.write(masked(json.dumps({"v": 1, "type": "send", "text": f"{TEXT} ~{number:07}~"}).encode()))

    async def _quiet(self, wanted: int) -> None:
        heard, since = self._heard, clock.monotonic()
        while self._heard < wanted and clock.monotonic() - since < QUIET:
            await asyncio.sleep(0.02)
            if self._heard > heard:
                heard, since = self._heard, clock.monotonic()


async def main(host: str, port: str, room: str) -> None:
    place = Room(host, int(port), room)
    await act({"come": place.come, "talk": place.talk})


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:4]))
