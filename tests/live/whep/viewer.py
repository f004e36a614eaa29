"""A viewer by WHEP that is no browser: aiortc decodes what comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from novacast.tasks import TaskGroup


@dataclass
class Viewer:
    connection: RTCPeerConnection
    seen: list[Any] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)
    tasks: TaskGroup = field(default_factory=lambda: TaskGroup("viewer"))

    @property
    def state(self) -> str:
        return str(self.connection.connectionState)

    async def accept(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def _watch(self, track: Any) -> None:
        kept = self.seen if track.kind == "video" else self.heard
        while True:
            try:
                kept.append(await track.recv())
            except MediaStreamError:
                return


@asynccontextmanager
async def viewer(*kinds: str) -> AsyncIterator[tuple[Viewer, str]]:
    """With its offer."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    made = Viewer(connection)
    connection.on("track", lambda track: made.tasks.start(made._watch(track), track.kind))
    for kind in kinds or ("video", "audio"):
        connection.addTransceiver(kind, direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    try:
        yield made, connection.localDescription.sdp
    finally:
        await connection.close()
        await made.tasks.close()
        await asyncio.sleep(0)
