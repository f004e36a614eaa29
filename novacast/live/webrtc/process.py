"""The WebRTC process: `python -m novacast.live.webrtc.process`, with its settings as JSON in the first argument.

It speaks messages over stdin and stdout, and ends when its stdin does.
"""

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

import aioice.ice

from novacast.i18n import text
from novacast.live.ingest import Tag
from novacast.live.webrtc.encoded import take_these_codecs
from novacast.live.webrtc.messages import Message, MessageReader, Said, packed
from novacast.live.webrtc.session import Session, Unusable
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

CHUNK = 65_536


class PortRange(asyncio.SelectorEventLoop):
    """A loop whose datagram sockets at "any port" are in a range that a firewall can be told of."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self._first, self._last, self._next = first, last, first

    async def create_datagram_endpoint(self, protocol_factory: Any, *args: Any, **more: Any) -> Any:
        wanted = more.get("local_addr")
        if not self._first or not wanted or wanted[1]:
            return await super().create_datagram_endpoint(protocol_factory, *args, **more)
        for _ in range(self._first, self._last + 1):
            port, self._next = self._next, self._next + 1 if self._next < self._last else self._first
            try:
                more["local_addr"] = (wanted[0], port)
                return await super().create_datagram_endpoint(protocol_factory, *args, **more)
            except OSError:
                continue  # taken
        raise OSError(f"all UDP ports from {self._first} to {self._last} are taken")


class Process:
    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._sessions: dict[bytes, Session] = {}
        self._tasks = TaskGroup("webrtc")

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        stdin, reader = asyncio.StreamReader(limit=CHUNK), MessageReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
        self._out, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(1, "wb", buffering=0))
        while data := await stdin.read(CHUNK):
            for message in reader.feed(data):
                self._tasks.start(self._hear(message), message.said.name)
        await asyncio.gather(*(one.close() for one in self._sessions.values()), return_exceptions=True)

    async def _hear(self, message: Message) -> None:
        if message.said is Said.CLOSE:
            session = self._sessions.pop(message.session, None)
            if session is not None:
                await session.close()
        elif message.said is Said.OFFER:
            await self._answer(message.session, message.content.decode())

    async def _answer(self, id_: bytes, offer: str) -> None:
        def give(tag: Tag) -> None:
            self._say(Said.TAG, id_, packed(tag))

        session = self._sessions[id_] = Session(give, lambda why: self._over(id_, why), self._addresses)
        try:
            self._say(Said.ANSWER, id_, (await session.answer(offer)).encode())
        except Exception as error:
            if not isinstance(error, Unusable):
                log.exception("an offer could not be answered")
            why = str(error) if isinstance(error, Unusable) else text("Something went wrong here.")
            self._say(Said.REFUSED, id_, why.encode())
            self._sessions.pop(id_, None)
            await session.close()

    def _over(self, id_: bytes, why: str) -> None:
        self._say(Said.OVER, id_, why.encode())
        session = self._sessions.pop(id_, None)
        if session is not None:
            self._tasks.start(session.close(), "close")

    def _say(self, said: Said, id_: bytes, content: bytes) -> None:
        self._out.write(Message(said, id_, content).written())


def hosts(wanted: str) -> list[str]:
    """Addresses that media is received at. `wanted`: one of this machine's or a name for one; all where it is empty or
    a wildcard."""
    if wanted in ("", "0.0.0.0", "::"):  # noqa: S104 - compared
        return [str(one) for one in aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True)]
    found = socket.getaddrinfo(wanted, None, type=socket.SOCK_DGRAM)
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


def main() -> None:
    settings = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.WARNING)
    take_these_codecs()
    own = hosts(settings["host"])
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [  # its one way to be told
        one for one in own if (use_ipv6 if ":" in one else use_ipv4)
    ]
    first, last = settings["ports"]
    with asyncio.Runner(loop_factory=lambda: PortRange(first, last)) as runner:
        runner.run(Process(settings["addresses"]).run())


if __name__ == "__main__":
    main()
