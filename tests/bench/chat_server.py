"""A chat server for tests.bench.chat: ours as the program runs it, with chat as its only slice, aiohttp alone, or the
kernel alone.

Run: `python -m tests.bench.chat_server ours|aiohttp|kernel STATE_FOLDER`; prints the path of a room's WebSocket and its
port.
"""

import asyncio
import select
import socket
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import uvloop
from aiohttp import web

from novacast.clock import SystemClock
from novacast.database import migrate
from novacast.folder import DataFolder
from novacast.settings import Chat
from novacast.tables import MIGRATIONS
from novacast.web.websocket import frame
from tests.chat.world import ROOM, opened


async def ours(state: Path) -> None:
    folder = DataFolder.at(state / "data")
    folder.prepare()
    migrate(folder.database, MIGRATIONS, SystemClock(), backups=folder.backups)
    # Flood control and sampling would spare what is to be measured.
    chat = Chat(burst=1000, burst_seconds=1.0, sample_above=0)
    async with opened(folder, SystemClock(), chat) as world:
        print(f"/api/v1/rooms/{ROOM}/ws {world.server.port}", flush=True)
        await asyncio.to_thread(sys.stdin.read)


async def plain() -> None:
    """What the same broadcast costs with the library's own calls."""
    sockets: set[web.WebSocketResponse] = set()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        sockets.add(socket)
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    for one in list(sockets):
                        await one.send_str(message.data)
        finally:
            sockets.discard(socket)
        return socket

    app = web.Application()
    app.router.add_get("/", handle)
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        print(f"/ {runner.addresses[0][1]}", flush=True)
        await asyncio.to_thread(sys.stdin.read)


def kernel() -> None:
    """What the same broadcast costs at least: one send(2) for each client, in a loop that does nothing else, keeps
    nothing and understands nothing. What a client sends goes out as it came, without its mask."""
    poll = select.epoll()
    clients: dict[int, socket.socket] = {}
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as door:
        print(f"/ {door.getsockname()[1]}", flush=True)
        poll.register(door, select.EPOLLIN)
        poll.register(sys.stdin, select.EPOLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == sys.stdin.fileno():
                    return
                if descriptor == door.fileno():
                    one = door.accept()[0]
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    poll.register(one, select.EPOLLIN)
                    clients[one.fileno()] = one
                elif received := clients[descriptor].recv(65_536):
                    if received.startswith(b"GET "):
                        clients[descriptor].send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                    else:
                        told = frame(received[8:])
                        for client in clients.values():
                            client.send(told)
                else:
                    clients.pop(descriptor).close()


if __name__ == "__main__":
    if sys.argv[1] == "kernel":
        kernel()
    else:
        uvloop.run(plain() if sys.argv[1] == "aiohttp" else ours(Path(sys.argv[2])))
