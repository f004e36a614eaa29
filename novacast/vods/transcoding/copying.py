"""Whether a source's picture can be shown as it lies in the file, and how it is cut then. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil

from novacast.clock import SECOND
from novacast.media.folding import SHORTEST
from novacast.media.info import MediaInfo, Video
from novacast.media.ladder import source_rung

LONGEST_GAP = 8 * SECOND
COPY_CONTAINERS = frozenset({"mov", "matroska"})
COPY_FORMATS = frozenset({"yuv420p", "yuvj420p"})
COPY_RATE = 2
"""Times its rung's highest bit rate that a source's picture may take to be shown as it is."""


def copied_target(info: MediaInfo, heights: Sequence[int], segment: Fraction) -> int | None:
    """Target duration: the longest segment of a copy, as FFmpeg will cut it; None where the picture has to be encoded.

    `heights`: of the rungs that are wanted; `segment`: seconds that one is to last.
    """
    video = info.video
    if video is None or not _showable(info, video):
        return None
    keys, own = video.keyframes, source_rung(info)
    half_frame = SECOND / video.fps / 2
    small = min(own.width, own.height) <= max(heights)
    if not small or keys is None or not keys.times or not keys.steady or keys.longest_gap > LONGEST_GAP:
        return None
    if abs(keys.times[0]) >= half_frame or bit_rate(info) > COPY_RATE * own.maxrate:
        return None
    cuts = [keys.times[0]]
    for key in keys.times[1:]:
        if key - keys.times[0] >= segment * SECOND * len(cuts):
            cuts.append(key)
    end = max(info.duration, cuts[-1])
    if len(cuts) > 1 and end - cuts[-1] < (SHORTEST + Fraction(1, 10)) * SECOND:  # it may go into the one before
        cuts.pop()
    longest = max(after - before for before, after in pairwise([*cuts, end]))
    return max(1, ceil(Fraction(longest, SECOND) + Fraction(1, 10)))


def _showable(info: MediaInfo, video: Video) -> bool:
    """Whether players take the picture as it lies in the file."""
    plain = not video.interlaced and not video.alpha and not video.rotation and not video.colour.hdr
    whole = info.container in COPY_CONTAINERS and not info.truncated
    return whole and plain and video.codec == "h264" and video.pix_fmt in COPY_FORMATS and video.fps <= 60


def bit_rate(info: MediaInfo) -> int:
    """Of the picture, bits a second; of the whole file where that is not told."""
    assert info.video is not None
    return info.video.bit_rate or info.size * 8 * SECOND // info.duration
