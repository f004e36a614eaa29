"""A server that is killed on air, and what viewers are given by the next one."""

import json
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest

from novacast.clock import SECOND
from novacast.live.broadcast.continuation import begin
from novacast.live.packaging.models import ULTRA
from novacast.live.packaging.shelf import Shelf
from novacast.live.recording.journal import JOURNAL, of_stretch
from novacast.live.recording.mark import MARK
from novacast.live.recording.recorder import ProgrammeRecorder
from tests.fakes.clock import FakeClock
from tests.live.packaging.stage import BEGAN
from tests.live.packaging.strict import History
from tests.live.packaging.synthetic import Source
from tests.live.packaging.viewer import body
from tests.live.recording.shower import LINEUP, NAMES
from tests.waiting import until


@dataclass
class Viewer:
    """Of all renditions, over any number of servers. It keeps for ever what it was given under a name."""

    digests: dict[tuple[str, str], str] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    anew: set[str] = field(default_factory=set)
    """Renditions that it has not asked the present server for."""

    def hear(self, line: str) -> None:
        track, *told = json.loads(line)
        if len(told) == 2:
            name, digest = told
            assert self.digests.setdefault((track, name), digest) == digest, f"{track}/{name} has other bytes now"
        else:
            self._reload(self.histories.setdefault(track, History()), track, told[0].encode())

    def _reload(self, history: History, track: str, playlist: bytes) -> None:
        if track in self.anew:
            self.anew.discard(track)
            history.outlive(playlist)
        history.take(playlist)

    def restarted(self) -> None:
        self.anew = set(self.histories)


def shown(folder: Path, viewer: Viewer, moment: random.Random) -> None:
    """One life of a server: killed after so much was seen, and a bit."""
    command = [sys.executable, "-m", "tests.live.recording.shower", str(folder), str(moment.randrange(1 << 30))]
    viewer.restarted()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for _ in range(moment.randrange(1, 160)):
            viewer.hear(server.stdout.readline())
        for _ in range(moment.randrange(200_000)):  # a moment that no clock has to measure
            pass
        server.kill()
        for line in server.stdout:
            if line.endswith("\n"):
                viewer.hear(line)


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.slow)], ids=["twice", "forty times"])
def test_a_viewer_is_never_given_two_things_under_one_name_however_often_the_server_is_killed(
    tmp_path: Path, kills: int
) -> None:
    moment, viewer = random.Random(kills), Viewer()
    for _ in range(kills):
        shown(tmp_path, viewer, moment)
    for history in viewer.histories.values():
        segments = [history.segments[msn] for msn in sorted(history.segments)]
        assert segments[0].msn == 0
        # Of each life: two numbers that were reserved and not used, and what waited for the disk. Numbers alone hold
        # the shower up, and it gets one with each batch that is written: until all renditions come in one batch,
        # which takes three, it is four segments ahead. A show in real time loses the one it is at: see `test_kills`.
        assert sum(one.gap for one in segments) <= (2 + 4) * kills
        assert {one.msn for one in segments if one.discontinuity}


class Life:
    """Of a server: a stretch, and of another one so little that the disk gets no segment of it."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.folder = folder
        past, mark = begin(folder, LINEUP, 0)
        self.recorder = ProgrammeRecorder(folder, LINEUP.tracks, lambda _: None, mark=mark)
        self._shelf = Shelf(ULTRA, LINEUP.tracks, clock, self.recorder, past)

    def play(self, lasts: Fraction, level: int) -> None:
        offset = max(self._shelf.ends.values())
        self._shelf.begin(Source().inits(level), offset, BEGAN + round(offset * SECOND))
        for name, piece in Source().all(lasts):
            self._shelf.add(name, piece)

    def told(self, histories: dict[str, History], *, anew: bool = False) -> None:
        for name, history in histories.items():
            playlist = body(self._shelf.find(f"{name}/index.m3u8"))
            if anew:
                history.outlive(playlist)
            history.take(playlist)

    async def killed(self, histories: dict[str, History], place: Path, lost: str) -> Path:
        """The folder as it is then. `lost`: which of the two places that tell of stretches does not have the last."""
        begun = {name: max(history.segments) for name, history in histories.items()}
        assert all(histories[name].segments[number].discontinuity for name, number in begun.items())
        await until(lambda: begun.items() <= {(name, max(ones)) for name, ones in self.recorder.journal.begun.items()})
        shutil.copytree(self.folder, place)
        if lost == "mark":
            with (place / MARK).open("r+b") as file:
                file.seek(1024)
                file.write(bytes(3072))
        else:
            lines = (place / JOURNAL).read_bytes().splitlines(keepends=True)
            gone = {of_stretch(name, number) for name, number in begun.items()}
            assert gone <= set(lines)
            (place / JOURNAL).write_bytes(b"".join(line for line in lines if line not in gone))
        await self.recorder.close()
        return place


@pytest.mark.parametrize("lost", ["journal", "mark"])
async def test_a_stretch_whose_first_segment_a_kill_took_still_begins_where_viewers_were_told(
    tmp_path: Path, clock: FakeClock, lost: str
) -> None:
    histories, folder = {name: History() for name in NAMES}, tmp_path / "0"
    for number in range(1, 4):
        life = Life(folder, clock)
        if number > 1:
            life.told(histories, anew=True)
        life.play(Fraction(3), 20 + 2 * number)
        life.play(Fraction(2, 5), 21 + 2 * number)
        life.told(histories)
        folder = await life.killed(histories, tmp_path / str(number), lost)
    last = Life(folder, clock)
    last.told(histories, anew=True)
    await last.recorder.close()
    for history in histories.values():
        assert sum(one.discontinuity for one in history.segments.values()) == 5
