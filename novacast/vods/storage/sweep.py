"""Finds files without rows and rows without files, says what can be done, and does it when told to.

Nothing is taken for nobody's that is less than an hour old, that a worker may hold, or that rows of any kind know.
Files are listed before rows are read, and each row is asked for again right before a file goes.
"""

import asyncio
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from novacast.clock import DAY, HOUR, Clock
from novacast.database import Database, Transaction
from novacast.folder import DataFolder
from novacast.i18n import text
from novacast.media.commands import PLAYLIST
from novacast.media.encode import MASTER
from novacast.vods.folders import ROOMS, MediaFolders, whole
from novacast.vods.imports import store as imports
from novacast.vods.imports.models import Begun
from novacast.vods.ports import Records
from novacast.vods.recordings import store as recordings
from novacast.vods.storage import store
from novacast.vods.storage.models import Finding, Kind, Known, Report
from novacast.vods.storage.retention import Retention
from novacast.vods.storage.trees import extent, names

YOUNG = HOUR
GIVEN_UP = 7 * DAY
"""An import whose file was not touched for so long."""
PROGRAMME = re.compile(r"[a-z2-7]{20}\Z")
"""Pictures of channels lie beside them."""
RUNG = re.compile(r"\d{1,5}p(-hevc|-av1)?\Z")


class Sweeping:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        retention: Retention,
        clock: Clock,
        reserve: int,
        records: Sequence[Records] = (),
    ) -> None:
        """`records` know what is being recorded; without any, nothing of it is looked at."""
        self._db = db
        self._folders = folders
        self._retention = retention
        self._clock = clock
        self._reserve = reserve
        self._records = records

    async def report(self) -> Report:
        """Changes nothing. Reads names, of contents only playlists, and looks into nothing but what is found."""
        data = self._folders.data
        arrivals, media, live = await asyncio.to_thread(lambda: [names(one) for one in _rooms(data)])
        recorded = await self._recorded()
        async with self._db.snapshot() as view:
            known = {one.video_id: one for one in await view.all(store.known())}
            arriving = set(await view.all(store.arriving()))
            doomed = set(await view.all(store.doomed()))
            begun = await view.all(imports.begun())
            recorded |= set(await view.all(recordings.all_arriving()))
        stray = [path for path in arrivals if path.name not in arriving]
        strange = [path for path in media if path.name not in known and path.name not in doomed | recorded]
        left = [path for path in live if PROGRAMME.match(path.name) and path.name not in doomed | recorded]

        def look() -> list[Finding]:
            found = [_of_files(Kind.ARRIVAL, path, None) for path in stray]
            found += [
                _of_files(Kind.VIDEO, path, path.name) for path in strange if path.is_dir() and path.name[0] != "."
            ]
            found += [_of_files(Kind.RECORDING, path, path.name) for path in left if self._records]
            return [*found, *self._begun(begun), *self._inside(known)]

        findings = await asyncio.to_thread(look)
        old = [one for one in findings if not one.kind.of_files or one.changed < self._clock.now() - YOUNG]
        return Report(tuple(old), len(findings) - len(old), await self.free())

    async def _recorded(self) -> set[str]:
        return {one for records in self._records for one in await records.recording()}

    async def free(self) -> int:
        """Bytes of the disk that may still be used."""
        return max(0, await asyncio.to_thread(self._folders.free) - self._reserve)

    async def mend(self, report: Report) -> list[Finding]:
        """What was done of what the report offers: nothing whose state is another by now."""
        return [one for one in report.findings if one.mendable and await self._mended(one)]

    def _begun(self, begun: Collection[Begun]) -> Iterator[Finding]:
        """Blocking."""
        now = self._clock.now()
        for one in begun:
            found = _of_files(Kind.IMPORT, self._folders.arrival(one.video_id), one.video_id)
            if max(one.at, found.changed) < now - GIVEN_UP:
                yield found

    def _inside(self, known: Mapping[str, Known]) -> Iterator[Finding]:
        """Blocking. What is amiss within the folders of videos that are there, those aside that are worked on."""
        for one in known.values():
            if not one.live:
                yield from self._editions(one)
                yield from self._missing(one)

    def _editions(self, one: Known) -> Iterator[Finding]:
        kept = {one.edition, one.transcode_edition}
        for path in names(self._folders.video(one.video_id)):
            if path.name not in kept and path.name not in ROOMS and path.is_dir():
                yield _of_files(Kind.EDITION, path, one.video_id)
        if one.edition is not None and one.edition != one.transcode_edition and one.state == "ready":
            for path in names(self._folders.edition(one.video_id, one.edition)):
                if RUNG.match(path.name) and path.name not in one.rungs:
                    yield _of_files(Kind.RUNG, path, one.video_id)

    def _missing(self, one: Known) -> Iterator[Finding]:
        original = self._folders.original(one.video_id)
        if original is None and not one.dropped and not self._folders.arrival(one.video_id).exists():
            words = text("Note that it is gone: it is counted no more, and nothing is made of it again.")
            yield Finding(Kind.NO_ORIGINAL, self._folders.video(one.video_id), 0, one.video_id, words)
        if one.state != "ready" or one.edition is None:
            return
        folder = self._folders.edition(one.video_id, one.edition)
        makeable = original is not None
        words = (
            text("Make it again from the original.")
            if makeable
            else text("The original is gone too: bring the file again, or delete the video.")
        )
        if not (folder / MASTER).is_file():
            yield Finding(Kind.NO_EDITION, folder, 0, one.video_id, words, makeable)
            return
        master = (folder / MASTER).read_text(encoding="utf-8", errors="replace")
        for name in one.rungs:
            if f"\n{name}/{PLAYLIST}" not in master or not (folder / name / PLAYLIST).is_file():
                yield Finding(Kind.NO_RUNG, folder / name, 0, one.video_id, words, makeable)

    async def _mended(self, one: Finding) -> bool:
        match one.kind:
            case Kind.ARRIVAL | Kind.VIDEO:
                if await self._db.one(store.anyones(one.path.name)):
                    return False
                return await whole(_removed, one.path)
            case Kind.RECORDING:
                name = one.path.name
                if name in await self._recorded() or await self._db.one(recordings.arriving(name)) is not None:
                    return False
                return await whole(_removed, one.path)
            case Kind.IMPORT:
                assert one.video_id is not None
                video_id = one.video_id
                await whole(_removed, one.path)
                return await self._db.write(lambda tx: imports.end(tx, video_id))
            case _:
                return await self._mended_inside(one)

    async def _mended_inside(self, one: Finding) -> bool:
        assert one.video_id is not None
        known = await self._db.one(store.known(one.video_id))
        if known is None or known.live:
            return False
        again = await asyncio.to_thread(lambda: [*self._editions(known), *self._missing(known)])
        if (one.kind, one.path) not in {(found.kind, found.path) for found in again}:
            return False
        if one.kind.of_files:
            return await whole(_removed, one.path)
        video_id = one.video_id

        def unit(tx: Transaction) -> bool:
            if one.kind is Kind.NO_ORIGINAL:
                return store.drop_original(tx, video_id)
            self._retention.remake(tx, video_id)
            return True

        return await self._db.write(unit)


def _rooms(data: DataFolder) -> tuple[Path, Path, Path]:
    return data.uploads, data.media, data.live


def _of_files(kind: Kind, path: Path, video_id: str | None) -> Finding:
    """Blocking. Only what was found is looked into, once."""
    size, changed = extent(path)
    return Finding(kind, path, size, video_id, text("Remove it."), changed=changed)


def _removed(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return True
