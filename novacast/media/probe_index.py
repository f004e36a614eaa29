"""What a container's index, or a read-through of its packets, says about keyframes and steadiness.

Part of the probe's child. Nothing here decodes; a read-through is bounded by packets and bytes.
"""

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from operator import sub
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

SECOND = 1_000_000
MOST_INDEX = 5_000_000
"""Entries; more take longer to look at than they are worth."""
MOST_LOOKED_AT = 20_000
"""Entries that are looked at one by one; of a longer index, runs of them all over it: a film of hours has hundreds of
thousands, and somebody waits to watch it."""
RUN = 100
MOST_TIMES = 40_000
"""Keyframes that are told one by one; who has more has them everywhere."""
SCAN_PACKETS, SCAN_BYTES = 2_000_000, 8 * 1024**3
"""A file without a whole index is read through up to here for its keyframes."""
SPOTS, SPOT_PACKETS = 16, 2000
"""Where a list of keyframes is held against the packets, and how many are read at each of them."""
LATE = 50_000
"""Microseconds that a sound may start away from zero and still be taken over packet by packet."""
BEFORE = 100_000
"""Microseconds of sound before the first picture that are not worth a picture of their own: an encoder's priming takes
7 (Opus) to 48 ms (HE-AAC), and containers without edit lists put it there."""

MOST_CHAPTERS, LONGEST_CHAPTER = 1000, 500

Facts = dict[str, Any]


def begins(media: InputContainer, stream: VideoStream, frame: Any) -> int:
    """Zero of all that is made, in microseconds on the file's clock: its first picture, `frame`. Sound from before is
    priming mostly; where there is more of it, zero is where that begins.
    """
    start, base = media.start_time or 0, stream.time_base
    if frame.pts is None or base is None or media.format.name == "avi":  # has no times of showing
        return start
    shown = round(frame.pts * base * SECOND)
    return shown if abs(shown - start) <= BEFORE else start


def chapters(media: InputContainer, zero: int) -> list[tuple[int, str]]:
    """Where each begins, in microseconds from zero, and what it is called."""
    return [
        (max(0, round(one["start"] * one["time_base"] * SECOND) - zero), one["metadata"]["title"][:LONGEST_CHAPTER])
        for one in media.chapters()[:MOST_CHAPTERS]
        if one["time_base"] and one["metadata"].get("title")
    ]


def gaps(keys: list[Fraction], end: Fraction, *, whole: bool, steady: bool = False) -> Facts | None:
    """Of keyframes at `keys` seconds from zero, in order."""
    if not keys:
        return None
    longest = max(after - before for before, after in pairwise([*keys, max(end, keys[-1])]))
    listed = whole and len(keys) <= MOST_TIMES
    return {
        "counted": len(keys), "longest_gap": round(longest * SECOND), "whole": whole, "steady": steady,
        "times": [round(key * SECOND) for key in keys] if listed else [],
    }  # fmt: skip


def closed(packet: Any, extradata: bytes | None) -> bool:
    """Whether a keyframe of H.264 in MP4 or Matroska is an IDR picture. Others may stand in an open group of pictures,
    and browsers don't begin there. `extradata`: its avcC (ISO/IEC 14496-15 5.3.3.1); without one nothing is known.
    """
    if not extradata or extradata[0] != 1 or len(extradata) < 5:
        return True
    data, size, at = bytes(packet), (extradata[4] & 3) + 1, 0
    while at + size < len(data):
        kind = data[at + size] & 31
        if 1 <= kind <= 5:
            return kind == 5
        at += size + int.from_bytes(data[at : at + size], "big")
    return True


def complete(stream: VideoStream | AudioStream) -> bool:
    """The container's index lists every packet (MP4)."""
    return bool(stream.frames) and len(stream.index_entries) == stream.frames and stream.frames <= MOST_INDEX


