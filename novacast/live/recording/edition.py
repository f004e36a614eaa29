"""A recording made something that any player opens: playlists written beside the segments that lie there already.

What is shown is what all shown renditions have. A rung that lacks more than a little (it was withdrawn, or came late)
is not shown; what a shown one lacks, because the server was killed between two files, is left out of all, so that
they stay alike. Sound that lacks more has gaps instead. Everything here blocks, and may be done again.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from novacast.clock import SECOND, iso
from novacast.durable import sync_folder
from novacast.live.packaging.models import Kept, Track
from novacast.live.recording.journal import INIT, SEGMENT, Entry, Journal, put
from novacast.media.boxes import codecs_of
from novacast.media.codec_strings import covering
from novacast.media.playlists import (
    MediaPlaylist,
    Rate,
    Rendition,
    Segment,
    Variant,
    measured,
    media_playlist,
    multivariant,
)
from novacast.records import dataclass

MASTER, PLAYLIST = "master.m3u8", "index.m3u8"
SPARED, SHARE = 3, 100
"""What a shown rendition may lack: so many segments, or one of so many."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A rendition of the recording."""

    track: Track
    segments: Sequence[Entry | None]
    """None: a gap."""
    size: int


@dataclass(frozen=True, slots=True)
class Edition:
    shown: Sequence[Shown]
    numbers: Sequence[int]
    stretches: Collection[int]
    """Numbers with which one begins."""

    @property
    def rungs(self) -> Sequence[Shown]:
        return [one for one in self.shown if one.track.kind == "video"]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.shown)

    @property
    def spine(self) -> Sequence[Kept]:
        """The rendition by which time goes."""
        return [one.recorded for one in self.shown[0].segments if one is not None]

    @property
    def duration(self) -> int:
        """Microseconds."""
        return round(sum((one.duration for one in self.spine), Fraction(0)) * SECOND)


@dataclass(frozen=True, slots=True)
class Times:
    """Where in a recording a moment of its programme is."""

    starts: Sequence[Fraction]
    lasts: Sequence[Fraction]
    places: Sequence[Fraction]

    @classmethod
    def of(cls, edition: Edition) -> "Times":
        places, at = [], Fraction(0)
        for one in edition.spine:
            places.append(at)
            at += one.duration
        return cls([one.start for one in edition.spine], [one.duration for one in edition.spine], places)

    def place(self, moment: Fraction) -> Fraction:
        """Seconds into the recording of what was on at `moment` of programme time, or right behind it where that was
        lost."""
        number = bisect_right(self.starts, moment) - 1
        if number < 0:
            return Fraction(0)
        return self.places[number] + min(moment - self.starts[number], self.lasts[number])


def edition_of(journal: Journal) -> Edition | None:
    """Pure. None where nothing can be shown."""
    having = {name: journal.segments.get(name, {}) for name in journal.tracks}
    pictures = [name for name, track in journal.tracks.items() if track.kind == "video" and having[name]]
    sounds = [name for name, track in journal.tracks.items() if track.kind == "audio" and having[name]]
    leading, following = (pictures, sounds) if pictures else (sounds, [])
    shown = _full(leading, having, set().union(*(having[name] for name in leading)))
    if not shown:
        return None
    common = set.intersection(*(set(having[name]) for name in shown))
    near = _near(following, having, common)
    numbers = sorted(common.intersection(*(having[name] for name in near)))
    if not numbers:
        return None
    renditions = [_shown(journal, name, numbers) for name in (*shown, *following)]
    ordered = sorted(renditions, key=lambda one: (one.track.kind != "video", -one.track.height, -one.track.bitrate))
    return Edition(ordered, numbers, _stretches(journal, numbers))


def _full(names: Sequence[str], having: Mapping[str, Collection[int]], every: Collection[int]) -> list[str]:
    """At least one, where there is any."""
    near = _near(names, having, every)
    return near or sorted(names, key=lambda name: -len(having[name]))[:1]


