"""Renditions as HLS: any of the rungs and sounds of a video in one process, decoded once."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from novacast.clock import SECOND
from novacast.media.commands.line import INIT, PLAYLIST, SEGMENTS, Node, line, open_source
from novacast.media.commands.sounds import sounding
from novacast.media.commands.video import WHOLE, Encoding, Part, picture, target_of, video_options
from novacast.media.encoders.options import decoding, opening, scaling
from novacast.media.info import MediaInfo
from novacast.media.ladder import Ladder, Rung
from novacast.media.sounds import Sound
from novacast.records import dataclass

EXACT_SEEK = frozenset({"mov", "matroska"})
"""Containers whose index leads to the keyframe before an instant."""
DISCONTINUOUS = frozenset({"mpegts", "mpeg", "ogg"})
"""Containers whose clock may jump, which FFmpeg mends unless it copies times."""
RUN_UP = Fraction(2)
"""Seconds by which other containers are opened earlier, and whatever needs pictures from before (deinterlacing)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one process is to make."""

    rungs: Sequence[Rung] = ()
    sounds: Sequence[Sound] = ()
    copied: Rung | None = None
    """The source's picture, taken over packet by packet under this rung's name."""
    part: Part = WHOLE

    @property
    def names(self) -> tuple[str, ...]:
        """Of the folders that are written, which must exist."""
        copied = (self.copied.name,) if self.copied is not None else ()
        return (*copied, *(rung.name for rung in self.rungs), *(sound.name for sound in self.sounds))


def ladder_command(
    program: Path, source: Path, info: MediaInfo, ladder: Ladder, encoding: Encoding | None = None
) -> tuple[str, ...]:
    """All rungs and the sound in one process: decoded once, keyframes at the same instants in every rung.

    Writes `<rung>/{index.m3u8,init.mp4,seg_00000.m4s…}` and `audio/…` under the working directory; the folders exist.
    """
    return rendition_command(program, source, info, ladder, Wanted(ladder.rungs, ladder.sounds), encoding)


def rendition_command(
    program: Path, source: Path, info: MediaInfo, ladder: Ladder, wanted: Wanted, encoding: Encoding | None = None
) -> tuple[str, ...]:
    """As `ladder_command`, of what is wanted alone. Playlists are rewritten with every segment."""
    encoding, part = encoding or Encoding(), wanted.part
    device = decoding(encoding.encoder, encoding.route) if wanted.rungs else {}
    copied_times = part != WHOLE or info.container not in DISCONTINUOUS
    zero = info.zero if copied_times else info.zero - info.start
    clock = {"itsoffset": f"{-zero / 1e6:.6f}"} | _seek(info, ladder, part)
    opened = open_source(source, info, threads=encoding.threads, **device, **clock)
    outputs: list[Node] = []
    if wanted.copied is not None:
        assert info.video is not None
        copy = {"c:v": "copy"}
        outputs.append(_hls(opened[str(info.video.index)], wanted.copied.name, ladder.seconds, **copy))
    if wanted.rungs:
        assert info.video is not None
        # Where an offset is from a start that not all FFmpegs see alike, they are a packet of sound apart.
        unsure = not copied_times and info.zero != info.start
        shown = picture(
            opened, info.video, ladder.fps, tone_map=encoding.tone_map, part=part, on_device=encoding.on_device,
            from_zero=unsure,
        )  # fmt: skip
        copies = shown.filter_multi_output("split", len(wanted.rungs))
        outputs += [_rung(copies[n], rung, ladder, encoding, part) for n, rung in enumerate(wanted.rungs)]
    outputs += _sounds(opened, wanted.sounds, ladder.seconds)
    # Copied times tell a part where it belongs. FFmpegs differ in what they take for a file's start (some count AAC's
    # priming), but not in its clock.
    before: tuple[str, ...] = ("-copyts",) if copied_times else ()
    before += opening(encoding.encoder, encoding.route) if wanted.rungs else ()
    return line(program, ffmpeg.merge_outputs(*outputs), threads=encoding.threads, before=before)


def _seek(info: MediaInfo, ladder: Ladder, part: Part) -> dict[str, Any]:
    """To the keyframe at or before the part's first frame. An accurate seek would lose pictures that a keyframe in
    the middle of a group of pictures needs; what comes too early is dropped by the filter."""
    if not part.first:
        return {}
    at = part.starts(ladder.fps)
    exact = info.container in EXACT_SEEK and info.video is not None and not info.video.interlaced
    at = at + Fraction(1, 1000) if exact else max(Fraction(0), at - RUN_UP)
    # In front of what the offset moves: times of the file's own clock.
    return {"ss": f"{float(at + Fraction(info.zero, SECOND)):.6f}", "seek_timestamp": 1, "noaccurate_seek": None}


def _rung(node: Node, rung: Rung, ladder: Ladder, encoding: Encoding, part: Part) -> Node:
    scaled = node
    for one in scaling(encoding.encoder, encoding.route, target_of(rung, ladder, encoding, part)):
        scaled = scaled.filter(one.name, **one.options)
    options: dict[str, Any] = video_options(rung, ladder, encoding, part)
    if part != WHOLE:
        options |= {"start_number": part.segment, "hls_segment_options": "movflags=+frag_discont"}
    # Every forced keyframe starts a segment, also where frames come a little later than multiples of its length.
    return _hls(scaled, rung.name, ladder.seconds / 2, **options)


def _sounds(opened: Node, sounds: Sequence[Sound], seconds: Fraction) -> Iterator[Node]:
    for sound in sounds:
        if sound.copied:
            yield _hls(opened[str(sound.index)], sound.name, seconds, **{"c:a": "copy"})
    for sound, node in sounding(opened, sounds):
        options = {"c:a": "aac", "b:a": sound.bitrate, "ac": sound.channels, "ar": sound.sample_rate}
        yield _hls(node, sound.name, seconds, **options)


def _hls(node: Node, folder: str, seconds: Fraction, **options: Any) -> Node:
    """CMAF segments. Time stamps stay as encoded, so that the edit lists of picture (reordering) and sound (priming)
    are exact; shifted to zero, as FFmpeg would, the picture came 45 ms late. `movflags=+cmaf` adds only a brand, and
    FFmpeg 5 then loses the edit list.
    """
    return ffmpeg.output(
        node,
        f"{folder}/{PLAYLIST}",
        f="hls", hls_time=f"{float(seconds):g}", hls_playlist_type="event", hls_list_size=0, hls_segment_type="fmp4",
        hls_flags="independent_segments", hls_fmp4_init_filename=INIT, hls_segment_filename=f"{folder}/{SEGMENTS}",
        avoid_negative_ts="disabled", map_metadata=-1, map_chapters=-1, **options,
    )  # fmt: skip
