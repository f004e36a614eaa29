"""How a rendition ends: a moment too short for a segment of its own goes into the one before, and the last segment is
told to last as long as it does."""

import shutil
from dataclasses import replace
from fractions import Fraction
from math import floor
from pathlib import Path

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.commands import PLAYLIST
from novacast.media.conformance.fragments import Broken, fragment_of, track_of
from novacast.media.playlists import MediaPlaylist, media_playlist, read_media_playlist

SHORTEST = Fraction(2, 5)
"""Seconds that a rendition's last segment lasts at least. hls.js asks a browser whether a segment is buffered at the
times that its fragments say, and AAC's priming, up to 48 ms that no browser plays, lies between those and what is
buffered: of a shorter one nothing seems to be there, it counts as a gap, and the video never ends."""


def fold_tail(folder: Path) -> None:
    """Blocking. On a finished rendition that nobody else writes. Files that are linked elsewhere stay so there.

    Raises MediaFailure for a playlist that is not whole, OSError.
    """
    playlist = read_media_playlist((folder / PLAYLIST).read_text())
    folded = without_tail(playlist)
    if folded is playlist:
        return
    last, tail = playlist.segments[-2:]
    whole = folder / f"{last.name}.whole"
    with whole.open("wb") as file:
        for part in (last, tail):
            with (folder / part.name).open("rb") as source:
                shutil.copyfileobj(source, file)
    whole.replace(folder / last.name)
    _write(folder, folded)
    (folder / tail.name).unlink()


def tell_end(folder: Path) -> None:
    """Blocking. On a finished rendition whose last segment FFmpeg measures by the last packet of the source, that is
    taken over or was cut to size: it can be most of a picture off.

    Raises MediaFailure for what is not whole, OSError.
    """
    playlist = read_media_playlist((folder / PLAYLIST).read_text())
    *before, last = playlist.segments
    try:
        track = track_of((folder / (last.init or playlist.init)).read_bytes())
        with (folder / last.name).open("rb") as file:
            lasts = Fraction(fragment_of(file, (folder / last.name).stat().st_size, track).duration, track.timescale)
    except Broken as broken:
        raise MediaFailure(
            text("The segment {segment} can't be read: {why}.", segment=last.name, why=str(broken))
        ) from broken
    target = max(playlist.target, floor(lasts + Fraction(1, 2)))  # RFC 8216 4.3.3.1
    _write(folder, replace(playlist, target=target, segments=(*before, replace(last, duration=lasts))))


def _write(folder: Path, playlist: MediaPlaylist) -> None:
    fresh = folder / f"{PLAYLIST}.whole"
    fresh.write_text(media_playlist(playlist.init, playlist.target, playlist.segments, ended=True))
    fresh.replace(folder / PLAYLIST)  # somebody may read it as it grows


def without_tail(playlist: MediaPlaylist) -> MediaPlaylist:
    """`playlist` itself where its last segment is long enough, or the only one, or needs other parameters."""
    if len(playlist.segments) < 2:
        return playlist
    *before, last, tail = playlist.segments
    if tail.duration >= SHORTEST or tail.init != last.init:
        return playlist
    longer = replace(last, duration=last.duration + tail.duration)
    target = max(playlist.target, floor(longer.duration + Fraction(1, 2)))  # RFC 8216 4.3.3.1
    return replace(playlist, target=target, segments=(*before, longer))
