"""The command lines of trials, and what they are tried on. Pure, but for `run`."""

from fractions import Fraction
from math import ceil
from pathlib import Path

from novacast.clock import Clock
from novacast.media.encoders import options
from novacast.media.encoders.models import Encoder, Filter, Route, Target
from novacast.media.process import PROGRESS, Command, Limits, run_child
from novacast.records import dataclass

FPS = Fraction(30_000, 1001)
FRAMES = 50
SECONDS = Fraction(48, 100)
"""Keyframes at pictures 0, 15, 29 and 44: no encoder hits them that counts pictures instead of doing as it is told."""
SIZE = (1280, 720)
SOURCE_SIZE = (1920, 1080)
TARGET = Target(*SIZE, FPS, 4_000_000, 5_000_000, 10_000_000, SECONDS)

WALL = 30.0
LIMITS = Limits(wall=WALL, cpu=120, file_size=64 * 1024**2, nice=5)
SOURCE = "source.mp4"

QUIET = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y")
TELLING = ("-progress", f"pipe:{PROGRESS}", "-stats_period", "0.1")


def forced_at(frames: int = FRAMES, seconds: Fraction = SECONDS, fps: Fraction = FPS) -> tuple[int, ...]:
    """Numbers of the pictures that begin a segment: the first at or after each multiple of `seconds`."""
    starts: list[int] = []
    while (start := ceil(len(starts) * seconds * fps)) < frames:
        starts.append(start)
    return tuple(starts)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is encoded: the source is larger, so that the scaler has work."""

    target: Target = TARGET
    source: tuple[int, int] = SOURCE_SIZE


USUAL = Picture()


@dataclass(frozen=True, slots=True)
class Bench:
    """The FFmpeg under trial, and the folder that holds the source."""

    program: Path
    folder: Path
    clock: Clock
    limits: Limits = LIMITS
    picture: Picture = USUAL

    @property
    def source(self) -> Path:
        return self.folder / SOURCE


def source_command(program: Path, size: tuple[int, int] = SOURCE_SIZE) -> tuple[str, ...]:
    """Everything moves, so that a late or a repeated picture shows; B pictures, as most sources have them."""
    picture = f"testsrc2=size={size[0]}x{size[1]}:rate={FPS}"
    return (
        str(program), *QUIET, "-f", "lavfi", "-i", f"{picture},scroll=horizontal=0.01:vertical=0.01",
        "-frames:v", str(FRAMES), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "14", "-bf", "2",
        "-g", "25", "-pix_fmt", "yuv420p", SOURCE,
    )  # fmt: skip


def encode_command(
    program: Path, encoder: Encoder, route: Route, source: Path, target: Target = TARGET
) -> tuple[str, ...]:
    """As a rung of a ladder: HLS with fMP4 segments in the working directory."""
    return (
        *picture_arguments(program, encoder, route, source, target),
        "-force_key_frames", f"expr:gte(t,n_forced*{float(SECONDS):g})",
        "-f", "hls", "-hls_time", f"{float(SECONDS):g}", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
        "-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4",
        "-hls_segment_filename", "%d.m4s", "-avoid_negative_ts", "disabled", "index.m3u8",
    )  # fmt: skip


def picture_arguments(
    program: Path, encoder: Encoder, route: Route, source: Path, target: Target, *, endless: bool = False
) -> tuple[str, ...]:
    filters = (Filter("fps", {"fps": str(target.fps), "start_time": 0}), *options.scaling(encoder, route, target))
    looped = ("-stream_loop", "-1") if endless else ()
    return (
        str(program), *QUIET, *TELLING, *options.opening(encoder, route),
        *flat(options.decoding(encoder, route)), *looped, "-i", f"file:{source}",
        "-filter_complex", f"[0:v]{','.join(map(str, filters))}[out]", "-map", "[out]", "-an",
        *flat(options.encoding(encoder, target)),
    )  # fmt: skip


def compare_command(
    program: Path, written: str, source: Path, start: int, count: int, target: Target = TARGET
) -> tuple[str, ...]:
    """Decoded by the processor; leaves `psnr.txt` (each picture's likeness) and `frames.txt` (each picture)."""
    # Both are counted anew from zero: what is compared is the n-th picture with the n-th, whatever their times.
    even = f"setpts=N/({FPS})/TB"
    graph = (
        f"[0:v]{even},split[a][count];"
        f"[1:v]trim=start_frame={start}:end_frame={start + count},"
        f"scale={target.width}:{target.height}:flags=bicubic,{even}[b];"
        "[a][b]psnr=stats_file=psnr.txt:shortest=1[out]"
    )
    return (
        str(program), *QUIET, "-i", written, "-i", f"file:{source}", "-filter_complex", graph,
        "-map", "[out]", "-f", "null", "-", "-map", "[count]", "-f", "framecrc", "frames.txt",
    )  # fmt: skip


def hold_command(program: Path, encoder: Encoder) -> tuple[str, ...]:
    """One session that is kept open: small pictures, no faster than they are shown."""
    target = Target(640, 360, Fraction(30), 800_000, 1_000_000, 2_000_000, Fraction(2))
    filters = ",".join(map(str, options.scaling(encoder, Route.UPLOAD, target)))
    return (
        str(program), *QUIET, *TELLING, *options.opening(encoder, Route.UPLOAD),
        "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-filter_complex", f"[0:v]{filters}[out]",
        "-map", "[out]", *flat(options.encoding(encoder, target)), "-f", "null", "-",
    )  # fmt: skip


def pace_command(
    program: Path, encoder: Encoder, route: Route, source: Path, target: Target = TARGET
) -> tuple[str, ...]:
    """Without an end, as fast as it goes."""
    return (*picture_arguments(program, encoder, route, source, target, endless=True), "-f", "null", "-")


def flat(wanted: options.Options) -> tuple[str, ...]:
    return tuple(part for key, value in wanted.items() for part in (f"-{key}", str(value)))


async def run(bench: Bench, name: str, argv: tuple[str, ...], folder: Path) -> None:
    await run_child(Command(name, argv, bench.limits, outputs={PROGRESS: lambda _: None}, cwd=folder, grace=2.0))
