"""A server that is killed on air, and what viewers are given by the next one."""

import json
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.live.packaging.strict import History


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
        assert sum(one.gap for one in segments) <= 3 * kills
        assert {one.msn for one in segments if one.discontinuity}
