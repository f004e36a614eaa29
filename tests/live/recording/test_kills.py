"""A recording whose server is killed again and again, at whatever moment."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from novacast.live.recording.journal import INIT, SEGMENT, read_journal
from tests.live.recording.material import TRACKS
from tests.live.recording.writer import body


def broadcast(folder: Path, moment: random.Random) -> int:
    """Killed after a few segments and a part of one; the last number that was handed over."""
    command = [sys.executable, "-m", "tests.live.recording.writer", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        last = -1
        for _ in range(moment.randrange(1, 12)):
            last = int(writer.stdout.readline())
        for _ in range(moment.randrange(200_000)):  # a moment that no clock has to measure
            pass
        writer.kill()
        for line in writer.stdout:
            last = int(line)
    return last


def check(folder: Path, last: int) -> None:
    journal = read_journal(folder)
    for track in TRACKS:
        there = journal.segments.get(track.name, {})
        missing = set(range(last + 1)) - there.keys()
        assert missing <= {last}, (track.name, missing)
        for number, entry in there.items():
            data = (folder / track.name / (SEGMENT % number)).read_bytes()
            assert data == body(track.name, number)
            init = (folder / track.name / (INIT % entry.recorded.init)).read_bytes()
            assert init == body(track.name, -1 - entry.recorded.init)


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.slow)], ids=["twice", "forty times"])
def test_a_kill_loses_at_most_the_segment_that_was_being_written_and_nothing_needs_repair(
    tmp_path: Path, kills: int
) -> None:
    moment = random.Random(kills)
    for _ in range(kills):
        check(tmp_path, broadcast(tmp_path, moment))
