"""The process that sends: `python -m novacast.live.whep.process`, with its settings as JSON in the first argument.

It speaks messages over stdin and stdout, and ends when its stdin does.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence

from novacast.i18n import text
from novacast.live.webrtc.encoded import take_these_codecs
from novacast.live.webrtc.messages import Message, MessageReader, Said, unpacked
from novacast.live.webrtc.network import PortRange, Unusable, receive_at
from novacast.live.whep.fanout import Fanout
from novacast.live.whep.peer import Peer
from novacast.live.whep.sending import Tally
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
TOLD_SECONDS = 1.0


class Process:
    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._lines: dict[bytes, Fanout] = {}
        self._peers: dict[bytes, Peer] = {}
        self._tally = Tally()
        self._tasks = TaskGroup("webrtc")

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        stdin, reader = asyncio.StreamReader(limit=CHUNK), MessageReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
        self._out, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(1, "wb", buffering=0))
        self._tasks.start(self._tell(), "numbers")
        while data := await stdin.read(CHUNK):
            for message in reader.feed(data):
                self._hear(message)
        await asyncio.gather(*(one.close() for one in self._peers.values()), return_exceptions=True)
        await self._tasks.close()

    def _hear(self, message: Message) -> None:
        """Of a line everything in the order in which it came; only answers take time."""
        id_, content = message.session, message.content
        if message.said is Said.TAG:
            self._line(id_).take(unpacked(content))
        elif message.said is Said.CUT:
            self._line(id_).cut(paced=bool(content[0]))
        elif message.said is Said.END:
            if (line := self._lines.pop(id_, None)) is not None:
                line.close()
        elif message.said is Said.OFFER:
            self._tasks.start(self._answer(id_, self._line(content[:16]), content[16:].decode()), "answer")
        elif message.said is Said.CLOSE and (peer := self._peers.pop(id_, None)) is not None:
            self._tasks.start(peer.close(), "close")

    def _line(self, id_: bytes) -> Fanout:
        line = self._lines.get(id_)
        if line is None:
            line = self._lines[id_] = Fanout()
        return line

    async def _answer(self, id_: bytes, line: Fanout, offer: str) -> None:
        peer = self._peers[id_] = Peer(line, self._tally, lambda why: self._over(id_, why), self._addresses)
        try:
            answer = await peer.answer(offer)
        except Exception as error:
            if not isinstance(error, Unusable):
                log.exception("an offer could not be answered")
            why = str(error) if isinstance(error, Unusable) else text("Something went wrong here.")
            self._say(Said.REFUSED, id_, why.encode())
            self._peers.pop(id_, None)
            await peer.close()
        else:
            self._say(Said.ANSWER, id_, answer.encode())

    def _over(self, id_: bytes, why: str) -> None:
        self._say(Said.OVER, id_, why.encode())
        if (peer := self._peers.pop(id_, None)) is not None:
            self._tasks.start(peer.close(), "close")

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TOLD_SECONDS)
            if told := self._tally.told():
                self._say(Said.COUNTED, bytes(16), json.dumps(told).encode())

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
