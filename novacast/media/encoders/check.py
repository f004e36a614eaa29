"""Whether a part that a device wrote is what it should be. Devices have written green pictures with exit code 0."""

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.encoders.bench import QUIET
from novacast.media.process import Command, Limits, run_child

LIMITS = Limits(wall=600.0, file_size=64 * 1024**2, nice=10)
THUMB = (64, 36)
"""So small that how fine a rung is makes no difference, only what it shows."""
LEAST_PSNR = 15.0
"""dB between the same picture of two rungs at that size; a picture of something else has less than 12."""


async def check_part(
    program: Path, written: Path, frames: int, *,
    like: Path | None = None, opened: tuple[str, ...] = (), at: float = 0.0, limits: Limits = LIMITS,
) -> None:  # fmt: skip
    """Decode all of `written` (a playlist or a file) by the processor. Raises MediaFailure for errors, for any other
    number of pictures than `frames`, and, given the source as `like`, for a first picture that does not show what the
    source, whose input options are `opened`, shows at its `at` seconds (only for sources that need no deinterlacing,
    turning or tone mapping).
    """
    with TemporaryDirectory(prefix="check-", dir=written.parent) as name:
        folder = Path(name)
        argv = count_command(program, written)
        await run_child(Command("Decoding what was written", argv, limits, cwd=folder))
        counted = await asyncio.to_thread(_counted, folder)
        if counted != frames:
            raise MediaFailure(text("{decoded} pictures came back of {count}.", decoded=counted, count=frames))
        if like is not None:
            await run_child(
                Command(
                    "Comparing what was written", like_command(program, written, like, at, opened), limits, cwd=folder
                )
            )
            found = await asyncio.to_thread(_likeness, folder)
            if found < LEAST_PSNR:
                raise MediaFailure(
                    text("The picture is not the one that was given: PSNR {worst:.1f} dB, at least {least:g} wanted.",
                         worst=found, least=LEAST_PSNR)
                )  # fmt: skip


def count_command(program: Path, written: Path) -> tuple[str, ...]:
    """Ends at the first error; leaves a line for each picture in `frames.txt`."""
    return (
        str(program), *QUIET, "-xerror", "-err_detect", "explode", "-i", str(written),
        "-map", "0:v", "-fps_mode", "passthrough", "-f", "framecrc", "frames.txt",
    )  # fmt: skip


def like_command(
    program: Path, written: Path, source: Path, at: float, opened: tuple[str, ...] = ()
) -> tuple[str, ...]:
    small = f"scale={THUMB[0]}:{THUMB[1]}:flags=area,format=yuv420p,setpts=N,setsar=1"
    graph = f"[0:v]{small},trim=end_frame=1[a];[1:v]{small},trim=end_frame=1[b];[a][b]psnr=stats_file=psnr.txt[out]"
    return (
        str(program), *QUIET, "-i", str(written), "-ss", f"{at:.6f}", *opened, "-i", f"file:{source}",
        "-filter_complex", graph, "-map", "[out]", "-f", "null", "-",
    )  # fmt: skip


def _counted(folder: Path) -> int:
    with (folder / "frames.txt").open() as file:
        return sum(not line.startswith("#") for line in file)


def _likeness(folder: Path) -> float:
    found = re.search(r"psnr_avg:(inf|[\d.]+)", (folder / "psnr.txt").read_text())
    return 0.0 if found is None else 100.0 if found[1] == "inf" else float(found[1])
