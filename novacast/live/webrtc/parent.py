"""The server, as a process of WebRTC's has it: messages over stdin and stdout, until stdin ends."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from novacast.i18n import text
from novacast.live.webrtc.encoded import take_these_codecs
from novacast.live.webrtc.messages import Message, MessageReader, Said
from novacast.live.webrtc.network import PortRange, Unusable, receive_at

log = logging.getLogger(__name__)


class Parent:
    def __init__(self, stdin: asyncio.StreamReader, stdout: asyncio.WriteTransport, chunk: int) -> None:
        """`chunk`: bytes that are read at once, at most."""
        self._in, self._out, self._chunk = stdin, stdout, chunk

    @classmethod
    async def connect(cls, chunk: int) -> "Parent":
        loop, stdin = asyncio.get_running_loop(), asyncio.StreamReader(limit=chunk)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
        stdout, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(1, "wb", buffering=0))
        return cls(stdin, stdout, chunk)

    async def messages(self) -> AsyncIterator[Message]:
        reader = MessageReader()
        while data := await self._in.read(self._chunk):
            for message in reader.feed(data):
                yield message

    def say(self, said: Said, id_: bytes, content: bytes) -> None:
        self._out.write(Message(said, id_, content).written())

    def refuse(self, id_: bytes, error: Exception) -> None:
        """An offer, in words for whoever made it. What is our own fault is noted."""
        if not isinstance(error, Unusable):
            log.exception("an offer could not be answered")
        why = str(error) if isinstance(error, Unusable) else text("Something went wrong here.")
        self.say(Said.REFUSED, id_, why.encode())


def serve(run: Callable[[Parent, Sequence[str]], Awaitable[None]], chunk: int) -> None:
    """The whole life of the process, with its settings as JSON in the first argument. `run` is given the addresses at
    which browsers reach this machine."""
    settings = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.WARNING)
    take_these_codecs()
    receive_at(settings["host"])
    first, last = settings["ports"]

    async def whole() -> None:
        await run(await Parent.connect(chunk), settings["addresses"])

    with asyncio.Runner(loop_factory=lambda: PortRange(first, last)) as runner:
        runner.run(whole())
