"""Small pictures for the seek bar: which keyframes, how they lie on their sheets, and the WebVTT that says so."""

from fractions import Fraction
from math import ceil

from novacast.media.playlists import MediaPlaylist
from novacast.records import dataclass

COLUMNS, ROWS = 5, 5
MOST_SHEETS = 8
LONG_SIDE = 160


@dataclass(frozen=True, slots=True)
class Tile:
    start: Fraction
    """Seconds."""
    end: Fraction
    sheet: int
    """From 0."""
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Storyboard:
    width: int
    """Of one tile, pixels."""
    height: int
    columns: int
    rows: int
    every: int
    """Each `every` n-th segment of the rung shows its first picture."""
    tiles: tuple[Tile, ...]

    @property
    def sheets(self) -> int:
        return self.tiles[-1].sheet + 1


def plan_storyboard(playlist: MediaPlaylist, width: int, height: int) -> Storyboard:
    """For the pictures of `playlist`, a rung of `width` x `height`: each segment starts with a keyframe."""
    wide, tall = tile_size(width, height)
    every = ceil(len(playlist.segments) / (COLUMNS * ROWS * MOST_SHEETS))
    tiles: list[Tile] = []
    end = Fraction(0)
    for first in range(0, len(playlist.segments), every):
        start, end = end, end + sum(playlist.timeline[first : first + every])
        sheet, place = divmod(len(tiles), COLUMNS * ROWS)
        row, column = divmod(place, COLUMNS)
        tiles.append(Tile(start, end, sheet, column * wide, row * tall))
    return Storyboard(wide, tall, COLUMNS, ROWS, every, tuple(tiles))


def tile_size(width: int, height: int, side: int = LONG_SIDE) -> tuple[int, int]:
    """Of a small picture of one of `width` x `height`, whose longer side is at most `side`."""
    scale = min(Fraction(side, max(width, height)), Fraction(1))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def webvtt(storyboard: Storyboard, sheet_name: str) -> str:
    """Cues whose payload is a media fragment (W3C Media Fragments 4.2.2); `sheet_name` holds a %d."""
    cues = ["WEBVTT\n"]
    for tile in storyboard.tiles:
        where = f"{tile.x},{tile.y},{storyboard.width},{storyboard.height}"
        cues.append(f"{_time(tile.start)} --> {_time(tile.end)}\n{sheet_name % tile.sheet}#xywh={where}\n")
    return "\n".join(cues)


def _time(seconds: Fraction) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
