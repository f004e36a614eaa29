"""One viewer in the process that sends: a peer connection that takes what its line gives."""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Sequence

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpTransceiver, RTCSessionDescription
from aiortc.sdp import SessionDescription

from novacast.i18n import Text, text
from novacast.live.webrtc.network import CONNECT_SECONDS, Unusable, reachable
from novacast.live.webrtc.offers import without_addresses
from novacast.live.whep.fanout import Fanout
from novacast.live.whep.frames import Picture, Sound
from novacast.live.whep.sending import Blank, Pacer, Pictures, Sounds, Tally

log = logging.getLogger(__name__)

WANTS = frozenset({"recvonly", "sendrecv"})
"""Directions of an offer: WHEP 4.2."""
_MULTIPLEXED = re.compile(r"(a=rtcp-mux\r\n)")
_UNREADABLE = text("The offer can't be read, or holds no H.264 and no Opus.")


class Peer:
    """Fits `fanout.Taker`. `over` is called once with the reason."""

    def __init__(self, line: Fanout, tally: Tally, over: Callable[[Text], None], addresses: Sequence[str]) -> None:
        self._line, self._tally, self._over, self._addresses = line, tally, over, addresses
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connection.on("connectionstatechange", self._changed)
        self._pictures: Pictures | None = None
        self._sounds: Sounds | None = None
        self._stream = secrets.token_hex(8)
        self._ended = False

    def picture(self, one: Picture) -> None:
        if self._pictures is not None:
            self._pictures.take(one)

    def sound(self, one: Sound) -> None:
        if self._sounds is not None:
            self._sounds.take(one)

    async def answer(self, offer: str) -> str:
        """Raises Unusable."""
        try:
            kinds = wanted(offer)
            for kind in kinds:
                self._connection.addTransceiver(Blank(kind), direction="sendonly")
            await self._connection.setRemoteDescription(RTCSessionDescription(without_addresses(offer), "offer"))
            for transceiver in self._connection.getTransceivers():
                self._send(transceiver)
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except (Unusable, OSError):
            raise
        except Exception as error:  # aiortc raises whatever its parser stumbles over
            log.warning("an offer can't be used: %r", error)
            raise Unusable(_UNREADABLE) from error
        self._line.join(self)
        asyncio.get_running_loop().call_later(CONNECT_SECONDS, self._late)
        # WHEP 4.4.1 asks for both of RTCP's attributes.
        told = _MULTIPLEXED.sub(r"\1a=rtcp-mux-only\r\n", self._connection.localDescription.sdp)
        return reachable(told, self._addresses)

    async def close(self) -> None:
        self._ended = True
        self._line.leave(self)
        await self._connection.close()

    def _send(self, transceiver: RTCRtpTransceiver) -> None:
        sender = transceiver.sender
        # One stream for both, or a browser would not keep them together: WHEP 4.4.2.
        sender._stream_id = self._stream  # noqa: SLF001 - see `sending`
        transport = sender.transport
        if not isinstance(getattr(transport, "_send_rtp", None), Pacer):
            setattr(transport, "_send_rtp", Pacer(transport._send_rtp))  # noqa: B010, SLF001 - see `sending`
        if transceiver.kind == "video":
            self._pictures = Pictures(sender, self._line, self._tally)
        else:
            self._sounds = Sounds(sender, self._tally)

    def _changed(self) -> None:
        state = self._connection.connectionState
        if state == "failed":
            self._end(text("The connection to the viewer broke."))
        elif state == "closed":
            self._end(text("The viewer went."))

    def _late(self) -> None:
        if self._connection.connectionState not in ("connected", "closed"):
            self._end(text("No connection for media could be made. Is the way for UDP open?"))

    def _end(self, why: Text) -> None:
        if not self._ended:
            self._ended = True
            self._over(why)


def wanted(offer: str) -> Sequence[str]:
    """Kinds of media that an offer is to be sent. Raises Unusable, ValueError."""
    media = SessionDescription.parse(offer).media
    kinds = [one.kind for one in media]
    if not kinds or not set(kinds) <= {"audio", "video"} or len(set(kinds)) < len(kinds):
        raise Unusable(text("An offer is to hold one picture, one sound, or both, and nothing else."))
    if any(one.direction not in WANTS for one in media):
        raise Unusable(text("An offer is to receive: recvonly."))
    if any(one.dtls is None or not one.dtls.fingerprints for one in media):
        raise Unusable(text("An offer is to hold the fingerprint of a certificate."))
    return kinds
