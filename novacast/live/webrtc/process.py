"""The WebRTC process: `python -m novacast.live.webrtc.process`, with its settings as JSON in the first argument.

It speaks messages over stdin and stdout, and ends when its stdin does.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence

from novacast.i18n import text
from novacast.live.ingest import Tag
from novacast.live.webrtc.encoded import take_these_codecs
from novacast.live.webrtc.messages import Message, MessageReader, Said, packed
from novacast.live.webrtc.network import PortRange, Unusable, receive_at
from novacast.live.webrtc.session import Session
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

CHUNK = 65_536


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


def main() -> None:
    settings = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.WARNING)
    take_these_codecs()
    receive_at(settings["host"])
    first, last = settings["ports"]
    with asyncio.Runner(loop_factory=lambda: PortRange(first, last)) as runner:
        runner.run(Process(settings["addresses"]).run())


if __name__ == "__main__":
    main()
