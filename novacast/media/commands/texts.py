"""Texts out of a file: its subtitles, where it is silent, and pieces of its sound for whoever writes down speech."""

from collections.abc import Sequence
from pathlib import Path

import ffmpeg

from novacast.media.commands.line import line, open_source
from novacast.media.info import MediaInfo

SPEECH_RATE = 16_000
"""Samples a second; machines that write down speech take no more."""
LEAST_SILENCE = 0.4
"""Seconds."""
SILENT = "-36dB"


def subtitles_command(
    program: Path, source: Path, info: MediaInfo, streams: Sequence[tuple[int, str]]
) -> tuple[str, ...]:
    """Each stream, by its index, as WebVTT into the file of that name, in one reading of the source."""
    opened = open_source(source, info, threads=1)
    outputs = [
        ffmpeg.output(opened[str(index)], target, f="webvtt", map_metadata=-1, map_chapters=-1, **{"c:s": "webvtt"})
        for index, target in streams
    ]
    return line(program, ffmpeg.merge_outputs(*outputs))


def silences_command(program: Path, source: Path, info: MediaInfo) -> tuple[str, ...]:
    """Writes `lavfi.silence_start=SECONDS` and `…end=…` of the main sound to its standard output."""
    assert info.main_audio is not None
    sound = open_source(source, info, threads=1)[str(info.main_audio.index)].filter("aresample", SPEECH_RATE)
    sound = sound.filter("aformat", channel_layouts="mono")
    found = sound.filter("silencedetect", noise=SILENT, d=LEAST_SILENCE).filter(
        "ametadata", mode="print", file="pipe:1"
    )
    return line(program, ffmpeg.output(found, "-", f="null"))


def speech_command(
    program: Path, source: Path, info: MediaInfo, target: str, *, start: int, length: int
) -> tuple[str, ...]:
    """A piece of the main sound as FLAC, mono; `start` and `length` in milliseconds."""
    assert info.main_audio is not None
    opened = open_source(source, info, threads=1, ss=f"{start / 1000:.3f}", t=f"{length / 1000:.3f}")
    # Gaps are filled, so that times in the piece are times in the video.
    sound = opened[str(info.main_audio.index)].filter("aresample", SPEECH_RATE, **{"async": 1, "first_pts": 0})
    options = {"c:a": "flac", "ac": 1, "sample_fmt": "s16", "map_metadata": -1}
    return line(program, ffmpeg.output(sound, target, f="flac", **options))
