"""What is on air in the rehearsal: a test picture that FFmpeg sends by RTMP, as an encoder does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from novacast.clock import Clock
from novacast.errors import MediaFailure, NovaCastError, Unavailable
from novacast.folder import DataFolder
from novacast.live.packaging.models import PROFILES
from novacast.media.ffmpeg import FFmpeg
from novacast.media.pipes import Sink
from novacast.media.process import PROGRESS, Child, Command, Limits, run_child
from novacast.media.samples import loop_command, push_command
from novacast.overview import Programme
from novacast.records import dataclass
from novacast_admin.client import Client, Place
from novacast_admin.rehearsal.extras import Extras
from novacast_admin.rehearsal.machine import Meter, taken_by
from novacast_admin.rehearsal.models import Plan, Rung, Stage

FPS, LOOP_SECONDS = 30, 6
UNREAD: Mapping[int, Sink] = {PROGRESS: lambda _: None}
MADE_WITHIN, ON_AIR_WITHIN = 60.0, 45.0
LOOKS = 0.5
"""Seconds between two."""
CALM = 0.5
"""Seconds of media that may wait for an encoder that keeps up."""


@dataclass(frozen=True, slots=True)
class Source:
    file: Path
    size: tuple[int, int]

    @property
    def told(self) -> str:
        return f"{self.size[0]}x{self.size[1]}, {FPS} a second"


def size_for(heights: tuple[int, ...]) -> tuple[int, int]:
    """Of a picture of 16:9 that fills the largest rung."""
    height = max(heights)
    return round(height * 16 / 9 / 2) * 2, height


async def film(ffmpeg: FFmpeg, folder: DataFolder, heights: tuple[int, ...]) -> Source:
    """A few seconds, encoded beforehand: what the sender costs is none of this machine's on the day."""
    source = Source(folder.root / "source.flv", size_for(heights))
    argv = loop_command(ffmpeg.path, source.size, FPS, LOOP_SECONDS, str(source.file))
    await run_child(Command("The test picture", argv, limits=Limits(wall=MADE_WITHIN), outputs=UNREAD))
    return source


@asynccontextmanager
async def sent(ffmpeg: FFmpeg, source: Source, address: str) -> AsyncIterator[Child]:
    argv = push_command(ffmpeg.path, str(source.file), address)
    async with await Child.start(Command("The test picture's sender", argv, grace=2.0, outputs=UNREAD)) as child:
        yield child


@dataclass(frozen=True, slots=True)
class OnAir:
    rungs: tuple[Rung, ...]
    """The best first."""


async def on_air(viewers: Extras, publisher: Child, clock: Clock) -> OnAir:
    """Once somebody can watch it. Raises MediaFailure."""
    end, why = clock.monotonic() + ON_AIR_WITHIN, ""
    while clock.monotonic() < end and publisher.running:
        try:
            told = await viewers.ask("offer", 10.0)
        except Unavailable as error:
            why = str(error)
            await asyncio.sleep(LOOKS)
            continue
        return OnAir(tuple(Rung(path.partition("/")[0], int(rate)) for path, rate in told["pictures"]))
    raise MediaFailure(f"The test picture did not go on air: {' / '.join(publisher.tail[-2:]) or why}")


class Monitor:
    """What the scratch server itself tells of its programme."""

    def __init__(self, folder: DataFolder) -> None:
        self._place = Place.local(folder.root)

    async def look(self) -> Programme | None:
        """None: it tells nothing at this moment."""
        try:
            async with asyncio.timeout(5), Client(self._place) as client:
                found = (await client.overview()).programmes
        except (NovaCastError, TimeoutError):
            return None
        return found[0].programme if found else None

    async def calm(self, most: float) -> None:
        """Once the encoder keeps up, or after so many seconds: one that begins, or was disturbed, has to catch up."""
        for _ in range(max(1, round(most / LOOKS))):
            found = await self.look()
            if found is not None and found.behind_seconds is not None and found.behind_seconds <= CALM:
                return
            await asyncio.sleep(LOOKS)


async def judged(
    plan: Plan, source: Source, air: OnAir, folder: DataFolder, meter: Meter, publisher: Child, seconds: float
) -> Stage:
    """The encoder for so long, with nobody watching."""
    monitor, behind, headroom = Monitor(folder), [0.0], [1.0]
    await monitor.calm(seconds / 2)
    before, sending, recorded = meter.look(), taken_by(publisher.pid), _recorded(folder)
    end = before.at + seconds / 2
    while meter.look().at < end:
        await asyncio.sleep(LOOKS)
        found = await monitor.look()
        if found is not None and found.behind_seconds is not None:
            behind.append(found.behind_seconds)
            headroom.append(1.0 if found.headroom is None else found.headroom)
    passed = meter.look().at - before.at
    taken, sender = meter.since(before), (taken_by(publisher.pid) - sending) / passed
    return Stage(
        source=source.told,
        wanted=[f"{one}p" for one in sorted(plan.heights, reverse=True)],
        made=air.rungs,
        behind=max(behind),
        headroom=min(headroom),
        encoder=taken.encoder,
        server=taken.server,
        memory=taken.memory,
        publisher=sender,
        others=max(0.0, taken.machine - taken.encoder - taken.server - sender),
        written=max(0, _recorded(folder) - recorded) / passed,
    )


def part_of(profile: str) -> float:
    """Seconds; of a profile without parts, of a segment."""
    found = PROFILES[profile]
    return float(found.part or found.segment)


def _recorded(folder: DataFolder) -> int:
    """Bytes."""
    return sum(file.stat().st_size for file in folder.live.rglob("*") if file.is_file())
