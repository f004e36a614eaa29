"""A whole ladder by one FFmpeg, for tests of what renditions are; the program makes its own rung by rung, as tasks."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from novacast.media.commands import Encoding, Wanted
from novacast.media.encode import (
    ENCODE_LIMITS,
    Finished,
    Tell,
    Watch,
    check_aligned,
    inspect,
    make_renditions,
    master_of,
)
from novacast.media.ffmpeg import FFmpeg
from novacast.media.info import MediaInfo
from novacast.media.ladder import Ladder, Rung
from novacast.media.process import Limits
from novacast.media.sounds import Sound


@dataclass(frozen=True, slots=True)
class FinishedLadder:
    rungs: tuple[tuple[Rung, Finished], ...]
    sounds: tuple[tuple[Sound, Finished], ...]

    @property
    def master(self) -> str:
        """The multivariant playlist, for a file beside the rungs' folders."""
        return master_of(self.rungs, self.sounds)


async def make_ladder(
    program: FFmpeg, source: Path, info: MediaInfo, ladder: Ladder, folder: Path, *,
    encoding: Encoding | None = None, limits: Limits = ENCODE_LIMITS,
    tell: Tell | None = None, watch: Watch | None = None,
) -> FinishedLadder:  # fmt: skip
    wanted = Wanted(ladder.rungs, ladder.sounds)
    await make_renditions(
        program, source, info, ladder, wanted, folder, encoding=encoding, limits=limits, tell=tell, watch=watch
    )
    return await asyncio.to_thread(inspect_ladder, folder, ladder)


def inspect_ladder(folder: Path, ladder: Ladder) -> FinishedLadder:
    """Raises MediaFailure unless all is there and aligned."""
    rungs = tuple((rung, inspect(folder / rung.name)) for rung in ladder.rungs)
    check_aligned([done for _, done in rungs])
    return FinishedLadder(rungs, tuple((sound, inspect(folder / sound.name)) for sound in ladder.sounds))
