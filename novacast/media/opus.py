"""Sound of broadcasts as sound of calls: AAC frames become Opus packets, while they come."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

RATE = 48_000
PACKET = 960
"""Samples: 20 ms."""
BITRATE = 128_000
TOLERANCE = RATE * 40 // 1000
"""Samples that sound may be off before it begins anew at another time."""


class OpusEncoder:
    """`configuration`: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). Times are milliseconds of one clock."""

    def __init__(self, configuration: bytes) -> None:
        self._decoder = av.CodecContext.create("aac", "r")
        self._decoder.extradata = configuration
        self._encoder = av.CodecContext.create("libopus", "w")
        self._encoder.rate = RATE
        self._encoder.layout = "stereo"
        self._encoder.format = "s16"
        self._encoder.bit_rate = BITRATE
        self._encoder.time_base = Fraction(1, RATE)
        self._encoder.options = {"application": "lowdelay"}
        self._begin(None)

    def feed(self, time: int, frame: bytes) -> Iterator[tuple[int, bytes]]:
        """Packets that are whole now, with their times in samples. What is no AAC is left out."""
        try:
            yield from self._feed(time, frame)
        except av.FFmpegError:
            return  # the next one is read without it

    def _feed(self, time: int, frame: bytes) -> Iterator[tuple[int, bytes]]:
        decoded = self._decoder.decode(av.Packet(frame))
        due = time * RATE // 1000
        if self._next is None or abs(due - self._next) > TOLERANCE:
            self._begin(due)
        for sound in decoded:
            yield from self._encode(sound)

    def _begin(self, at: int | None) -> None:
        """What is left of the sound before is no whole packet, and nobody misses it."""
        self._next = None if at is None else Fraction(at)
        self._at = at or 0
        self._resampler = AudioResampler(format="s16", layout="stereo", rate=RATE, frame_size=PACKET)

    def _encode(self, sound: AudioFrame) -> Iterator[tuple[int, bytes]]:
        assert self._next is not None
        self._next += Fraction(sound.samples * RATE, sound.sample_rate)
        sound.pts = None
        for whole in self._resampler.resample(sound):
            whole.pts = self._at
            for packet in self._encoder.encode(whole):
                yield self._at, bytes(packet)
            self._at += PACKET
