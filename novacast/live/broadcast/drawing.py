"""Pictures of a programme on air, as its recording grows."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from novacast.errors import NovaCastError
from novacast.live.packaging.models import Track
from novacast.live.recording.recorder import ProgrammeRecorder
from novacast.live.recording.still import Still
from novacast.live.recording.thumbnails import Thumbnails
from novacast.media.ffmpeg import FindFFmpeg

log = logging.getLogger(__name__)

DRAWN_SECONDS = 10.0
"""From one look for something to draw to the next."""
STILL_ROUNDS = 3
"""Looks from one picture for cards to the next."""


async def draw(
    folder: Path, tracks: Sequence[Track], program: FindFFmpeg, recorder: ProgrammeRecorder, over: Callable[[], bool]
) -> None:
    """For the seek bar, as there is more to seek in, and one of what is on for cards; until `over`.

    `folder`: of the programme.
    """
    thumbnails, still = Thumbnails(folder, tracks, program), Still(folder, tracks, program)
    await thumbnails.begin()
    for rounds in count():
        await asyncio.sleep(DRAWN_SECONDS)
        if over():
            return
        try:
            if rounds % STILL_ROUNDS == 0:
                await still.draw(recorder.since)
            await thumbnails.grow(recorder.since)
        except NovaCastError as error:
            log.warning("programme %s has no new pictures: %s", folder.name, error.message)
