"""A trial encode: two seconds of a known source, encoded as a rung is, then decoded by the processor and compared.

What is asked: every picture is there, segments begin where keyframes were forced, a segment that is decoded alone is
whole (so its first picture refers to nothing before it), and no picture differs from the source by more than a little.
"""

import asyncio
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from novacast.errors import ChildFailed, MediaFailure
from novacast.i18n import text
from novacast.media.boxes import LARGEST_INIT, codecs_of
from novacast.media.encoders import speed
from novacast.media.encoders.bench import (
    FPS,
    FRAMES,
    Bench,
    compare_command,
    encode_command,
    forced_at,
    run,
    source_command,
)
from novacast.media.encoders.models import Encoder, Proof, Route
from novacast.media.playlists import read_media_playlist

WORST_PSNR = 30.0
"""dB. Right pictures reach 38 and more with every encoder; one picture late, or wrong colours, stay below 25."""


async def prepare(bench: Bench) -> None:
    """Write the source that all trials share."""
    await run(bench, "The source of trials", source_command(bench.program, bench.picture.source), bench.folder)


async def try_encoder(bench: Bench, encoder: Encoder) -> Proof:
    """Route by route until one does; then its speed, and for a device how many run at once. Raises no MediaFailure."""
    failed = Proof(encoder)
    for route in encoder.routes:
        try:
            proof = await _prove(bench, encoder, route)
            proof = replace(proof, speed=await speed.measure(bench, encoder, route))
            if encoder.hardware:
                sessions, limited = await speed.count_sessions(bench, encoder)
                proof = replace(proof, sessions=sessions, limited=limited)
            return replace(proof, reason=failed.reason, certain=proof.certain and failed.certain)
        except MediaFailure as failure:
            failed = replace(failed, reason=reason_of(failure), certain=failed.certain and _certain(failure))
    return failed


async def _prove(bench: Bench, encoder: Encoder, route: Route) -> Proof:
    """Raises MediaFailure that says what is wrong with what was written."""
    argv = encode_command(bench.program, encoder, route, bench.source, bench.picture.target)
    with TemporaryDirectory(prefix="trial-", dir=bench.folder) as name:
        folder = Path(name)
        await run(bench, f"The trial of {encoder}", argv, folder)
        codecs = await asyncio.to_thread(_read_back, folder)
        worst = await _compare(bench, folder, "index.m3u8", 0, FRAMES)
        start, end = forced_at()[-2:]
        await asyncio.to_thread(_alone, folder, len(forced_at()) - 2)
        await _compare(bench, folder, "alone.mp4", start, end - start)
    return Proof(encoder, route, quality=worst, codecs=codecs)


def _read_back(folder: Path) -> str:
    """Blocking. The codec string; raises MediaFailure unless segments begin where keyframes were forced."""
    try:
        playlist = read_media_playlist((folder / "index.m3u8").read_text())
        init = (folder / "init.mp4").read_bytes()[: LARGEST_INIT + 1]
    except (OSError, UnicodeDecodeError) as error:
        raise MediaFailure(text("It ended well but wrote nothing that can be read.")) from error
    frames = [round(segment.duration * FPS) for segment in playlist.segments]
    wanted = [end - start for start, end in pairwise((*forced_at(), FRAMES))]
    if (frames[:-1], len(frames)) != (wanted[:-1], len(wanted)):  # the last one's length is a guess of the muxer's
        raise MediaFailure(
            text("Keyframes are not where they were asked for: {frames} pictures in the segments, {wanted} wanted.",
                 frames=frames, wanted=wanted)
        )  # fmt: skip
    return ",".join(codecs_of(init))


def _alone(folder: Path, number: int) -> None:
    (folder / "alone.mp4").write_bytes((folder / "init.mp4").read_bytes() + (folder / f"{number}.m4s").read_bytes())


async def _compare(bench: Bench, folder: Path, written: str, start: int, count: int) -> float:
    """The worst picture's PSNR. Raises MediaFailure for too few, too many, or wrong pictures."""
    argv = compare_command(bench.program, written, bench.source, start, count, bench.picture.target)
    await run(bench, "Decoding what was written", argv, folder)
    decoded, likeness = await asyncio.to_thread(_results, folder)
    if decoded != count:
        raise MediaFailure(text("{decoded} pictures came back of {count}.", decoded=decoded, count=count))
    worst = min(likeness, default=0.0)
    if worst < WORST_PSNR:
        raise MediaFailure(
            text("The picture is not the one that was given: PSNR {worst:.1f} dB, at least {least:g} wanted.",
                 worst=worst, least=WORST_PSNR)
        )  # fmt: skip
    return worst


def _results(folder: Path) -> tuple[int, list[float]]:
    frames = [line for line in (folder / "frames.txt").read_text().splitlines() if not line.startswith("#")]
    likeness = re.findall(r"psnr_avg:(inf|[\d.]+)", (folder / "psnr.txt").read_text())
    return len(frames), [100.0 if one == "inf" else float(one) for one in likeness]


def reason_of(failure: MediaFailure) -> str:
    """For people, in a line: the first of a child's last words that blames something, else the message."""
    if isinstance(failure, ChildFailed) and failure.tail:
        blamed = [line for line in failure.tail if not _EMPTY.search(line)]
        return _ADDRESS.sub("", (blamed or list(failure.tail))[0])[:300]
    return str(failure.message)[:300]


_ADDRESS = re.compile(r" @ 0x[0-9a-f]+")
_EMPTY = re.compile(
    r"Conversion failed|Error (while )?(opening|initializing|reinitializing|sending) |Nothing was written|^\s*$"
    r"|Svt\[(info|warn)\]|Task finished with|Terminating thread",
    re.IGNORECASE,
)


def _certain(failure: MediaFailure) -> bool:
    """What was killed, or took too long, may do better another time."""
    return not isinstance(failure, ChildFailed) or (failure.returncode or 0) > 0
