"""Pictures with sound that FFmpeg makes itself: for the demo, for trials and for tests."""

from pathlib import Path
from typing import Any

import ffmpeg

from novacast.media.commands import line
from novacast.records import dataclass

CLOCK = "%{pts:hms}"
"""drawtext's running time of the frame."""
HOUR = "%{localtime:%T}"
"""The same of this machine's clock."""
TEST_CARD, TEST_FPS = (640, 360), 25
"""Of a broadcast that costs little."""


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    """Of the file, without its ending."""
    title: str
    picture: str
    """A source filter of FFmpeg's, with `options`, scaled to `width` x `height`; testsrc2 draws a clock of its own."""
    options: tuple[tuple[str, str | int], ...]
    width: int
    height: int
    fps: int
    seconds: int
    pitch: int
    """Hertz of the tone; it beeps an octave higher each second."""


SAMPLES = (
    Sample("test-card", "Test card with clock", "testsrc2", (("size", "1280x720"),), 1280, 720, 30, 14, 220),
    Sample("game-of-life", "The game of life, upright", "life", (
        ("size", "72x128"), ("mold", 10), ("ratio", "0.15"), ("seed", 7), ("stitch", 1),
        ("life_color", "#7fd1ff"), ("death_color", "#274060"), ("mold_color", "#101828"),
    ), 360, 640, 12, 10, 330),
    Sample("mandelbrot", "Into the Mandelbrot set", "mandelbrot", (
        ("size", "320x240"), ("maxiter", 400), ("end_scale", "0.01"), ("end_pts", 300),
    ), 640, 480, 25, 7, 440),
)  # fmt: skip


def sample_command(program: Path, sample: Sample, target: str, *, drawtext: bool) -> tuple[str, ...]:
    """An MP4 of H.264 and AAC. Without `drawtext` the clock is a small testsrc2 laid over the picture's corner."""
    picture = _made(sample.picture, False, rate=sample.fps, **dict(sample.options)).filter("format", "yuv420p")
    picture = picture.filter("scale", sample.width, sample.height, flags="neighbor").filter("setsar", 1)
    sound = _made("sine", frequency=sample.pitch, beep_factor=2, sample_rate=48000).filter("volume", 0.25)
    node = ffmpeg.output(
        _with_clock(picture, sample, drawtext=drawtext), sound, target, f="mp4", t=sample.seconds, ac=2,
        **{"c:v": "libx264", "preset": "superfast", "crf": 23, "g": sample.fps * 2, "c:a": "aac", "b:a": 96_000},
        movflags="+faststart",
    )  # fmt: skip
    return line(program, node)


def broadcast_command(program: Path, target: str, *, drawtext: bool) -> tuple[str, ...]:
    """A test card that moves in real time, with the hour in it and a beep each second, to an RTMP address.

    With the key at its end, which whoever lists the processes of this machine can read: for keys that open nothing.
    """
    width, height = TEST_CARD
    # Bars cost the encoders least. Without a font testsrc moves, and draws the seconds, by itself.
    picture = _made("smptehdbars" if drawtext else "testsrc", True, size=f"{width}x{height}", rate=TEST_FPS)
    if drawtext:
        look: dict[str, Any] = {
            "fontcolor": "white",
            "box": 1,
            "boxcolor": "black@0.6",
            "boxborderw": 10,
            "escape_text": False,
        }
        picture = picture.drawtext(text=HOUR, fontsize=height // 7, x="(w-tw)/2", y="h-th-32", **look)
        picture = picture.drawtext(text="NovaCast", fontsize=height // 12, x="mod(t*60,w+tw)-tw", y=24, **look)
    sound = _made("sine", True, frequency=220, beep_factor=4, sample_rate=48000).filter("volume", 0.2)
    node = ffmpeg.output(
        picture.filter("format", "yuv420p"), sound, target, f="flv", flvflags="no_duration_filesize", ac=2,
        **{"c:v": "libx264", "preset": "ultrafast", "tune": "zerolatency", "g": TEST_FPS, "c:a": "aac", "b:a": 96_000},
        **{"b:v": 800_000, "maxrate": 800_000, "bufsize": 800_000},
    )  # fmt: skip
    return line(program, node)


def loop_command(program: Path, size: tuple[int, int], fps: int, seconds: int, target: str) -> tuple[str, ...]:
    """An FLV file of H.264 and AAC with a keyframe each second, whose end fits its beginning: what `push_command` sends
    round and round. Some noise gives encoders as much to do as a camera's picture does."""
    width, height = size
    picture = _made("testsrc2", size=f"{width}x{height}", rate=fps).filter("noise", alls=6, allf="t")
    sound = _made("sine", frequency=220, beep_factor=4, sample_rate=48000).filter("volume", 0.2)
    node = ffmpeg.output(
        picture.filter("format", "yuv420p"), sound, target, f="flv", t=seconds, ac=2,
        **{"c:v": "libx264", "preset": "ultrafast", "g": fps, "bf": 0, "c:a": "aac", "b:a": 128_000},
        **{"b:v": 4 * width * height, "maxrate": 4 * width * height, "bufsize": 4 * width * height},
    )  # fmt: skip
    return line(program, node)


def push_command(program: Path, source: str, target: str) -> tuple[str, ...]:
    """Such a file to an RTMP address, in real time and without an end, at next to no cost. The address has the key at
    its end, as that of `broadcast_command` does."""
    picture = ffmpeg.input(source, re=None, stream_loop=-1)
    node = ffmpeg.output(picture, target, f="flv", flvflags="no_duration_filesize", c="copy")
    return line(program, node)


def still_command(program: Path, target: str) -> tuple[str, ...]:
    """A picture that can stand for something: one JPEG."""
    picture = _made("mandelbrot", size="1280x720", start_scale="0.02", maxiter=600)
    return line(program, ffmpeg.output(picture, target, f="image2", update=1, **{"frames:v": 1, "q:v": 3}))


def _with_clock(picture: Any, sample: Sample, *, drawtext: bool) -> Any:
    if drawtext:
        return picture.drawtext(
            text=CLOCK, fontsize=sample.height // 14, fontcolor="white", box=1, boxcolor="black@0.6",
            boxborderw=8, x="(w-tw)/2", y="h-th-24", escape_text=False,
        )  # fmt: skip
    if sample.picture == "testsrc2":
        return picture
    clock = _made("testsrc2", size="320x180", rate=sample.fps).filter("scale", sample.width // 3, -2)
    return picture.overlay(clock, x=16, y=16, shortest=1)


def _made(name: str, at_real_speed: bool = False, **options: Any) -> Any:
    graph = name + "=" + ":".join(f"{key}={value}" for key, value in options.items())
    return ffmpeg.input(graph, f="lavfi", **({"re": None} if at_real_speed else {}))
