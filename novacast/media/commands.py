"""FFmpeg command lines, as pure functions: facts and plans in, argv out. Nothing here starts anything.

ffmpeg-python draws the filter graph and compiles the line. What it can't express is prepended as a plain list: the
global options, because it would put them behind the last output.

Outputs are named relative to a folder that the caller makes the child's working directory: patterns like %05d would
take a percent sign in a folder's name for theirs. Inputs are absolute `file:` URLs.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from novacast.media.info import MediaInfo, Video
from novacast.media.ladder import Ladder, Rung, Sound
from novacast.media.process import PROGRESS

Node = Any
"""ffmpeg-python has no types of its own."""

PLAYLIST, INIT, SEGMENTS = "index.m3u8", "init.mp4", "seg_%05d.m4s"
AUDIO_FOLDER = "audio"

TONE_MAP = (
    ("zscale", {"t": "linear", "npl": 100}), ("format", {"pix_fmts": "gbrpf32le"}), ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}), ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)  # fmt: skip
"""HDR (PQ, HLG) to what every browser shows; about twice the cost of a plain scale."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the owner of the machine decides."""

    preset: str = "veryfast"
    crf: int = 22
    """Quality that is enough: maxrate bounds the rate, so simple pictures cost less than their rung's bitrate."""
    threads: int = 0
    """0 lets FFmpeg take all processors."""
    tone_map: bool = False
    """This FFmpeg has zscale and tonemap."""


def ladder_command(
    program: Path, source: Path, info: MediaInfo, ladder: Ladder, encoding: Encoding | None = None
) -> tuple[str, ...]:
    """All rungs and the sound in one process: decoded once, keyframes at the same instants in every rung.

    Writes `<rung>/{index.m3u8,init.mp4,seg_00000.m4s…}` and `audio/…` under the working directory; the folders exist.
    """
    encoding = encoding or Encoding()
    assert info.video is not None
    opened = _input(source, info, threads=encoding.threads)
    picture = _picture(opened, info.video, ladder.fps, tone_map=encoding.tone_map)
    copies = picture.filter_multi_output("split", len(ladder.rungs))
    outputs = [_rung(copies[n], rung, ladder, encoding) for n, rung in enumerate(ladder.rungs)]
    if ladder.sound is not None:
        outputs.append(_sound(opened, ladder.sound, ladder.seconds))
    return line(program, ffmpeg.merge_outputs(*outputs), threads=encoding.threads)


def poster_command(
    program: Path, source: Path, info: MediaInfo, target: str, *, start: int, width: int = 1280, tone_map: bool = False
) -> tuple[str, ...]:
    """One JPEG, never wider than the source: the most typical of eight keyframes from the one before `start`
    microseconds on; with a `start` of 0, of the first eight pictures, which any file has that can be decoded.
    """
    assert info.video is not None
    # An accurate seek would throw away the keyframe before `start`, which may be the only one.
    seek = {"skip_frame": "nokey", "ss": f"{start / 1e6:.3f}", "noaccurate_seek": None} if start else {}
    opened = _input(source, info, threads=1, **seek)
    node = _picture(opened, info.video, None, tone_map=tone_map).filter("thumbnail", 8)
    shown_width, shown_height = info.video.display_size
    wide = min(width, int(shown_width))
    tall = max(2, round(wide * shown_height / shown_width))
    node = node.filter("scale", wide, tall).filter("setsar", 1)
    return line(program, _still(node, target, **{"frames:v": 1, "update": 1}))


def storyboard_command(
    program: Path, source: str, *, every: int, tile: tuple[int, int], grid: tuple[int, int], target: str
) -> tuple[str, ...]:
    """Sheets of small pictures from the keyframes of a finished rung; `source` is its playlist, under the working
    directory. Each keyframe starts a segment; `every` n-th is kept. `target` holds a %d that counts from 0.
    """
    opened = ffmpeg.input(
        source, f="hls", skip_frame="nokey", threads=1, protocol_whitelist="file", format_whitelist="hls,mov"
    )
    node = opened.video
    if every > 1:
        node = node.filter("select", f"not(mod(n,{every}))")
    node = node.filter("scale", *tile).filter("setsar", 1).filter("tile", f"{grid[0]}x{grid[1]}")
    return line(program, _still(node, target, start_number=0, fps_mode="vfr"))


