"""What the numbers of a broadcast mean, in plain words. Pure.

Numbers that are known, each one optional: `seconds` (since the feed began), `bitrate` (bits a second that come in),
`fps`, `keyframe_seconds` (longest distance of the last ones), `skew_ms` (how far sound is ahead of the picture), `lost`
and `late` (packets of the last ten seconds that were not there in time, and those of them that still came), `speed` (of
the encoder here, times real time), `queue_seconds` (of media that waits for it), `viewers`, `stalled_percent`
(of the time of all viewers in the last minutes).
"""

from collections.abc import Callable, Mapping
from typing import Any

from novacast.i18n import Text, text
from novacast.records import dataclass

FAR_APART = 4.0
LOW_BITRATE = 500_000
LOW_FPS = 20.0
SKEW_MS = 120.0
SLOW = 0.9
"""Of real time: a feed in real time comes to a little less than 1 now and then, and while it begins."""
BEHIND = 2.0
STALLED = 3.0
"""Percent."""
SETTLED = 3.0
"""Seconds of a feed about which nothing is said: what is sent at once when it begins is no measure of what follows."""


@dataclass(frozen=True, slots=True)
class Advice:
    code: str
    text: Text


def advice(numbers: Mapping[str, Any]) -> list[Advice]:
    """What can be done better, most urgent first."""
    found: list[Advice] = []
    seconds = numbers.get("seconds")
    if isinstance(seconds, (int, float)) and seconds < SETTLED:
        return found
    for name, code, wrong, said in _RULES:
        value = numbers.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and wrong(float(value)):
            found.append(Advice(code, said(float(value))))
    return found


_Rule = tuple[str, str, Callable[[float], bool], Callable[[float], Text]]
_RULES: tuple[_Rule, ...] = (
    (
        "speed",
        "encoder_slow",
        lambda value: 0 < value < SLOW,
        lambda value: text(
            "This machine encodes at {speed:.2f} of real time. Take rungs out of the channel's ladder.", speed=value
        ),
    ),
    (
        "queue_seconds",
        "encoder_behind",
        lambda value: value > BEHIND,
        lambda value: text("{seconds:.1f} s wait to be encoded here. Take rungs out of the ladder.", seconds=value),
    ),
    (
        "lost",
        "packets_lost",
        lambda value: value > 0,
        lambda value: text("{lost:.0f} packets were lost on the way. Use a cable, or a lower bitrate.", lost=value),
    ),
    (
        "keyframe_seconds",
        "keyframes_far_apart",
        lambda value: value > FAR_APART,
        lambda value: text(
            "Keyframes come every {seconds:.1f} s. Set a keyframe interval of 2 s; in OBS under Settings, Output.",
            seconds=value,
        ),
    ),
    (
        "fps",
        "few_frames",
        lambda value: 0 < value < LOW_FPS,
        lambda value: text("Only {fps:.1f} pictures a second come in. Is the encoder's machine overloaded?", fps=value),
    ),
    (
        "stalled_percent",
        "viewers_wait",
        lambda value: value > STALLED,
        lambda value: text(
            "Viewers' pictures stood still for {percent:.1f} % of the time. Is the server's line full, or its machine?",
            percent=value,
        ),
    ),
    (
        "bitrate",
        "little_comes",
        lambda value: 0 < value < LOW_BITRATE,
        lambda value: text(
            "Only {rate:.0f} kbit/s come in. Raise the encoder's bitrate, or look at its upload.", rate=value / 1000
        ),
    ),
    (
        "skew_ms",
        "sound_apart",
        lambda value: abs(value) > SKEW_MS,
        lambda value: text(
            "Sound and picture are {ms:.0f} ms apart. Set the sync offset of the microphone.", ms=abs(value)
        ),
    ),
)
