"""Captions as players get them: segments and a playlist a track, in the edition's folder, and lines of the master."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.i18n import Languages
from novacast.i18n import gettext as _
from novacast.media.captions import (
    SEGMENT_SECONDS,
    TIMESTAMP_MAP,
    CaptionsRendition,
    captions_playlist,
    segments_needed,
    with_captions,
)
from novacast.media.commands import PLAYLIST
from novacast.media.languages import name
from novacast.records import dataclass
from novacast.vods import store as videos
from novacast.vods.captions import store
from novacast.vods.captions.formats import webvtt
from novacast.vods.captions.models import Cue, Kind, Track
from novacast.vods.folders import room, write
from novacast.vods.models import Video, VideoState, Visibility

FOLDER = "captions"
SEGMENTS = "seg_%05d.vtt"
LANGUAGES = Languages()


@dataclass(frozen=True, slots=True)
class Shown:
    """A track and the cues of it that count."""

    track: Track
    cues: Sequence[Cue]


@dataclass(frozen=True, slots=True)
class Dress:
    """All captions of a video at one moment. Fits `Dress` of transcoding."""

    tracks: Sequence[Shown]
    changed: int
    """Number of the change up to which everything is in it."""

    def put(self, folder: Path, duration: int, master: str) -> str:
        """Blocking. The files of all tracks into an edition's folder; the master playlist that names them.

        `duration`: microseconds of the video.
        """
        for shown in self.tracks:
            with room(folder):
                (folder / FOLDER / shown.track.id).mkdir(parents=True, mode=0o700, exist_ok=True)
            _put(folder / FOLDER / shown.track.id, shown.cues, duration)
        return with_captions(master, [_rendition(shown.track) for shown in self.tracks], self.changed)

    def clear(self, folder: Path) -> None:
        """Blocking. Once no playlist names them any more: the files of tracks that are gone."""
        kept = {shown.track.id for shown in self.tracks}
        with suppress(FileNotFoundError):
            for entry in (folder / FOLDER).iterdir():
                if entry.name not in kept:
                    shutil.rmtree(entry, ignore_errors=True)


class Wardrobe:
    """Fits `Around` of transcoding."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def dress(self, video_id: str) -> Dress:
        async with self._db.snapshot() as view:
            tracks = await view.all(store.tracks(video_id))
            scripts: list[tuple[Cue, ...]] = []
            for track in tracks:
                scripts += await view.all(store.cues(track.id, track.revision))
            changed = await view.one(store.changes(video_id))
        shown = [Shown(track, cues) for track, cues in zip(tracks, scripts, strict=True) if cues]
        return Dress(shown, changed or 0)

    async def worn(self, video_id: str, changed: int) -> None:
        """Everything that is watched of the video has these, of which whoever watches it is told."""

        def unit(tx: Transaction) -> None:
            video = tx.one(videos.by_id(video_id))
            if store.published(tx, video_id, changed) and video is not None:
                outbox.emit(tx, "video.captions", video_id, _listeners(video))

        await self._db.write(unit)


def _listeners(video: Video) -> str:
    """Everyone where the video is shown to everyone; of any other, strangers do not even learn that there is one."""
    shown = video.state is VideoState.READY and video.visibility is Visibility.PUBLIC
    return outbox.PUBLIC if shown else outbox.org(video.org_id)


def _put(folder: Path, cues: Sequence[Cue], duration: int) -> None:
    """Segments first, so that no playlist names what is not there. What is there already is left alone."""
    names = [SEGMENTS % number for number in range(segments_needed(duration))]
    for number, segment in enumerate(names):
        begin, end = number * SEGMENT_SECONDS * 1000, (number + 1) * SEGMENT_SECONDS * 1000
        # A cue that lasts over the border is in both (RFC 8216 3.5).
        within = [cue for cue in cues if cue.start < end and cue.end > begin]
        _replace(folder / segment, webvtt.write(within, TIMESTAMP_MAP))
    _replace(folder / PLAYLIST, captions_playlist(names, duration))


def _replace(path: Path, words: str) -> None:
    with suppress(FileNotFoundError, UnicodeDecodeError):
        if path.read_text(encoding="utf-8") == words:
            return
    write(path, words, sync=False)


def _rendition(track: Track) -> CaptionsRendition:
    return CaptionsRendition(
        uri=f"{FOLDER}/{track.id}/{PLAYLIST}",
        name=title(track),
        language=track.language,
        default=track.default,
        forced=track.forced,
        accessible=track.kind is Kind.CAPTIONS,
    )


def title(track: Track) -> str:
    """What people choose a track by, in its own language where ours has the words."""
    if track.label:
        return track.label
    own = name(track.language)
    with LANGUAGES.speaking(track.language):
        # Out of the f-strings: Babel does not look into those.
        automatic, signs = _("automatic"), _("signs only")
    if track.automatic:
        return f"{own} ({automatic})"
    if track.forced:
        return f"{own} ({signs})"
    return f"{own} (CC)" if track.kind is Kind.CAPTIONS else own