def _input(source: Path, info: MediaInfo, *, threads: int, **options: Any) -> Node:
    """Opened as what the probe found it to be, by name; it can reach no other file and no network."""
    limits = {"f": info.container, "protocol_whitelist": "file", "format_whitelist": info.container}
    return ffmpeg.input(f"file:{source.absolute()}", threads=threads, **limits, **options)


def _picture(opened: Node, video: Video, fps: Fraction | None, *, tone_map: bool) -> Node:
    """Progressive, constant rate from zero, 8 bit 4:2:0, standard range. FFmpeg itself turns rotated pictures."""
    node = opened[str(video.index)]
    if video.interlaced:
        node = node.filter("bwdif", mode="send_frame")
    if fps is not None:
        node = node.filter("fps", fps=str(fps), start_time=0)
    if video.colour.hdr and tone_map:
        for name, options in TONE_MAP:
            node = node.filter(name, **options)
    return node.filter("format", "yuv420p")


def _rung(node: Node, rung: Rung, ladder: Ladder, encoding: Encoding) -> Node:
    scaled = node.filter("scale", rung.width, rung.height, flags="bicubic", out_range="tv").filter("setsar", 1)
    return _hls(
        scaled,
        rung.name,
        ladder.seconds,
        **{
            "c:v": "libx264", "preset": encoding.preset, "crf": encoding.crf, "profile:v": "high",
            "level:v": rung.level, "maxrate:v": rung.maxrate, "bufsize:v": rung.bufsize, "pix_fmt": "yuv420p",
            # Transform 8x8 keeps the profile High where a preset would fall back to Baseline.
            "x264-params": "8x8dct=1", "sc_threshold": 0, "g": ladder.gop, "keyint_min": ladder.gop,
            "force_key_frames": f"expr:gte(t,n_forced*{float(ladder.seconds):g})", "threads": encoding.threads,
        },
    )  # fmt: skip


def _sound(opened: Node, sound: Sound, seconds: Fraction) -> Node:
    """Starts at zero with the picture, gaps filled with silence, so that it never drifts."""
    node = opened[str(sound.index)].filter("aresample", **{"async": 1, "first_pts": 0})
    options = {"c:a": "aac", "b:a": sound.bitrate, "ac": sound.channels, "ar": sound.sample_rate}
    return _hls(node, AUDIO_FOLDER, seconds, **options)


def _hls(node: Node, folder: str, seconds: Fraction, **options: Any) -> Node:
    """CMAF segments. Time stamps stay as encoded, so that the edit lists of picture (reordering) and sound (priming)
    are exact; shifted to zero, as FFmpeg would, the picture came 45 ms late. `movflags=+cmaf` adds only a brand, and
    FFmpeg 5 then loses the edit list.
    """
    return ffmpeg.output(
        node,
        f"{folder}/{PLAYLIST}",
        f="hls", hls_time=f"{float(seconds):g}", hls_playlist_type="vod", hls_list_size=0, hls_segment_type="fmp4",
        hls_flags="independent_segments", hls_fmp4_init_filename=INIT, hls_segment_filename=f"{folder}/{SEGMENTS}",
        avoid_negative_ts="disabled", map_metadata=-1, map_chapters=-1, **options,
    )  # fmt: skip


def _still(node: Node, target: str, **options: Any) -> Node:
    return ffmpeg.output(node, target, f="image2", map_metadata=-1, **{"c:v": "mjpeg", "q:v": 4}, **options)


def line(program: Path, node: Node, *, threads: int = 1) -> tuple[str, ...]:
    """The whole argv. The child must be given a pipe 3 for its progress: some FFmpegs refuse to start without."""
    telling = ("-progress", f"pipe:{PROGRESS}", "-stats_period", "0.5")
    graph = ("-filter_complex_threads", str(threads or 2))
    quiet = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y")
    return (str(program), *quiet, *telling, *graph, *map(str, node.get_args()))
