"""Sound: decoded once for all that is made of it, as loud as it was wished, and how loud it is."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import ffmpeg

from novacast.media.commands.line import Node, line, open_source
from novacast.media.info import MediaInfo
from novacast.media.sounds import Sound

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
"""What FFmpeg makes of so many channels."""
FIRST_PIPE = 4
"""The first descriptor behind that of the progress."""


def sounding(opened: Node, sounds: Sequence[Sound]) -> Iterator[tuple[Sound, Node]]:
    """Those that are encoded, ready to be. Each starts at zero with the picture, gaps filled with silence, so that it
    never drifts. A track that becomes several is decoded once.
    """
    encoded = [sound for sound in sounds if not sound.copied]
    tracks: dict[int, list[Node]] = {}
    for index, wanted in Counter(sound.index for sound in encoded).items():
        split = opened[str(index)].filter_multi_output("asplit", wanted)
        tracks[index] = [split[number] for number in range(wanted)]
    for sound in encoded:
        # Each copy has a resampler of its own: one before the split gave all of them one layout, and stereo for 5.1.
        node = tracks[sound.index].pop().filter("aresample", **{"async": 1, "first_pts": 0})
        yield sound, _mixed(node, sound).filter("volume", f"{sound.gain:.2f}dB") if sound.gain else node


def loudness_command(program: Path, source: Path, info: MediaInfo, sounds: Sequence[Sound]) -> tuple[str, ...]:
    """Writes of the n-th sound, every tenth of a second and for all that was heard so far, `lavfi.r128.I=LUFS` and
    `lavfi.r128.true_peak=` (1 is full scale) to the descriptor FIRST_PIPE + n. One decoding of all tracks.
    """
    opened = open_source(source, info, threads=1)
    outputs = []
    for number, (sound, node) in enumerate(sounding(opened, sounds)):
        # One channel comes out of two loudspeakers, and is then as loud as the same in both (ITU-R BS.1770-4, 1).
        heard = _mixed(node, sound).filter("ebur128", peak="true", metadata=1, dualmono=1)
        told = heard.filter("ametadata", mode="print", file=f"pipe:{FIRST_PIPE + number}")
        outputs.append(ffmpeg.output(told, "-", f="null"))
    return line(program, ffmpeg.merge_outputs(*outputs))


def _mixed(node: Node, sound: Sound) -> Node:
    """As it goes into the encoder: what was measured is what the gain is for."""
    layout = LAYOUTS[sound.channels]
    return node.filter("aformat", sample_fmts="fltp", sample_rates=sound.sample_rate, channel_layouts=layout)
