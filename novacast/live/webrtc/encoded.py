"""Encoded frames of aiortc, which has no public way to them.

What is replaced here is pinned by the version in pyproject.toml and looked for when this is loaded: another version
that lacks it is refused at once, not on air.
"""

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiortc import RTCRtpCodecParameters, RTCRtpReceiver, rtcrtpreceiver
from aiortc.codecs import CODECS
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtcpSrPacket

from novacast.live.webrtc.lipsync import Unwrapper

PICTURES_HELD = 256
"""Packets that wait for one that was lost, before frames are given up: a power of two, larger than any keyframe."""

PROFILES = ("42e01f", "42001f", "4d001f", "640c1f", "64001f")
"""Constrained baseline, baseline, main, constrained high, high: RFC 6184, 8.1."""
FIRST_PAYLOAD_TYPE = 100

_PREFIX = "_RTCRtpReceiver__"
_NEEDED = ("receive", "_handle_rtcp_packet", "_send_rtcp_pli", "getSynchronizationSources")

missing = [name for name in _NEEDED if not hasattr(RTCRtpReceiver, name)]
if missing or not hasattr(rtcrtpreceiver, "decoder_worker"):
    raise ImportError(f"this version of aiortc has no {', '.join(missing) or 'decoder_worker'}")


def pass_on(
    loop: asyncio.AbstractEventLoop,
    input_q: "queue.Queue[Any]",
    output_q: "asyncio.Queue[Any]",
    decode_error: threading.Event,
) -> None:
    """In the place of a decoder: frames go through as they are."""
    while True:
        task = input_q.get()
        try:
            loop.call_soon_threadsafe(output_q.put_nowait, task)
        except RuntimeError:  # the loop has ended before its threads
            return
        if task is None:
            return


rtcrtpreceiver.decoder_worker = pass_on


def take_these_codecs() -> None:
    """Of what aiortc negotiates: Opus, and H.264 in every profile, because nothing is decoded here."""
    CODECS["audio"][:] = [one for one in CODECS["audio"] if one.name == "opus"]
    known = next(one for one in CODECS["video"] if one.name == "H264")
    pictures = []
    for number, profile in enumerate(PROFILES):
        payload = FIRST_PAYLOAD_TYPE + 2 * number
        parameters = {**known.parameters, "profile-level-id": profile}
        pictures.append(replace(known, payloadType=payload, parameters=parameters))
        again = RTCRtpCodecParameters("video/rtx", 90_000, payloadType=payload + 1, parameters={"apt": payload})
        pictures.append(again)
    CODECS["video"][:] = pictures


class Frames:
    """Of one receiver that has not begun. `reported` is called with unwrapped stamp and NTP time of each sender report,
    `lost` when frames were given up."""

    def __init__(
        self, receiver: RTCRtpReceiver, reported: Callable[[int, int], None], lost: Callable[[], None]
    ) -> None:
        self._receiver, self._reported, self._lost = receiver, reported, lost
        self._stamps = Unwrapper()
        self._set("timestamp_mapper", self._stamps)
        if receiver.track.kind == "video":
            self._set("jitter_buffer", JitterBuffer(capacity=PICTURES_HELD, is_video=True))
        self._usual: Callable[[Any], Awaitable[None]] = receiver._handle_rtcp_packet  # noqa: SLF001 - see above
        self._ask: Callable[[int], Awaitable[None]] = receiver._send_rtcp_pli  # noqa: SLF001 - see above
        setattr(receiver, "_handle_rtcp_packet", self._hear)  # noqa: B010 - a method
        setattr(receiver, "_send_rtcp_pli", self._asked)  # noqa: B010 - a method

    async def next(self) -> tuple[str, int, bytes] | None:
        """Codec, unwrapped stamp and data; None at the end."""
        try:
            codec, frame = await self._receiver.track.recv()  # type: ignore[misc]  # see `pass_on`
        except MediaStreamError:
            return None
        return codec.name, frame.timestamp, frame.data

    async def want_keyframe(self) -> None:
        again: dict[int, int] = getattr(self._receiver, f"{_PREFIX}rtx_ssrc")
        for source in self._receiver.getSynchronizationSources():
            if source.source not in again:
                await self._ask(source.source)

    def _set(self, name: str, value: object) -> None:
        if not hasattr(self._receiver, _PREFIX + name):
            raise RuntimeError(f"this version of aiortc has no {name}")
        setattr(self._receiver, _PREFIX + name, value)

    async def _hear(self, packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            info = packet.sender_info
            self._reported(self._stamps.map(info.rtp_timestamp), info.ntp_timestamp)
        await self._usual(packet)

    async def _asked(self, source: int) -> None:
        self._lost()
        await self._ask(source)
