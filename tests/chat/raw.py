"""A WebSocket client that sends what no library would, on a socket of its own."""

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chat.world import ROOM, WITHIN, World

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True, flags: int = 0, mask: bool = True) -> bytes:
    """The mask is zeros, which is allowed."""
    size = len(payload)
    head = bytes(((0x80 if final else 0) | flags | opcode,))
    masked = 0x80 if mask else 0
    if size < 126:
        head += bytes((masked | size,))
    elif size < 65_536:
        head += bytes((masked | 126,)) + size.to_bytes(2, "big")
    else:
        head += bytes((masked | 127,)) + size.to_bytes(8, "big")
    return head + (bytes(4) if mask else b"") + payload


class Raw:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.head = b""

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    async def send(self, data: bytes) -> None:
        """Returns once the kernel has most of it. Raises ConnectionError."""
        self.writer.write(data)
        await self.writer.drain()

    async def frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next one."""
        first, size = await self.reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8), "big")
        return first & 0x0F, await self.reader.readexactly(size)

    async def code(self) -> int | None:
        """Of the close frame, whatever comes before it; None where there is none before the end."""
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    opcode, payload = await self.frame()
                    if opcode == CLOSE:
                        return int.from_bytes(payload[:2], "big")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def cut(self) -> None:
        """Until the server has ended it."""
        async with asyncio.timeout(WITHIN):
            try:
                while await self.reader.read(65_536):
                    pass
            except ConnectionError:
                return


@asynccontextmanager
async def raw(
    world: World, who: str = "", *, tail: bytes = b"", buffer: int = 0, after: int | None = None, **headers: str
) -> AsyncIterator[Raw]:
    """One that is let in. `tail` goes out with the opening request; `buffer`: bytes that its kernel takes for it."""
    line = socket.socket()
    if buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", world.server.port))
    reader, writer = await asyncio.open_connection(sock=line, limit=buffer or 2**16)
    one = Raw(reader, writer)
    try:
        given = {
            "Host": "127.0.0.1",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            **({"Authorization": f"Bearer {who}"} if who else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        query = "" if after is None else f"?after={after}"
        lines = [f"GET /api/v1/rooms/{ROOM}/ws{query} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
        await one.send("\r\n".join([*lines, "", ""]).encode() + tail)
        one.head = await reader.readuntil(b"\r\n\r\n")
        assert one.head.startswith(b"HTTP/1.1 101"), one.head
        yield one
    finally:
        writer.transport.abort()
