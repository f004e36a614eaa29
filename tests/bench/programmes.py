"""What programmes cost: share of a core, user and system time, of each one's FFmpeg and of the server, over the time
that passes; with the publisher's picture encoded as the top rung and with it given as it comes.

Run: `python -m tests.bench.programmes [--seconds N] [--programmes N] [--rounds N] [--rate R]`. Each is fed a 720p30
picture that moves, encoded beforehand, over RTMP, and has three rungs. Shares are those of real time, also where a busy
machine is fed more slowly (`--rate 0.5`); rungs that it lost are missing. `Kept up`: of what it was fed.
"""

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from novacast.folder import DataFolder
from novacast.identity import new_id
from novacast.live.channels import store as channels
from novacast.live.keys import store as keys
from novacast.live.models import FeedRole, PassThrough, ProgrammeState, StreamKey
from novacast.live.programmes import store as programmes
from novacast.security.keys import digest
from tests.live.broadcast.conftest import SYSTEM, Encoder, Hall, children, hall_in
from tests.waiting import until

HEIGHTS = (144, 360, 720)
WARM = 8.0
"""Seconds on air before anything is measured."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Found:
    encoding: float
    """Share of a core for each programme."""
    server: float
    kept_up: float
    rungs: Sequence[str]
    """And how many of several programmes have each."""


def source(folder: Path) -> Path:
    made = folder / "source.flv"
    graph = "testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t"
    argv = [
        SYSTEM, "-v", "error", "-f", "lavfi", "-i", graph, "-f", "lavfi", "-i", "sine=sample_rate=48000", "-t", "20",
        "-c:v", "libx264", "-preset", "veryfast", "-b:v", "4M", "-maxrate", "4M", "-bufsize", "4M", "-g", "30",
        "-keyint_min", "30", "-sc_threshold", "0", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", str(made),
    ]  # fmt: skip
    subprocess.run(argv, check=True)
    return made


def spent(pid: int | str) -> float:
    """Seconds of processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def channel(hall: Hall, number: int, passing: PassThrough) -> str:
    made = replace(hall.channel, id=new_id(), heights=HEIGHTS, pass_through=passing, return_seconds=5)
    secret, now = f"bench{number}", hall.db.clock.now()
    key = StreamKey(new_id(), made.id, made.org_id, "producer", secret, FeedRole.MAIN, now, None, None, None)
    await hall.db.write(lambda tx: channels.add(tx, made))
    await hall.db.write(lambda tx: keys.add(tx, key, digest(secret)))
    return secret


def publish(hall: Hall, video: Path, key: str, rate: float) -> None:
    address = f"rtmp://127.0.0.1:{hall.port}/live/{key}"
    argv = [
        SYSTEM,
        "-v",
        "error",
        "-nostdin",
        "-readrate",
        str(rate),
        "-stream_loop",
        "-1",
        "-i",
        str(video),
        "-c",
        "copy",
    ]
    process = subprocess.Popen([*argv, "-f", "flv", address], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    hall.encoders.append(Encoder(process))


async def on_air(hall: Hall, count: int) -> Sequence[str]:
    async def there() -> bool:
        found = await hall.db.all(programmes.airing())
        return len([one for one in found if one.state is ProgrammeState.ON_AIR]) == count

    await until(there, 120)
    return [one.id for one in await hall.db.all(programmes.airing())]


class Meter:
    """Processor time of processes that come and go."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._last: dict[int, float] = {}
        self.look()

    def look(self) -> None:
        for pid in children():
            with suppress(OSError):
                now = spent(pid)
                self.seconds += now - self._last.get(pid, now)
                self._last[pid] = now


async def measure(folder: Path, video: Path, passing: PassThrough, count: int, seconds: float, rate: float) -> Found:
    data = DataFolder.at(folder)
    data.prepare()
    async with hall_in(data) as hall:
        for number in range(count):
            publish(hall, video, await channel(hall, number, passing), rate)
        ids = await on_air(hall, count)
        await asyncio.sleep(WARM)
        shelves = [shelf for id_ in ids if (shelf := hall.station.engine.on_air(id_)) is not None]
        meter, began, server = Meter(), time.monotonic(), spent("self")
        before = [max(one.ends.values()) for one in shelves]
        while time.monotonic() < began + seconds:
            await asyncio.sleep(0.5)
            meter.look()
        passed, server = time.monotonic() - began, spent("self") - server
        given = sum(float(max(one.ends.values()) - at) for one, at in zip(shelves, before, strict=True))
        having = Counter(name for one in shelves for name in one.ends)
        rungs = [f"{name} x {number}" if count > 1 else name for name, number in having.items()]
        return Found(meter.seconds / given, server / given, given / count / passed / rate, rungs)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=20)
    ask.add_argument("--programmes", type=int, default=3)
    ask.add_argument("--rounds", type=int, default=1)
    ask.add_argument("--rate", type=float, default=1.0)
    told = ask.parse_args()
    print("| Programmes | Renditions | FFmpeg, each | Server, each | Kept up |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="novacast-bench-") as place:
        video = source(Path(place))
        for number in range(told.rounds):
            for count in sorted({1, told.programmes}):
                for passing in (PassThrough.NO, PassThrough.YES):
                    folder = Path(place) / f"{number}-{count}-{passing}"
                    found = asyncio.run(measure(folder, video, passing, count, told.seconds, told.rate))
                    print(
                        f"| {count} | {', '.join(found.rungs)} | {found.encoding:.0%} | {found.server:.1%} "
                        f"| {found.kept_up:.2f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
