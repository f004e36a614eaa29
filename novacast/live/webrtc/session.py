"""One publisher in the WebRTC process: a peer connection whose frames become tags."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

from novacast.i18n import Text, text
from novacast.live.ingest import Kind, Tag
from novacast.live.webrtc.encoded import Frames
from novacast.live.webrtc.lipsync import Line, Lipsync
from novacast.live.webrtc.network import CONNECT_SECONDS, Unusable, reachable
from novacast.live.webrtc.offers import without_addresses
from novacast.live.webrtc.pictures import Pictures
from novacast.media.aac import CONFIGURATION, AacEncoder
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

KEYFRAMES_SECONDS = 2.0
RATES = "x-google-start-bitrate=2500;x-google-min-bitrate=800;x-google-max-bitrate=8000"
"""Kilobits a second. Chromium begins with 300 and stays small for long without them."""
_FORMAT = re.compile(r"(a=fmtp:\d+ [^\r\n]*profile-level-id[^\r\n]*)")
_AAC = 0xAF
"""AAC, 44 kHz, 16 bits, stereo, which is what FLV says of every AAC: specification E.4.2.1."""


class Session:
    """`give` gets each tag, `over` is called once with the reason."""

    def __init__(self, give: Callable[[Tag], None], over: Callable[[Text], None], addresses: Sequence[str]) -> None:
        self._give, self._over, self._addresses = give, over, addresses
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peer.on("connectionstatechange", self._changed)
        self._sync, self._pictures = Lipsync(), Pictures()
        self._aac: AacEncoder | None = None
        self._tasks = TaskGroup("session")
        self._ended = False

    async def answer(self, offer: str) -> str:
        """Raises Unusable."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(without_addresses(offer), "offer"))
            receivers = [one.receiver for one in self._peer.getTransceivers() if one.receiver.track is not None]
            if not receivers:
                raise Unusable(text("There is neither picture nor sound in the offer."))
            for receiver in receivers:
                self._listen(receiver)
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except (Unusable, OSError):
            raise
        except Exception as error:  # aiortc raises whatever its parser stumbles over
            log.warning("an offer can't be used: %r", error)
            raise Unusable(text("The offer can't be read, or holds no H.264 and no Opus.")) from error
        asyncio.get_running_loop().call_later(CONNECT_SECONDS, self._late)
        return self._dressed(self._peer.localDescription.sdp)

    async def close(self) -> None:
        self._ended = True
        await self._tasks.close()
        await self._peer.close()

    def _listen(self, receiver: RTCRtpReceiver) -> None:
        picture = receiver.track.kind == "video"
        line = self._sync.picture if picture else self._sync.sound
        frames = Frames(receiver, lambda stamp, ntp: self._sync.report(line, stamp, ntp), self._lost)
        self._tasks.start(self._pump(frames, line), receiver.track.kind)
        if picture:
            self._tasks.start(self._ask(frames), "keyframes")

    def _lost(self) -> None:
        self._pictures.broken = True

    async def _pump(self, frames: Frames, line: Line) -> None:
        loop = asyncio.get_running_loop()
        while (found := await frames.next()) is not None:
            codec, stamp, data = found
            at = self._sync.time(line, stamp, loop.time() * 1000)
            if codec == "H264":
                for tag in self._pictures.tags(at, data):
                    self._give(tag)
            else:
                self._sound(at, data)
        self._end(text("The encoder ended its broadcast."))

    def _sound(self, at: int, packet: bytes) -> None:
        if self._aac is None:
            self._aac = AacEncoder()
            self._give(Tag(Kind.AUDIO, at, bytes((_AAC, 0)) + CONFIGURATION))
        for when, frame in self._aac.feed(at, packet):
            self._give(Tag(Kind.AUDIO, when, bytes((_AAC, 1)) + frame))

    async def _ask(self, frames: Frames) -> None:
        while True:
            await asyncio.sleep(KEYFRAMES_SECONDS)
            await frames.want_keyframe()

    def _changed(self) -> None:
        if self._peer.connectionState == "failed":
            self._end(text("The connection to the encoder broke."))
        elif self._peer.connectionState == "closed":
            self._end(text("The encoder ended its broadcast."))

    def _late(self) -> None:
        if self._peer.connectionState not in ("connected", "closed"):
            self._end(text("No connection for media could be made. Is the way for UDP open?"))

    def _end(self, why: Text) -> None:
        if not self._ended:
            self._ended = True
            self._over(why)

    def _dressed(self, sdp: str) -> str:
        """With the rates that Chromium looks for, and with candidates at addresses that this machine does not know."""
        return reachable(_FORMAT.sub(rf"\1;{RATES}", sdp), self._addresses)
