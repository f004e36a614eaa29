"""Moving pictures with sound that FFmpeg makes itself: for the demo, for trials and for tests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from novacast.media.commands import line

CLOCK = "%{pts:hms}"
"""drawtext's running time of the frame."""


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
    picture = _made(sample.picture, rate=sample.fps, **dict(sample.options)).filter("format", "yuv420p")
    picture = picture.filter("scale", sample.width, sample.height, flags="neighbor").filter("setsar", 1)
    sound = _made("sine", frequency=sample.pitch, beep_factor=2, sample_rate=48000).filter("volume", 0.25)
    node = ffmpeg.output(
        _with_clock(picture, sample, drawtext=drawtext), sound, target, f="mp4", t=sample.seconds, ac=2,
        **{"c:v": "libx264", "preset": "superfast", "crf": 23, "g": sample.fps * 2, "c:a": "aac", "b:a": 96_000},
        movflags="+faststart",
    )  # fmt: skip
    return line(program, node)


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


def _made(name: str, **options: Any) -> Any:
    graph = name + "=" + ":".join(f"{key}={value}" for key, value in options.items())
    return ffmpeg.input(graph, f="lavfi")
