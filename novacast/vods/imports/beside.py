"""What lies beside a video, brought to the rooms where such things are kept. Fits the port `Beside`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from novacast.errors import InvalidInput, NotFound, TooLarge
from novacast.i18n import Text, text
from novacast.identity import SYSTEM
from novacast.vods.captions.models import MOST_BYTES, Kind, Wish
from novacast.vods.captions.service import Captions
from novacast.vods.chapters.models import Chapter
from novacast.vods.chapters.service import VideoChapters
from novacast.vods.collections.models import Details
from novacast.vods.collections.service import Collections
from novacast.vods.folders import COPY_BYTES
from novacast.vods.imports import models
from novacast.vods.models import Visibility
from novacast.vods.pictures.service import Pictures

LARGEST_PICTURE = 64 * 1024 * 1024


class Rooms:
    def __init__(
        self, captions: Captions, pictures: Pictures, chapters: VideoChapters, collections: Collections
    ) -> None:
        self._captions = captions
        self._pictures = pictures
        self._chapters = chapters
        self._collections = collections

    async def subtitles(self, video_id: str, one: models.Subtitle, language: str) -> Sequence[Text]:
        tag = one.language or language
        if not tag:
            raise InvalidInput.field("language", text("Its name says no language: film.de.srt is German."))
        raw = await asyncio.to_thread(_read, one.path, MOST_BYTES)
        kind = Kind.CAPTIONS if one.for_deaf else Kind.SUBTITLES
        track = (await self._captions.add(SYSTEM, video_id, Wish(tag, kind, forced=one.forced))).track
        try:
            saved = await self._captions.replace(SYSTEM, video_id, track.id, raw, track.revision)
        except BaseException:
            await self._captions.remove(SYSTEM, video_id, track.id)
            raise
        return saved.warnings

    async def picture(self, video_id: str, path: Path) -> None:
        raw = await asyncio.to_thread(_read, path, LARGEST_PICTURE)
        await self._pictures.bring(SYSTEM, video_id, _pieces(raw), choose=True)

    async def chapters(self, video_id: str, chapters: Sequence[models.Chapter]) -> None:
        await self._chapters.write(SYSTEM, video_id, [Chapter(one.at, one.title) for one in chapters])

    async def shelve(self, video_id: str, org_id: str, title: str, visibility: Visibility) -> None:
        collection_id = await self._titled(org_id, title)
        if collection_id is None:
            details = Details(title=title, description="", visibility=visibility)
            collection_id = (await self._collections.create(SYSTEM, org_id, details)).id
        await self._collections.put(SYSTEM, collection_id, video_id, None)

    async def _titled(self, org_id: str, title: str) -> str | None:
        cursor = None
        while True:
            page = await self._collections.studio(SYSTEM, org_id, cursor=cursor, limit=100)
            for one in page.items:
                if one.collection.title == title:
                    return one.collection.id
            if (cursor := page.next) is None:
                return None


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise NotFound(text("{path} can't be read: {why}.", path=path, why=error.strerror)) from error
    if len(raw) > most:
        raise TooLarge(text("The file is larger than {most} bytes.", most=most))
    return raw


async def _pieces(raw: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(raw), COPY_BYTES):
        yield raw[start : start + COPY_BYTES]
