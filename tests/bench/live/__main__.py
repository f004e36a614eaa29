"""How many viewers of what is on air one core holds, beside nginx with the same parts as plain files.

Run: `python -m tests.bench.live [--profile ultra|low] [--viewers N ...] [--seconds N]`. Needs nginx. The server, the
whole one with the packager's shelf, has one core, and the viewers (`tests.bench.live.viewers`) the other; run by root
both go ahead of whatever else the machine does. Each viewer takes a picture of 2.5 Mbit/s and its sound; three rungs
are on air. A part's delivery is the time from its publication to its last byte at the viewer; nginx has no blocking
reload, so its viewers ask by their own clock. Ends early where the 99th percentile has passed a part.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from novacast.live.packaging.models import PROFILES, Profile
from tests.bench.delivery import nginx, pinned, processor
from tests.bench.live.show import lines
from tests.bench.live.viewers import TRACKS

FILES = 25
"""Of each track, for nginx."""
PLAYLIST = 2500
"""Bytes: of a delta update with the parts of three segments."""
COLUMNS = (
    "viewers", "server", "server's core %", "µs/viewer/s", "requests/s", "p50 ms", "p99 ms", "stalls", "viewers' core %"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    number: int
    name: str
    core: float
    """Share of a core that the server took."""
    viewers: float
    """The same of all viewers together."""
    requests: float
    p50: float
    p99: float
    stalls: int
    refused: int

    def row(self) -> str:
        stalls = f"{self.stalls}" + (f" (+{self.refused} refused)" if self.refused else "")
        cells = [f"{self.number:,}", self.name, f"{self.core * 100:.1f}", f"{self.core / self.number * 1e6:,.0f}"]
        cells += [f"{self.requests:,.0f}", f"{self.p50 * 1000:.1f}", f"{self.p99 * 1000:.1f}", stalls]
        return f"| {' | '.join([*cells, f'{self.viewers * 100:.0f}'])} |"


@dataclass(frozen=True, slots=True)
class Place:
    port: int
    paths: Sequence[str]
    """One for each viewer."""
    process: int


@contextmanager
def ours(profile: Profile, state: Path, core: int, number: int) -> Iterator[Place]:
    """Our server with a programme on air."""
    argv = pinned(
        core, sys.executable, "-m", "tests.bench.live.show", profile.name, str(state), str(number), at_once=True
    )
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        port, *paths = child.stdout.readline().split()
        try:
            yield Place(int(port), paths, child.pid)
        finally:
            child.communicate()  # the end of its input ends it


@contextmanager
def theirs(profile: Profile, state: Path, core: int, number: int) -> Iterator[Place]:
    media = state / "media"
    for line in lines(profile):
        if line.track.name in TRACKS:
            folder = media / line.track.name
            folder.mkdir(parents=True)
            for file in range(FILES):
                (folder / f"{file}.m4s").write_bytes(line.template(sync=True))
                (folder / f"{file}.m3u8").write_bytes(random.randbytes(PLAYLIST))
    with nginx(media, state, core, live=True) as (address, process):
        yield Place(int(address.rpartition(":")[2]), [""] * number, process)


def watch(name: str, place: Place, seconds: int, profile: Profile, core: int) -> Result:
    argv = [
        sys.executable,
        "-m",
        "tests.bench.live.viewers",
        str(place.port),
        str(seconds),
        str(float(profile.part or 1)),
    ]
    argv += ["--files", str(FILES)] if name == "nginx" else []
    with subprocess.Popen(
        pinned(core, *argv, at_once=True), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("".join(f"{path}\n" for path in place.paths))
        child.stdin.close()
        child.stdout.readline()
        before = processor(place.process)
        found = json.loads(child.stdout.readline())
        used = processor(place.process) - before
    return Result(
        len(place.paths),
        name,
        used / seconds,
        found["used"] / seconds,
        found["requests"] / seconds,
        found["p50"],
        found["p99"],
        found["stalls"],
        found["refused"],
    )


def measure(profile: Profile, numbers: Sequence[int], seconds: int) -> Iterator[Result]:
    cores = sorted(os.sched_getaffinity(0))
    rivals = {"NovaCast": ours, "nginx": theirs}
    over: set[str] = set()
    for number in numbers:
        for name, serving in rivals.items():
            if name in over:
                continue
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)
                with serving(profile, Path(folder), cores[0], number) as place:
                    result = watch(name, place, seconds, profile, cores[-1])
            if result.p99 > float(profile.part or 1):
                over.add(name)
            yield result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=["ultra", "low"], default="ultra")
    parser.add_argument("--viewers", type=int, nargs="+", default=[100, 200, 400, 600, 800, 1000, 1200])
    parser.add_argument("--seconds", type=int, default=10)
    chosen = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|")
    for result in measure(PROFILES[chosen.profile], chosen.viewers, chosen.seconds):
        print(result.row(), flush=True)


if __name__ == "__main__":
    main()