def indexed(stream: VideoStream, zero: int, delay: Fraction | None, rate: Fraction) -> Facts | None:
    """From the container's own index, whose times are those of decoding: `delay` seconds before those of showing at
    every keyframe that was looked at, or None where that differs; then the times are not told.
    """
    if not complete(stream):
        return None
    entries, base = stream.index_entries, stream.time_base or Fraction(1, SECOND)
    keys, last = _keys(entries), entries[len(entries) - 1].timestamp
    shift = Fraction(delay or 0) - Fraction(zero, SECOND)
    shown = [key * base + shift for key in keys]
    facts = gaps(shown, last * base + shift, whole=True, steady=steady(_runs(entries), base, rate))
    if facts is not None and delay is None:
        facts["times"] = []
    return facts


def _keys(entries: Any) -> list[int]:
    """Times of all keyframes, found by FFmpeg's own search."""
    keys: list[int] = []
    at, number = entries[0].timestamp, -1
    while (found := entries.search_timestamp(at, backward=False)) > number:
        number, at = found, entries[found].timestamp + 1
        keys.append(at - 1)
    return keys


def _places(count: int) -> list[range]:
    """Runs of neighbours, of the whole index or all over it; the first and the last entry are among them."""
    if count <= MOST_LOOKED_AT:
        return [range(count)]
    runs = MOST_LOOKED_AT // RUN
    starts = [number * (count - RUN) // (runs - 1) for number in range(runs)]
    return [range(start, start + RUN) for start in starts]


def _runs(entries: Any) -> list[list[int]]:
    return [[entry.timestamp for entry in entries[run.start : run.stop]] for run in _places(len(entries))]


def cued(media: InputContainer, stream: VideoStream, zero: int, rate: Fraction) -> Facts | None:
    """From the list of keyframes that a container has besides (Matroska's Cues), where what is read here and there
    keeps to it: to read all of a film of hours takes seconds. None for a short list, and for one that can't be trusted.
    """
    runs: list[list[int]] = []
    try:
        media.seek(0, stream=stream)  # before, the list is not read
        keys = [entry.timestamp for entry in stream.index_entries if entry.is_keyframe]
        if not 2 * SPOTS <= len(keys) <= MOST_INDEX:
            return None
        for number in range(SPOTS):
            spot = number * (len(keys) - 1) // (SPOTS - 1)
            run = _kept(media, stream, keys[spot : spot + 3])
            if run is None:
                return None
            runs.append(run)
    except (av.error.FFmpegError, OSError):
        return None
    base, shift = stream.time_base or Fraction(1, SECOND), Fraction(zero, SECOND)
    shown = [key * base - shift for key in keys]
    return gaps(shown, runs[-1][-1] * base - shift, whole=True, steady=steady(runs, base, rate))


def _kept(media: InputContainer, stream: VideoStream, keys: list[int]) -> list[int] | None:
    """Times of the packets from the first of these keyframes up to the third, or to the end; None unless just the
    first and the second are among them, and begin closed groups of pictures."""
    media.seek(keys[0], stream=stream)
    times, found = [], []
    for count, packet in enumerate(media.demux(stream)):
        if count > SPOT_PACKETS or (packet.is_keyframe and not closed(packet, stream.codec_context.extradata)):
            return None
        if packet.pts is None:
            continue
        if packet.is_keyframe and packet.pts >= keys[-1] and len(keys) == 3:
            break
        times.append(packet.pts)
        if packet.is_keyframe:
            found.append(packet.pts)
    return sorted(times) if found == keys[:2] else None


def scanned(media: InputContainer, stream: VideoStream, zero: int, rate: Fraction) -> Facts | None:
    """From all packets of a file of H.264 without such an index; None where there are too many. The times are not told
    where some begin no closed group of pictures."""
    base = stream.time_base or Fraction(1, SECOND)
    times, keys, read, idr = [], [], 0, True
    try:
        for count, packet in enumerate(media.demux(stream)):
            read += packet.size
            if count > SCAN_PACKETS or read > SCAN_BYTES:
                return None
            if packet.pts is not None:
                times.append(packet.pts)
                if packet.is_keyframe:
                    keys.append(packet.pts)
                    idr = idr and closed(packet, stream.codec_context.extradata)
    except (av.error.FFmpegError, OSError):
        return None
    times.sort()
    shift = Fraction(zero, SECOND)
    shown = [key * base - shift for key in sorted(keys)]
    facts = gaps(shown, times[-1] * base - shift, whole=True, steady=steady([times], base, rate)) if times else None
    if facts is not None and not idr:
        facts["times"] = []
    return facts


def steady(runs: list[list[int]], base: Fraction, rate: Fraction) -> bool:
    """Whether times (in `base`, rising; runs of neighbours) follow each other at a constant `rate`, within half a
    frame, but for one in a hundred: where a recording was cut, or a frame lost, it goes on a little earlier or later.
    """
    # |(after - before) * base - 1 / rate| < 1 / (2 rate), in whole numbers
    scale = 2 * base.numerator * rate.numerator
    frame = 2 * base.denominator * rate.denominator
    uneven = sum(often for step, often in _steps(runs).items() if 2 * abs(step * scale - frame) >= frame)
    count = sum(map(len, runs))
    return count > 0 and uneven * 100 <= count


def _steps(runs: list[list[int]]) -> Counter[int]:
    """How often each distance between neighbours occurs: of hundreds of thousands of packets, few are different."""
    steps: Counter[int] = Counter()
    for times in runs:
        steps.update(map(sub, times[1:], times))
    return steps


def clean(stream: AudioStream, zero: int) -> bool:
    """Whether packets follow each other without a gap to speak of from about zero on, as the index has it."""
    if not complete(stream) or len(stream.index_entries) < 2:
        return False
    entries, base = stream.index_entries, stream.time_base or Fraction(1, SECOND)
    first = entries[0].timestamp
    step = entries[1].timestamp - first
    if abs(round(first * base * SECOND) - zero) > LATE:
        return False
    if step > 0 and _even(entries, first, step):
        return True
    longest = step + int(Fraction(LATE, SECOND) / base)
    return all(0 < one <= longest for one in _steps([[entry.timestamp for entry in entries]]))


def _even(entries: Any, first: int, step: int) -> bool:
    """Whether all are where a constant step puts them, of those that are looked at. A gap would move all behind it."""
    return all(entries[n].timestamp == first + n * step for run in _places(len(entries)) for n in run)


def indexed_end(stream: VideoStream, size: int) -> int | None:
    """Where the first frame lies that the index promises and the file no longer holds; None without such an index."""
    entries = stream.index_entries
    if not stream.frames or len(entries) != stream.frames or len(entries) > MOST_INDEX:
        return None
    first, base = entries[0].timestamp, stream.time_base or Fraction(1, SECOND)
    if any(_beyond(entry, size) for run in _places(len(entries)) for entry in entries[run.start : run.stop]):
        lost = next(entry for entry in entries if _beyond(entry, size))
        return round((lost.timestamp - first) * base * SECOND)
    last = entries[len(entries) - 1].timestamp - first
    return round((stream.duration or last) * base * SECOND)


def _beyond(entry: Any, size: int) -> bool:
    return bool(entry.pos + entry.size > size)


def end(media: InputContainer, begin: int, most: int) -> int | None:
    """Microseconds from the start to where the last packet behind `begin` ends; None if there are more than `most`."""
    latest, start = None, media.start_time or 0
    try:
        if begin:
            media.seek(start + begin)
        for count, packet in enumerate(media.demux()):
            if count > most:
                return None
            if packet.pts is not None and packet.time_base:
                last = round((packet.pts + (packet.duration or 0)) * packet.time_base * SECOND) - start
                latest = last if latest is None else max(latest, last)
    except (av.error.FFmpegError, OSError):
        return latest
    return latest


def empty(media: InputContainer, streams: set[int]) -> set[int]:
    """Which of these have no packet at all. Of a file that is too long to be read through none is known to."""
    missing, read = set(streams), 0
    if not missing:
        return missing
    try:
        for count, packet in enumerate(media.demux()):
            read += packet.size
            if packet.size:
                missing.discard(packet.stream.index)
            if not missing or count > SCAN_PACKETS or read > SCAN_BYTES:
                return set()
    except (av.error.FFmpegError, OSError):
        return missing
    return missing
