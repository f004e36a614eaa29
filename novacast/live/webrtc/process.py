"""The WebRTC process: `python -m novacast.live.webrtc.process`, with its settings as JSON in the first argument."""

import asyncio
from collections.abc import Sequence

from novacast.live.ingest import Tag
from novacast.live.webrtc.messages import Message, Said, packed
from novacast.live.webrtc.parent import Parent, serve
from novacast.live.webrtc.session import Session
from novacast.tasks import TaskGroup

CHUNK = 65_536


class Process:
    def __init__(self, parent: Parent, addresses: Sequence[str]) -> None:
        self._parent, self._addresses = parent, addresses
        self._sessions: dict[bytes, Session] = {}
        self._tasks = TaskGroup("webrtc")

    async def run(self) -> None:
        async for message in self._parent.messages():
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
            self._parent.say(Said.TAG, id_, packed(tag))

        session = self._sessions[id_] = Session(give, lambda why: self._over(id_, why), self._addresses)
        try:
            self._parent.say(Said.ANSWER, id_, (await session.answer(offer)).encode())
        except Exception as error:  # noqa: BLE001 - refused in words, and noted there
            self._parent.refuse(id_, error)
            self._sessions.pop(id_, None)
            await session.close()

    def _over(self, id_: bytes, why: str) -> None:
        self._parent.say(Said.OVER, id_, why.encode())
        session = self._sessions.pop(id_, None)
        if session is not None:
            self._tasks.start(session.close(), "close")


if __name__ == "__main__":
    serve(lambda parent, addresses: Process(parent, addresses).run(), CHUNK)
