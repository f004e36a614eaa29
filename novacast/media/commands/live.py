"""A live picture: one process takes FLV through its stdin, decodes it once, and writes fragmented MP4 of every
rendition to a pipe of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import ffmpeg

from novacast.media.commands.line import Node, line
from novacast.media.commands.sounds import FIRST_PIPE, LAYOUTS
from novacast.media.commands.video import Encoding
from novacast.media.encoders.models import Codec, Filter, Kind, Target
from novacast.media.encoders.options import encoding as encoder_options
from novacast.media.encoders.options import opening, scaling
from novacast.media.ladder import Rung
from novacast.records import dataclass

SAMPLE_RATE = 48_000
AAC_FRAME = 1024
"""Samples; ISO/IEC 14496-3."""
SOUND_BITRATE = 128_000
STEREO = 2
BEGINS = 10
"""Seconds that the first picture, or else the first sound, is set to by whoever feeds `live_command`, so that the
priming of the sound is not before zero."""
LIGHT = 1920 * 1080 * 30
"""Pixels a second that one processor decodes beside all else."""
DECODERS = 4
"""Pictures that are decoded at once where there are more."""

_AT_ONCE: dict[Kind, dict[str, str | int]] = {
    Kind.SOFTWARE: {"tune": "zerolatency"},
    Kind.NVENC: {"tune": "ull", "zerolatency": 1, "delay": 0, "rc-lookahead": 0},
    Kind.QSV: {"async_depth": 1, "look_ahead": 0},
    Kind.VAAPI: {"async_depth": 1},
    Kind.AMF: {"usage": "ultralowlatency"},
    Kind.VIDEOTOOLBOX: {"realtime": 1},
}
"""No picture waits for a later one."""


@dataclass(frozen=True, slots=True)
class LiveWanted:
    """What one process is to make, in the order of its pipes: the copied picture, the rungs, the sound."""

    rungs: Sequence[Rung]
    fps: Fraction
    segment: Fraction
    """Seconds from one keyframe to the next."""
    part: Fraction
    """Seconds of the longest fragment of a picture."""
    sound: str | None = None
    """Name of the rendition."""
    copied: str | None = None
    """Name of the rendition that is the publisher's own picture; the rungs' keyframes follow its."""
    paced: bool = False
    """Pictures come at `fps`, so none has to wait for the next one to show how long it lasts."""
    light: bool = False
    """They come in no more than LIGHT."""

    @property
    def names(self) -> tuple[str, ...]:
        copied = (self.copied,) if self.copied is not None else ()
        sound = (self.sound,) if self.sound is not None else ()
        return (*copied, *(rung.name for rung in self.rungs), *sound)

    @property
    def pipes(self) -> dict[int, str]:
        """Descriptor of the child -> the rendition that is written to it."""
        return {FIRST_PIPE + number: name for number, name in enumerate(self.names)}


def live_command(program: Path, wanted: LiveWanted, encoding: Encoding) -> tuple[str, ...]:
    """Times of the fragments are those of the tags: nothing is shifted to zero, and neither is AAC's priming, so
    picture and sound keep the distance that they came with.
    """
    opened = _opened(wanted, encoding)
    outputs = list(_copied(opened, wanted))
    if wanted.rungs:
        steady = _at_rate(opened["v"], wanted).filter_multi_output("split", len(wanted.rungs))
        outputs += [_rung(steady[n], rung, wanted, encoding) for n, rung in enumerate(wanted.rungs)]
    outputs += _sound(opened, wanted)
    before = ("-copyts", *opening(encoding.encoder, encoding.route))
    numbered = [node(FIRST_PIPE + number) for number, node in enumerate(outputs)]
    return line(program, ffmpeg.merge_outputs(*numbered), threads=encoding.threads, before=before)


def monitor_command(program: Path, rung: Rung, wanted: LiveWanted, encoding: Encoding) -> tuple[str, ...]:
    """Of what `live_command` reads the picture alone, as FLV in FIRST_PIPE: each frame as soon as it is there, in the
    order and at the times in which they are shown."""
    wanted = replace(wanted, paced=False, copied=None)
    node, options = _coded(_opened(wanted, encoding)["v"], rung, wanted, encoding)
    made = ffmpeg.output(
        node, f"pipe:{FIRST_PIPE}", f="flv", flvflags="no_duration_filesize", flush_packets=1, fps_mode="passthrough",
        avoid_negative_ts="disabled", map_metadata=-1, **options,
    )  # fmt: skip
    before = ("-copyts", *opening(encoding.encoder, encoding.route))
    return line(program, made, threads=encoding.threads, before=before)


def _opened(wanted: LiveWanted, encoding: Encoding) -> Node:
    # Without `nobuffer`: it throws away what the analysis has looked at, which is the first group of pictures.
    return ffmpeg.input(
        "pipe:0", f="flv", protocol_whitelist="pipe", format_whitelist="flv",
        analyzeduration=500_000, probesize=200_000, fpsprobesize=0, **_decoding(wanted, encoding),
    )  # fmt: skip


def pictures_of(part: Fraction, fps: Fraction) -> int:
    """How many make up the longest part."""
    return max(1, floor(part * fps))


def packets_of(part: Fraction) -> int:
    """AAC packets of the longest part of a sound."""
    return max(1, floor(part * SAMPLE_RATE / AAC_FRAME))


def slate_command(
    program: Path, picture: Path, seconds: Fraction, wanted: LiveWanted, encoding: Encoding
) -> tuple[str, ...]:
    """So many seconds of a still picture and of silence as `live_command` would have encoded them, in fragments of one
    frame each. `picture` is a PNG or JPEG of our own making.
    """
    shown = ffmpeg.input(
        f"file:{picture.absolute()}", f="image2", pattern_type="none", loop=1, framerate=str(wanted.fps),
        protocol_whitelist="file", t=float(seconds),
    )  # fmt: skip
    copies = shown["v"].filter_multi_output("split", len(wanted.rungs))
    outputs = [_rung(copies[n], rung, wanted, encoding) for n, rung in enumerate(wanted.rungs)]
    silence = ffmpeg.input(f"anullsrc=r={SAMPLE_RATE}:cl=stereo", f="lavfi", t=float(seconds))
    outputs += _sound({"a": silence["a"]}, wanted)
    numbered = [node(FIRST_PIPE + number, "+frag_every_frame") for number, node in enumerate(outputs)]
    before = opening(encoding.encoder, encoding.route)
    return line(program, ffmpeg.merge_outputs(*numbered), threads=encoding.threads, before=before)


class _Output:
    """A node whose pipe is not numbered yet."""

    def __init__(self, node: Node, fragment: Fraction, flags: str = "", **options: Any) -> None:
        self._node, self._fragment, self._flags, self._options = node, fragment, flags, options

    def __call__(self, pipe: int, more: str = "") -> Node:
        # `frag_discont` keeps the times of the first fragment; without it every pipe would begin at zero.
        return ffmpeg.output(
            self._node, f"pipe:{pipe}", f="mp4", frag_duration=round(self._fragment * 1_000_000), flush_packets=1,
            movflags=f"+empty_moov+default_base_moof+frag_keyframe+skip_trailer+frag_discont{self._flags}{more}",
            avoid_negative_ts="disabled", map_metadata=-1, **self._options,
        )  # fmt: skip


def _decoding(wanted: LiveWanted, encoding: Encoding) -> dict[str, str | int]:
    """A decoder of many pictures at once gives the first of them when the last has come: one less than there are
    threads, which by itself are one more than processors."""
    if wanted.light:
        return {"threads": encoding.threads, "thread_type": "slice"}
    return {"threads": encoding.threads or DECODERS}


def _at_rate(picture: Node, wanted: LiveWanted) -> Node:
    """`fps` gives a picture when the next one has come. What is `paced` goes on at once, and the encoders fill what is
    missing (`_paced`); they count from zero, and would fill all that is before BEGINS too."""
    if wanted.paced:
        return picture.filter("setpts", f"PTS-{BEGINS}/TB")
    return picture.filter("fps", fps=str(wanted.fps))


def _paced(wanted: LiveWanted) -> dict[str, str | int]:
    return {"r": str(wanted.fps), "fps_mode": "cfr", "output_ts_offset": BEGINS} if wanted.paced else {}


def _copied(opened: Node, wanted: LiveWanted) -> Iterator[_Output]:
    """Its times are rounded to milliseconds, and no part may be too long for that. Keyframes are shown when they are
    decoded, as those of the rungs are: what is shown later than decoded counts from there."""
    if wanted.copied is not None:
        count = pictures_of(wanted.part - Fraction(1, 1000), wanted.fps)
        fragment = _before(count, wanted.fps)
        yield _Output(opened["v"], fragment, "+negative_cts_offsets", **{"c:v": "copy"})


def _rung(node: Node, rung: Rung, wanted: LiveWanted, encoding: Encoding) -> _Output:
    node, options = _coded(node, rung, wanted, encoding)
    # Players that keep the first initialization segment of a programme (mpv, GStreamer) need them at each seam.
    options["bsf:v"] = ",".join(filter(None, (options.get("bsf:v"), "dump_extra=freq=keyframe")))
    return _Output(node, _before(pictures_of(wanted.part, wanted.fps), wanted.fps), **options)


def _coded(node: Node, rung: Rung, wanted: LiveWanted, encoding: Encoding) -> tuple[Node, dict[str, Any]]:
    target = Target(
        rung.width, rung.height, wanted.fps, rung.bitrate, rung.maxrate, rung.maxrate, wanted.segment,
        preset=encoding.preset, quality=encoding.crf, threads=encoding.threads,
    )  # fmt: skip
    for one in _framed(scaling(encoding.encoder, encoding.route, target), rung):
        node = node.filter(one.name, **one.options)
    options: dict[str, Any] = dict(encoder_options(encoding.encoder, target)) | _AT_ONCE.get(encoding.encoder.kind, {})
    if encoding.encoder.codec is not Codec.H264:
        options.pop("tune", None)
    if wanted.copied is not None:
        options |= {"force_key_frames": "source", "g": 100 * target.gop}
    return node, options | _paced(wanted)


def _framed(filters: Sequence[Filter], rung: Rung) -> Iterator[Filter]:
    """The rungs of a programme keep their size; a picture of another shape that comes later is fitted into them."""
    for one in filters:
        if one.name != "scale":
            yield one
            continue
        yield Filter("scale", {**one.options, "force_original_aspect_ratio": "decrease", "force_divisible_by": 2})
        yield Filter("pad", {"w": rung.width, "h": rung.height, "x": "(ow-iw)/2", "y": "(oh-ih)/2"})


def _sound(opened: Node | Mapping[str, Node], wanted: LiveWanted) -> Iterator[_Output]:
    if wanted.sound is None:
        return
    # A graph of its own: one that it shared with the picture would wait for sound that does not come.
    wanted_form = f"sample_fmts=fltp:sample_rates={SAMPLE_RATE}:channel_layouts={LAYOUTS[STEREO]}"
    fragment = _before(packets_of(wanted.part), Fraction(SAMPLE_RATE, AAC_FRAME))
    options: dict[str, Any] = {"c:a": "aac", "b:a": SOUND_BITRATE, "af": f"aresample=async=1,aformat={wanted_form}"}
    yield _Output(opened["a"], fragment, **options)


def _before(count: int, rate: Fraction) -> Fraction:
    """Seconds after which the muxer, which looks before it takes a packet in, ends a fragment of `count`."""
    return (count - Fraction(1, 2)) / rate
