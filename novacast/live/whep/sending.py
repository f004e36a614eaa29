"""Encoded frames through senders of aiortc, which has no public way for them to go out.

What is replaced here is pinned by the version in pyproject.toml and looked for when this is loaded, as in
`webrtc.encoded`.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

from aiortc import MediaStreamTrack, RTCDtlsTransport, RTCRtpSender, rtcrtpsender
from aiortc.rtcrtpsender import RTCEncodedFrame
from aiortc.rtp import RTCP_RTPFB_NACK, RtcpRrPacket, RtcpRtpfbPacket, RtcpSrPacket

from novacast.clock import SECOND, SystemClock
from novacast.live.whep.fanout import MOST_PICTURES, Fanout
from novacast.live.whep.frames import Picture, Sound
from novacast.records import dataclass

PICTURE_RATE, SOUND_RATE = 90_000, 48_000
HISTORY = 2048
"""Packets that can be sent once more: two keyframes of a large picture."""
PICTURES_WAITING, SOUNDS_WAITING = 45, 50
"""Frames that wait for one viewer, a second and a half; where more would, all is left out until the next keyframe."""
LOSES = 0.15
"""Share of the packets lost on the way from which on a viewer is too slow for this picture."""
REFRESH_SECONDS = 1.0
"""From one beginning anew that a viewer asked for to the next."""
BURST, RATE = 24_000, 5_000_000
"""Bytes that go out at once, and bytes a second of what is more: receivers hold little of what they have not read."""
CLOCK = SystemClock()
_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970: RFC 3550, 4."""
_NEEDED = ("_next_encoded_frame", "_send_rtcp", "_send_keyframe", "_handle_rtcp_packet", "_run_rtp")
_SENT = "_RTCRtpSender__rtp_timestamp"

missing = [name for name in _NEEDED if not hasattr(RTCRtpSender, name)]
if missing or not hasattr(rtcrtpsender, "RTP_HISTORY_SIZE"):
    raise ImportError(f"this version of aiortc has no {', '.join(missing) or 'RTP_HISTORY_SIZE'}")
if not hasattr(RTCDtlsTransport, "_send_rtp"):
    raise ImportError("this version of aiortc has no _send_rtp")
rtcrtpsender.RTP_HISTORY_SIZE = HISTORY


@dataclass(slots=True)
class Tally:
    """What was done since it was told last."""

    bytes: int = 0
    pictures: int = 0
    dropped: int = 0
    wished: int = 0
    lost: int = 0

    def told(self) -> dict[str, int]:
        """And begin anew; empty where nothing was."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in found:
            setattr(self, name, 0)
        return {name: number for name, number in found.items() if number}


class Blank(MediaStreamTrack):
    """What a sender has in the place of a track: its frames come another way."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        raise AssertionError("frames come another way")


class Pacer:
    """In the way of all packets to one viewer, `send` being how they would go out."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        self._send, self._room, self._at = send, float(BURST), CLOCK.monotonic()

    async def __call__(self, data: bytes) -> None:
        now = CLOCK.monotonic()
        self._room = min(BURST, self._room + (now - self._at) * RATE) - len(data)
        self._at = now
        if self._room < 0:
            await asyncio.sleep(-self._room / RATE)
        await self._send(data)


class Sending:
    """One track to one viewer. Times of frames are ticks of `rate` on the line's clock."""

    def __init__(self, sender: RTCRtpSender, rate: int, tally: Tally) -> None:
        if not hasattr(sender, _SENT):
            raise RuntimeError("this version of aiortc tells no time stamps")
        self._sender, self._rate, self._tally = sender, rate, tally
        self._wake = asyncio.Event()
        self._last: int | None = None
        """Ticks of the frame that went out last."""
        self._origin: int | None = None
        """What aiortc adds to them."""
        # So that sound and picture belong together whenever each of their packets went out: RFC 3550, 6.4.1.
        self._offset = CLOCK.now() / SECOND - CLOCK.monotonic()
        self._report: Callable[[list[Any]], Awaitable[None]] = sender._send_rtcp  # noqa: SLF001 - see above
        self._usual: Callable[[Any], Awaitable[None]] = sender._handle_rtcp_packet  # noqa: SLF001 - see above
        setattr(sender, "_next_encoded_frame", self._next)  # noqa: B010 - a method
        setattr(sender, "_send_rtcp", self._reported)  # noqa: B010 - a method
        setattr(sender, "_handle_rtcp_packet", self._hear)  # noqa: B010 - a method

    def begin(self) -> None:
        """The connection stands."""

    def pop(self) -> tuple[int, list[bytes]] | None:
        """The next frame, and its ticks."""
        raise NotImplementedError

    async def _next(self, codec: Any) -> RTCEncodedFrame:
        if self._last is None:
            self.begin()
        elif self._origin is None:
            self._origin = (getattr(self._sender, _SENT) - self._last) % 2**32
        while (found := self.pop()) is None:
            self._wake.clear()
            await self._wake.wait()
        at, payloads = found
        # One tick at least behind the last: two frames of one time would be one.
        self._last = at if self._last is None else max(at, self._last + 1)
        self._tally.bytes += sum(map(len, payloads))
        return RTCEncodedFrame(payloads, self._last % 2**32, None)  # type: ignore[arg-type]  # no level is told

    async def _reported(self, packets: list[Any]) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                if self._origin is None or self._last is None:
                    return
                info = packet.sender_info
                behind = (self._last + self._origin - info.rtp_timestamp) % 2**32
                seconds = (self._last - behind) / self._rate + self._offset + _EPOCH
                info.ntp_timestamp = int(seconds * 2**32) & 0xFFFFFFFFFFFFFFFF
        await self._report(packets)

    async def _hear(self, packet: Any) -> None:
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            self._tally.lost += len(packet.lost)
        await self._usual(packet)


