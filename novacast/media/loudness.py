"""Sounds as loud as is wished, by EBU R128: each is heard once, then all of it is raised or lowered alike.

One constant gain leaves loud and soft as far apart as they were; what adapts while it goes along would pump. Peaks
bound the gain instead of being cut off, so that what has high ones may stay softer than wished.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log10
from pathlib import Path

from novacast.i18n import text
from novacast.media.commands.sounds import FIRST_PIPE, loudness_command
from novacast.media.encode import Watch, run_ffmpeg
from novacast.media.ffmpeg import FFmpeg
from novacast.media.info import MediaInfo
from novacast.media.process import PROGRESS, Command, Limits
from novacast.media.sounds import Sound
from novacast.records import dataclass

GATE = -70.0
"""LUFS; what is never louder is silence, and so is what is shorter than one block of 0.4 s (ITU-R BS.1770-4, 2)."""
PEAK = -1.0
"""dBTP: highest true peak that a gain may lead to (EBU R128, 3)."""
MOST_GAIN = 30.0
"""dB; more would bring up nothing but noise."""
ROUNDED = 0.0005
"""What FFmpeg may leave off a peak."""
_TOLD = re.compile(rb"lavfi\.r128\.(I|true_peak)=(-?\d{1,9}(?:\.\d{1,9})?)\n")
_KEPT = 4096
"""Bytes that hold at least the last of what FFmpeg tells: a frame's is about 500."""


@dataclass(frozen=True, slots=True)
class Heard:
    loudness: float
    """LUFS, of all of it."""
    peak: float
    """The highest true one; 1 is full scale."""

    def gain(self, target: float) -> float:
        """dB to the loudness `target`, as far as peaks allow; 0 for silence."""
        if self.loudness <= GATE:
            return 0.0
        room = PEAK - 20 * log10(self.peak + ROUNDED)
        return min(target - self.loudness, room, MOST_GAIN)


async def levelled(
    program: FFmpeg, source: Path, info: MediaInfo, sounds: Sequence[Sound], target: float, limits: Limits, *,
    watch: Watch | None = None,
) -> tuple[Sound, ...]:  # fmt: skip
    """`sounds` with the gain that makes them as loud as `target`, in LUFS. Raises MediaFailure."""
    heard = await listen(program, source, info, sounds, limits, watch=watch)
    return tuple(
        replace(sound, gain=0.0 if one is None else round(one.gain(target), 2))
        for sound, one in zip(sounds, heard, strict=True)
    )


async def listen(
    program: FFmpeg, source: Path, info: MediaInfo, sounds: Iterable[Sound], limits: Limits, *,
    watch: Watch | None = None,
) -> Sequence[Heard | None]:  # fmt: skip
    """How loud each is, None where it is too short to tell. Raises MediaFailure."""
    ours = [replace(sound, copied=False, gain=0.0) for sound in sounds]
    told = [_Told() for _ in ours]
    outputs = {FIRST_PIPE + number: one.hear for number, one in enumerate(told)} | {PROGRESS: lambda _: None}
    argv = loudness_command(program.path, source, info, ours)
    await run_ffmpeg(Command(text("The measuring of the loudness"), argv, limits, outputs=outputs), watch=watch)
    return [one.last for one in told]


class _Told:
    """The end of what the filter prints."""

    def __init__(self) -> None:
        self._end = b""

    def hear(self, data: bytes) -> None:
        self._end = (self._end + data)[-_KEPT:]

    @property
    def last(self) -> Heard | None:
        values = {name: float(value) for name, value in _TOLD.findall(self._end)}
        return Heard(values[b"I"], values[b"true_peak"]) if len(values) == 2 else None
