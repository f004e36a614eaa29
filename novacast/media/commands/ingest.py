"""What arrives in a transport stream as FLV, the one language of the live engine."""

from pathlib import Path

import ffmpeg

from novacast.media.commands.line import line


def ingest_command(program: Path, *, look: int, recode_sound: bool) -> tuple[str, ...]:
    """MPEG-TS by stdin, FLV by stdout: the first picture and the first sound, copied.

    `look`: microseconds of it that are looked at before anything comes out; a keyframe must be in them.
    `recode_sound`: to AAC, for sound that FLV can't hold.
    """
    opened = ffmpeg.input(
        "pipe:0", f="mpegts", protocol_whitelist="pipe", format_whitelist="mpegts",
        analyzeduration=look, probesize=8_000_000, fpsprobesize=0,
    )  # fmt: skip
    sound = {"c:a": "aac", "b:a": 160_000, "ar": 48_000, "ac": 2} if recode_sound else {"c:a": "copy"}
    node = ffmpeg.output(
        opened["v:0?"], opened["a:0?"], "pipe:1", f="flv", **{"c:v": "copy"}, **sound,
        flvflags="no_duration_filesize", flush_packets=1, max_interleave_delta=200_000, map_metadata=-1,
    )  # fmt: skip
    return line(program, node)