class Pictures(Sending):
    """A viewer begins with the last keyframe and what came since, all at once; so it does after asking for one. After
    having been too slow it waits for the next."""

    def __init__(self, sender: RTCRtpSender, line: Fanout, tally: Tally) -> None:
        super().__init__(sender, PICTURE_RATE, tally)
        self._line = line
        self._queue: deque[tuple[int, Picture]] = deque()
        self._begun = self._catching = self._waits = False
        """Waits for a keyframe."""
        self._refreshed = 0.0
        setattr(sender, "_send_keyframe", self._wished)  # noqa: B010 - a method

    def begin(self) -> None:
        self._begun = True
        self._catch_up()

    def pop(self) -> tuple[int, list[bytes]] | None:
        if not self._queue:
            self._catching = False
            return None
        at, one = self._queue.popleft()
        self._tally.pictures += 1
        return at, list(one.payloads)

    def take(self, one: Picture) -> None:
        if not self._begun:
            return
        if one.keyframe:
            self._waits = False
        elif self._waits:
            self._tally.dropped += 1
            return
        if len(self._queue) >= (2 * MOST_PICTURES if self._catching else PICTURES_WAITING):
            self._drop()
            if not one.keyframe:
                self._tally.dropped += 1
                return
            self._waits = False
        self._queue.append((_ticks(one.time), one))
        self._wake.set()

    def _catch_up(self) -> None:
        """Everything since the last keyframe, a millisecond apart and up to now: a player would else stay as far behind
        as that keyframe is."""
        self._queue.clear()
        kept = self._line.kept
        self._waits, self._catching = not kept, bool(kept)
        for number, one in enumerate(reversed(kept)):
            self._queue.appendleft((_ticks(kept[-1].time) - number * 90, one))
        self._wake.set()

    def _drop(self) -> None:
        """Too slow: what waits is left out, and what comes until the next keyframe."""
        self._tally.dropped += len(self._queue)
        self._queue.clear()
        self._waits = True

    def _wished(self) -> None:
        """The viewer lost what can't be sent once more (PLI, FIR)."""
        self._tally.wished += 1
        now = CLOCK.monotonic()
        if self._begun and now - self._refreshed >= REFRESH_SECONDS:
            self._refreshed = now
            self._catch_up()

    async def _hear(self, packet: Any) -> None:
        await super()._hear(packet)
        if isinstance(packet, RtcpRrPacket) and any(
            one.ssrc == self._sender._ssrc and one.fraction_lost > 256 * LOSES  # noqa: SLF001 - see above
            for one in packet.reports
        ):
            self._drop()


class Sounds(Sending):
    def __init__(self, sender: RTCRtpSender, tally: Tally) -> None:
        super().__init__(sender, SOUND_RATE, tally)
        self._queue: deque[Sound] = deque(maxlen=SOUNDS_WAITING)
        self._begun = False

    def begin(self) -> None:
        self._begun = True

    def pop(self) -> tuple[int, list[bytes]] | None:
        while self._queue:
            one = self._queue.popleft()
            if self._last is None or one.at > self._last:
                return one.at, [one.payload]
        return None

    def take(self, one: Sound) -> None:
        if self._begun:
            self._queue.append(one)
            self._wake.set()


def _ticks(time: int) -> int:
    return time * PICTURE_RATE // 1000
