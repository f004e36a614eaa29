"""Where the rehearsal's webhooks arrive: takes whatever is sent to it, and counts.

Run by the rehearsal: `python -m novacast_admin.rehearsal.mailbox`; says its port first.
"""

import asyncio
from contextlib import suppress
from typing import Any, cast

import uvloop

from novacast.clock import SystemClock
from novacast_admin.rehearsal.extras import act, say

clock = SystemClock()


class Box:
    def __init__(self) -> None:
        self.times: list[float] = []
        self._wanted: int | None = None
        self._enough = asyncio.Event()

    def take(self) -> None:
        self.times.append(clock.monotonic())
        if self._wanted is not None and len(self.times) >= self._wanted:
            self._enough.set()

    async def anew(self, _: dict[str, Any]) -> dict[str, Any]:
        self.times, self._wanted = [], None
        self._enough.clear()
        return {}

    async def count(self, cue: dict[str, Any]) -> dict[str, Any]:
        """How many have come when `wanted` have or `seconds` are over, and the seconds from the first to the last."""
        self._wanted = int(cue["wanted"])
        with suppress(TimeoutError):
            async with asyncio.timeout(float(cue["seconds"])):
                if len(self.times) < self._wanted:
                    await self._enough.wait()
        first, last = (self.times[0], self.times[-1]) if self.times else (0.0, 0.0)
        return {"count": len(self.times), "span": last - first}


class Slot(asyncio.Protocol):
    """A connection whose requests are all answered alike."""

    def __init__(self, box: Box) -> None:
        self._box, self._data = box, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n") + 4) >= 4:
            head = self._data[:end].lower()
            size = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head else 0
            if len(self._data) < end + size:
                return
            self._data = self._data[end + size :]
            self._box.take()
            if self._transport is not None:
                self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def main() -> None:
    box = Box()
    server = await asyncio.get_running_loop().create_server(lambda: Slot(box), "127.0.0.1", 0)
    async with server:
        say({"port": server.sockets[0].getsockname()[1]})
        await act({"anew": box.anew, "count": box.count})


if __name__ == "__main__":
    uvloop.run(main())
