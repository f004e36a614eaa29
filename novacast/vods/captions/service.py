"""Captions as people use them: tracks, their cues, and the way back to how they were."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound, PreconditionFailed
from novacast.i18n import Text, text
from novacast.identity import Principal, new_id
from novacast.records import dataclass
from novacast.vods import store as videos
from novacast.vods.captions import store
from novacast.vods.captions.formats import reading, subrip, webvtt
from novacast.vods.captions.models import (
    MOST_TRACKS,
    Act,
    Changes,
    Cue,
    Document,
    Origin,
    Revision,
    Track,
    Wish,
    checked,
    shifted,
)
from novacast.vods.captions.ports import Showing
from novacast.vods.captions.store import Examined
from novacast.vods.models import Video
from novacast.vods.service import editable, seen

T = TypeVar("T")

BEHIND = 100
"""Videos whose captions are published anew by one sweep."""


@dataclass(frozen=True, slots=True)
class Saved:
    track: Track
    warnings: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """A video's captions for those who work on them."""

    video: Video
    tracks: Sequence[Track]
    examined: Examined | None


@dataclass(frozen=True, slots=True)
class Script:
    track: Track
    cues: Sequence[Cue]
    revision: int
    """Whose cues these are."""


class Captions:
    def __init__(self, db: Database, showing: Showing) -> None:
        self._db = db
        self._showing = showing

    async def tracks(self, principal: Principal, video_id: str) -> Sequence[Track]:
        """For all who may see the video. Raises NotFound, Unauthenticated."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            tracks = await view.all(store.tracks(video_id))
        seen(principal, found)
        return tracks

    async def overview(self, principal: Principal, video_id: str) -> Overview:
        """Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            tracks = await view.all(store.tracks(video_id))
            examined = await view.one(store.examined(video_id))
        return Overview(editable(principal, found), tracks, examined)

    async def script(
        self, principal: Principal, video_id: str, track_id: str, number: int | None = None, *, to_edit: bool = False
    ) -> Script:
        """The cues that count, or those of an earlier revision, which only those who may edit see."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            _ = editable(principal, found) if to_edit or number is not None else seen(principal, found)
            known = await view.one(store.track(video_id, track_id))
            track = _there(known)
            cues = await view.one(store.cues(track_id, number or track.revision))
        if cues is None:
            raise NotFound(text("There is no such revision any more."))
        return Script(track, cues, number or track.revision)

    async def revisions(self, principal: Principal, video_id: str, track_id: str) -> Sequence[Revision]:
        """The latest first; very old ones are gone."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            track = await view.one(store.track(video_id, track_id))
            revisions = await view.all(store.revisions(track_id))
        editable(principal, found)
        _there(track)
        return revisions

    async def add(
        self, principal: Principal, video_id: str, wish: Wish, then: Then[Track] | None = None, *, file: bytes = b""
    ) -> Saved:
        """A track, without cues or with those of a file. Raises InvalidInput, TooLarge, UnsupportedMedia, Conflict."""
        columns = wish.checked()
        if file.strip():
            await self.overview(principal, video_id)  # nobody's file is read for a video that they may not edit
        document = await asyncio.to_thread(reading.read, file, wish.language) if file.strip() else Document(())
        origin, act = (Origin.UPLOADED, Act.FILE) if document.cues else (Origin.TYPED, Act.BEGUN)

        def unit(tx: Transaction) -> Track:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            if (tx.one(store.count(video_id)) or 0) >= MOST_TRACKS:
                raise Conflict(text("This video has {most} tracks of captions, and no more fit.", most=MOST_TRACKS))
            track_id = new_id()
            store.add(tx, track_id, video_id, origin, columns, document.cues, act)
            told(tx, video)
            return _answered(tx, video_id, track_id, then)

        return Saved(await self._write(video_id, unit), document.warnings)

    async def change(self, principal: Principal, video_id: str, track_id: str, changes: Changes) -> Track:
        """Of what a track is, not of its cues. Raises InvalidInput, NotFound, Forbidden."""
        columns = changes.checked()

        def unit(tx: Transaction) -> Track:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            _there(tx.one(store.track(video_id, track_id)))
            store.change(tx, video_id, track_id, columns)
            told(tx, video)
            return _answered(tx, video_id, track_id, None)

        return await self._write(video_id, unit)

    async def remove(self, principal: Principal, video_id: str, track_id: str) -> None:
        def unit(tx: Transaction) -> None:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            _there(tx.one(store.track(video_id, track_id)))
            store.remove(tx, track_id)
            told(tx, video)

        await self._write(video_id, unit)

    async def save(
        self, principal: Principal, video_id: str, track_id: str, cues: Sequence[Cue], based_on: int
    ) -> Track:
        """All cues, as an editor has them that began from the revision `based_on`.

        Raises PreconditionFailed if others saved meanwhile, unless they saved the very same; InvalidInput.
        """
        kept = checked(cues)
        return await self._revise(principal, video_id, track_id, based_on, Act.EDIT, lambda tx, track: kept)

    async def replace(self, principal: Principal, video_id: str, track_id: str, raw: bytes, based_on: int) -> Saved:
        """All cues by those of a file. Raises TooLarge, UnsupportedMedia, InvalidInput, PreconditionFailed."""
        track = (await self.script(principal, video_id, track_id, to_edit=True)).track
        document = await asyncio.to_thread(reading.read, raw, track.language)

        def taken(tx: Transaction, track: Track) -> Sequence[Cue]:
            if not track.cues:  # a browser makes the track first and then sends the file
                store.change(tx, video_id, track_id, {"origin": Origin.UPLOADED.value})
            return document.cues

        saved = await self._revise(principal, video_id, track_id, based_on, Act.FILE, taken)
        return Saved(saved, document.warnings)

    async def shift(
        self, principal: Principal, video_id: str, track_id: str, by: int, based_on: int,
        then: Then[Track] | None = None,
    ) -> Track:  # fmt: skip
        """All cues later by so many milliseconds, earlier if negative."""

        def moved(tx: Transaction, track: Track) -> Sequence[Cue]:
            current = tx.one(store.cues(track.id, track.revision))
            return shifted(current or (), by)

        return await self._revise(principal, video_id, track_id, based_on, Act.SHIFT, moved, then)

    async def restore(
        self, principal: Principal, video_id: str, track_id: str, number: int, based_on: int,
        then: Then[Track] | None = None,
    ) -> Track:  # fmt: skip
        """The cues of an earlier revision count again, as a new one: nothing is lost by it."""

        def earlier(tx: Transaction, track: Track) -> Sequence[Cue]:
            cues = tx.one(store.cues(track.id, number))
            if cues is None:
                raise NotFound(text("There is no such revision any more."))
            return cues

        return await self._revise(principal, video_id, track_id, based_on, Act.RESTORE, earlier, then)

    async def sweep(self) -> None:
        """Publish what a crash kept from being published."""
        for video_id in await self._db.all(store.behind(BEHIND)):
            await self._showing.dress(video_id)

    async def _revise(
        self,
        principal: Principal,
        video_id: str,
        track_id: str,
        based_on: int,
        act: Act,
        make: Callable[[Transaction, Track], Sequence[Cue]],
        then: Then[Track] | None = None,
    ) -> Track:
        def unit(tx: Transaction) -> Track:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            track = _there(tx.one(store.track(video_id, track_id)))
            current = tx.one(store.cues(track_id, track.revision))
            if track.revision != based_on and not (act is Act.EDIT and make(tx, track) == current):
                raise PreconditionFailed(
                    text(
                        "Somebody else has saved these captions since you opened them. Look at what they did, "
                        "then put in your changes again."
                    )
                )
            cues = make(tx, track)
            if cues != current:
                store.revise(tx, track, act, cues, by_hand=True)
                told(tx, video)
            return _answered(tx, video_id, track_id, then)

        return await self._write(video_id, unit)

    async def _write(self, video_id: str, unit: Callable[[Transaction], T]) -> T:
        """The rows first; what is shown follows at once, or by the sweep."""
        result = await self._db.write(unit)
        await self._showing.dress(video_id)
        return result


def as_webvtt(cues: Sequence[Cue]) -> str:
    return webvtt.write(cues)


def as_subrip(cues: Sequence[Cue]) -> str:
    return subrip.write(cues)


def told(tx: Transaction, video: Video) -> None:
    """The video's captions are others than before: who listens is told once they are published (`Wardrobe.worn`)."""
    store.touch(tx, video.id)


def _answered(tx: Transaction, video_id: str, track_id: str, then: Then[Track] | None) -> Track:
    track = _there(tx.one(store.track(video_id, track_id)))
    if then is not None:
        then(tx, track)
    return track


def _there(track: Track | None) -> Track:
    if track is None:
        raise NotFound(text("This video has no such captions."))
    return track
