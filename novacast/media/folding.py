"""A rendition that ends with a moment too short for a segment of its own: it goes into the segment before."""

import shutil
from dataclasses import replace
from fractions import Fraction
from math import floor
from pathlib import Path

from novacast.media.commands import PLAYLIST
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
    fresh = folder / f"{PLAYLIST}.whole"
    fresh.write_text(media_playlist(folded.init, folded.target, folded.segments, ended=True))
    fresh.replace(folder / PLAYLIST)  # somebody may read it as it grows
    (folder / tail.name).unlink()


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
