"""A server that shows a programme until it is killed: `python -m tests.live.recording.shower FOLDER SEED`. It tells all
that a viewer of it is given, as lines of JSON: a file's track, name and digest, or a track and its playlist. What it
shows has other bytes in each life, and a segment begins when its number is reserved, as with a disk that is quicker
than the show.
"""

import asyncio
import json
import random
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from novacast.clock import SECOND, SystemClock
from novacast.live.broadcast.continuation import begin
from novacast.live.broadcast.lineup import plan_lineup
from novacast.live.packaging.models import ULTRA, Aired
from novacast.live.packaging.shelf import Shelf
from novacast.live.recording.mark import read_mark
from novacast.live.recording.recorder import ProgrammeRecorder
from tests.live.packaging.stage import BEGAN
from tests.live.packaging.synthetic import Source

LINEUP = plan_lineup(ULTRA, (360, 720), (1280, 720), Fraction(30))
NAMES = [track.name for track in LINEUP.tracks]


class Noting(ProgrammeRecorder):
    newest = -1

    def announce(self, track: str, number: int, *, begins: bool) -> None:
        self.newest = max(self.newest, number)
        super().announce(track, number, begins=begins)


class Show:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._told: set[tuple[str, str]] = set()

    def tell(self) -> None:
        """What is new: playlists first, for a file that nobody was told of is not asked for."""
        for track in NAMES:
            playlist = self._shelf.find(f"{track}/index.m3u8")
            if isinstance(playlist, Aired):
                text = bytes(playlist.body).decode()
                print(json.dumps([track, text]), flush=True)
                for name in _names(text):
                    self._tell(track, name)

    def _tell(self, track: str, name: str) -> None:
        if (track, name) not in self._told and isinstance(found := self._shelf.find(f"{track}/{name}"), Aired):
            self._told.add((track, name))
            print(json.dumps([track, name, sha256(found.body).hexdigest()]), flush=True)


def _names(playlist: str) -> list[str]:
    lines = playlist.splitlines()
    tags = [line for line in lines if line.startswith(("#EXT-X-PART:", "#EXT-X-MAP:")) and "GAP" not in line]
    return [tag.partition('URI="')[2].partition('"')[0] for tag in tags] + [one for one in lines if one[0] != "#"]


async def main(folder: Path, seed: int) -> None:
    moment = random.Random(seed)
    past, mark = begin(folder, LINEUP, 0)
    recorder = Noting(folder, LINEUP.tracks, lambda words: print(words, file=sys.stderr), mark=mark)
    shelf = Shelf(ULTRA, LINEUP.tracks, SystemClock(), recorder, past)
    show = Show(shelf)
    while True:
        source = Source(size=400 + moment.randrange(1000), sounds=9)
        offset = max(shelf.ends.values())
        shelf.begin(source.inits(moment.randrange(20, 60)), offset, BEGAN + round(offset * SECOND))
        for name, piece in source.all(Fraction(moment.randrange(1, 4))):
            shelf.add(name, piece)
            show.tell()
            while read_mark(folder) <= recorder.newest + 1:
                await asyncio.sleep(0.001)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
