"""A server that records until it is killed: `python -m tests.live.recording.writer FOLDER`. It goes on where the folder
ends, tells each number when a segment of that number is handed over in all renditions, and hands over the next one when
that is safe, as a show does that is slower than the disk.
"""

import asyncio
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from novacast.live.packaging.models import Segment
from novacast.live.recording.mark import read_past
from novacast.live.recording.recorder import ProgrammeRecorder
from tests.live.recording.material import TRACKS

SIZE = 40_000


def body(track: str, number: int) -> bytes:
    seed = sha256(f"{track} {number}".encode()).digest()
    return seed * (SIZE // len(seed) + number % 7)


async def main(folder: Path) -> None:
    past = read_past(folder)
    segments = past.segments.values() if past is not None else ()
    number = max((ones[-1].number + 1 for ones in segments if ones), default=0)
    init = number
    recorder = ProgrammeRecorder(folder, TRACKS, lambda words: print(words, file=sys.stderr))
    for track in TRACKS:
        recorder.begin(track.name, init, body(track.name, -1 - init))
    first = number
    while True:
        for track in TRACKS:
            whole = body(track.name, number)
            parts = [whole[:1000], whole[1000:]]
            at = Fraction(number)
            recorder.take(Segment(track.name, number, parts, at, Fraction(1), number, number == first, init))
        print(number, flush=True)
        number += 1
        while any(recorder.safe(track.name) < number for track in TRACKS):
            await asyncio.sleep(0.001)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
