"""The process that sends: `python -m novacast.live.whep.process`, with its settings as JSON in the first argument."""

import asyncio
import json
from collections.abc import Sequence

from novacast.live.webrtc.messages import Message, Said, unpacked
from novacast.live.webrtc.parent import Parent, serve
from novacast.live.whep.fanout import Fanout
from novacast.live.whep.peer import Peer
from novacast.live.whep.sending import Tally
from novacast.tasks import TaskGroup

CHUNK = 256 * 1024
TOLD_SECONDS = 1.0


class Process:
    def __init__(self, parent: Parent, addresses: Sequence[str]) -> None:
        self._parent, self._addresses = parent, addresses
        self._lines: dict[bytes, Fanout] = {}
        self._peers: dict[bytes, Peer] = {}
        self._tally = Tally()
        self._tasks = TaskGroup("webrtc")

    async def run(self) -> None:
        self._tasks.start(self._tell(), "numbers")
        async for message in self._parent.messages():
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
        except Exception as error:  # noqa: BLE001 - refused in words, and noted there
            self._parent.refuse(id_, error)
            self._peers.pop(id_, None)
            await peer.close()
        else:
            self._parent.say(Said.ANSWER, id_, answer.encode())

    def _over(self, id_: bytes, why: str) -> None:
        self._parent.say(Said.OVER, id_, why.encode())
        if (peer := self._peers.pop(id_, None)) is not None:
            self._tasks.start(peer.close(), "close")

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TOLD_SECONDS)
            if told := self._tally.told():
                self._parent.say(Said.COUNTED, bytes(16), json.dumps(told).encode())


if __name__ == "__main__":
    serve(lambda parent, addresses: Process(parent, addresses).run(), CHUNK)
