"""Sound of calls as sound of broadcasts: Opus packets become AAC, while they come."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

RATE = 48_000
FRAME = 1024
CONFIGURATION = b"\x11\x90"
"""AudioSpecificConfig of AAC-LC, 48 kHz, stereo: ISO/IEC 14496-3, 1.6.2.1."""
BITRATE = 128_000
TOLERANCE = RATE * 30 // 1000
"""Samples that sound may be off before silence is put in, or a packet left out."""
LONGEST_SILENCE = RATE
"""What is missing for longer is a gap of its own."""


class AacEncoder:
    """Times are milliseconds of one clock; sound without a gap stays without one."""

    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("libopus", "r")
        self._encoder = av.CodecContext.create("aac", "w")
        self._encoder.rate = RATE
        self._encoder.layout = "stereo"
        self._encoder.format = "fltp"
        self._encoder.bit_rate = BITRATE
        self._encoder.time_base = Fraction(1, RATE)
        self._begin(None)

    def feed(self, time: int, packet: bytes) -> Iterator[tuple[int, bytes]]:
        """AAC frames that are whole now, with their times. What is no Opus is left out."""
        due = time * RATE // 1000
        if self._next is None:
            self._begin(due)
        assert self._next is not None
        off = due - self._next
        if abs(off) > LONGEST_SILENCE:
            self._begin(due)
        elif off < -TOLERANCE:
            return
        elif off > TOLERANCE:
            yield from self._encode(_silence(off))
        try:
            decoded = self._decoder.decode(av.Packet(packet))
        except av.FFmpegError:
            return  # the next one is read without it
        for frame in decoded:
            yield from self._encode(frame)

    def _begin(self, at: int | None) -> None:
        self._next = at
        self._resampler = AudioResampler(format="fltp", layout="stereo", rate=RATE, frame_size=FRAME)

    def _encode(self, frame: AudioFrame) -> Iterator[tuple[int, bytes]]:
        assert self._next is not None
        frame.pts, frame.time_base = self._next, Fraction(1, RATE)
        self._next += frame.samples * RATE // frame.sample_rate
        for whole in self._resampler.resample(frame):
            for packet in self._encoder.encode(whole):
                yield max(0, (packet.pts or 0) * 1000 // RATE), bytes(packet)


def _silence(samples: int) -> AudioFrame:
    frame = AudioFrame(format="s16", layout="stereo", samples=samples)
    frame.sample_rate = RATE
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