def _near(names: Sequence[str], having: Mapping[str, Collection[int]], every: Collection[int]) -> list[str]:
    spare = max(SPARED, len(every) // SHARE)
    return [name for name in names if len(set(every) - set(having[name])) <= min(spare, len(every) // 2)]


def _shown(journal: Journal, name: str, numbers: Sequence[int]) -> Shown:
    there = journal.segments[name]
    segments = [there.get(number) for number in numbers]
    inits = {one.recorded.init for one in segments if one is not None}
    size = sum(one.size for one in segments if one is not None) + sum(journal.inits[name][n] for n in inits)
    return Shown(journal.tracks[name], segments, size)


def _stretches(journal: Journal, numbers: Sequence[int]) -> set[int]:
    """Those that were told, and those after something that is missing, which may have been such."""
    told, found, before = journal.beginnings(), {numbers[0]}, numbers[0] - 1
    for number in numbers:
        if number != before + 1 or number in told:
            found.add(number)
        before = number
    return found


def write_edition(folder: Path, journal: Journal) -> Edition | None:
    """Playlists for what `journal` tells of `folder`, onto the disk; what is not shown is removed before."""
    edition = edition_of(journal)
    if edition is None:
        return None
    _remove_others(folder, journal, edition)
    target = max(_rounded(one.recorded.duration) for shown in edition.shown for one in shown.segments if one)
    variants: list[Variant] = []
    sounds: list[Rendition] = []
    for shown in edition.shown:
        playlist = _playlist(edition, shown, max(1, target))
        place, track = folder / shown.track.name, shown.track
        put(place / PLAYLIST, [_text(playlist)])
        sync_folder(place)
        rate = measured(playlist, [one.size if one is not None else 0 for one in shown.segments])
        codecs = _codecs(place, playlist)
        if track.kind == "video":
            variants.append(_variant(track, rate, codecs))
        else:
            sounds.append(_sound(track, rate, codecs, first=not sounds))
    put(folder / MASTER, [multivariant(variants, sounds).encode()])
    sync_folder(folder)
    return edition


def _playlist(edition: Edition, shown: Shown, target: int) -> MediaPlaylist:
    inits = [INIT % one.recorded.init for one in shown.segments if one is not None]
    spine, segments, named = edition.spine, [], inits[0]
    for place, (number, one) in enumerate(zip(edition.numbers, shown.segments, strict=True)):
        known = one.recorded if one is not None else spine[place]
        named = INIT % known.init if one is not None else named
        stretch = iso(known.at) if number in edition.stretches else None
        init = "" if named == inits[0] else named
        segments.append(Segment(SEGMENT % number, known.duration, init, stretch, one is None))
    return MediaPlaylist(target, inits[0], tuple(segments))


def _text(playlist: MediaPlaylist) -> bytes:
    return media_playlist(playlist.init, playlist.target, playlist.segments, ended=True, grew=False).encode()


def _codecs(place: Path, playlist: MediaPlaylist) -> str:
    names = dict.fromkeys([playlist.init, *(one.init for one in playlist.segments if one.init)])
    return covering(",".join(codecs_of((place / name).read_bytes())) for name in names)


def _variant(track: Track, rate: Rate, codecs: str) -> Variant:
    return Variant(f"{track.name}/{PLAYLIST}", rate, codecs, track.width, track.height, track.fps)


def _sound(track: Track, rate: Rate, codecs: str, *, first: bool) -> Rendition:
    name = track.title or track.language or "Audio"
    uri = f"{track.name}/{PLAYLIST}"
    return Rendition(uri, rate, codecs, track.channels, name, track.language or None, first)


def _rounded(duration: Fraction) -> int:
    """RFC 8216 4.3.3.1: to the nearest second, halves upwards."""
    return int(duration + Fraction(1, 2))


def _remove_others(folder: Path, journal: Journal, edition: Edition) -> None:
    """A segment that one rendition has after the others' end stays: who watched until then has been told of it."""
    kept = {
        shown.track.name: {one.name for one in shown.segments if one is not None}
        | {INIT % one.recorded.init for one in shown.segments if one is not None}
        | {SEGMENT % (edition.numbers[-1] + 1)}
        | {PLAYLIST}
        for shown in edition.shown
    }
    for name in journal.tracks:
        place = folder / name
        for path in place.iterdir() if place.is_dir() else ():
            if path.name not in kept.get(name, ()):
                path.unlink(missing_ok=True)
        if name not in kept and place.is_dir():
            place.rmdir()
