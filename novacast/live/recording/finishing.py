"""The end of a programme: playlists beside its segments, and a video of the same address."""

import asyncio
import logging
import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from novacast.clock import SECOND
from novacast.live.recording.edition import Edition, Times, write_edition
from novacast.live.recording.journal import Journal, read_journal
from novacast.live.recording.ports import Broadcast, Finished, Recordings, Rung
from novacast.live.recording.still import STILL
from novacast.live.recording.thumbnails import settle

log = logging.getLogger(__name__)

Marks = Sequence[tuple[int, str]]
"""Microseconds of programme time, and a title."""


class Finishing:
    def __init__(self, live: Path, recordings: Recordings) -> None:
        """`live`: the folder in which those of programmes lie."""
        self._live = live
        self._recordings = recordings

    def folder(self, programme_id: str) -> Path:
        return self._live / programme_id

    async def finish(
        self, programme: Broadcast, marks: Marks = (), *, journal: Journal | None = None, poster: Path | None = None
    ) -> bool:
        """A video when this returns; False where nothing was recorded, and nothing is left then. Repeatable, also after
        a kill; without a `journal` it is read again. Raises DiskFull.
        """
        folder = self.folder(programme.id)
        edition = await asyncio.to_thread(_written, folder, journal)
        if edition is None:
            if await self._recordings.folder(programme.id) is not None:
                return True
            await asyncio.to_thread(_discard, folder)
            return False
        await self._recordings.publish(finished(programme, folder, edition, marks, poster))
        return True


def finished(
    programme: Broadcast, folder: Path, edition: Edition, marks: Marks = (), poster: Path | None = None
) -> Finished:
    times = Times.of(edition)
    return Finished(
        id=programme.id,
        org_id=programme.org_id,
        owner_id=programme.owner_id,
        title=programme.title,
        description=programme.description,
        language=programme.language,
        visibility=str(programme.visibility),
        folder=folder,
        duration=edition.duration,
        size=edition.size,
        rungs=[Rung(one.track.name, one.track.width, one.track.height, one.size) for one in edition.rungs],
        marks=[(round(times.place(Fraction(at, SECOND)) * SECOND), title) for at, title in marks],
        poster=poster,
    )


def _discard(folder: Path) -> None:
    """A folder without a segment. With some it stays for people to look at: its journal is damaged."""
    if any(folder.glob("*/seg_*.m4s")):
        log.error("%s has segments, and no journal tells of them", folder)
        return
    shutil.rmtree(folder, ignore_errors=True)


def _written(folder: Path, journal: Journal | None) -> Edition | None:
    if not folder.is_dir():
        return None
    (folder / STILL).unlink(missing_ok=True)
    edition = write_edition(folder, journal if journal is not None else read_journal(folder))
    if edition is not None:
        settle(folder, edition)
    return edition
