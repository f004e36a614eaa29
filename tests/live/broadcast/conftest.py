"""A station with its rows, files and RTMP port, and real FFmpegs that publish to it."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from novacast.accounts.people.service import Addressees
from novacast.clock import SystemClock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.identity import new_id
from novacast.jobs import JobQueue, connect
from novacast.limits import RateLimiter
from novacast.live.broadcast.station import Station
from novacast.live.channels import store as channels
from novacast.live.keys import store as keys
from novacast.live.models import Channel, FeedRole, Programme, ProgrammeState, StreamKey
from novacast.live.packaging.shelf import Shelf
from novacast.live.programmes import store as programmes
from novacast.live.reminders.ports import Post
from novacast.live.services import LiveServices, live_services
from novacast.metrics import Metrics
from novacast.notifications.services import notification_services
from novacast.outbox import Event
from novacast.security.keys import digest
from novacast.settings import Live, Server, Settings
from novacast.tables import MIGRATIONS
from novacast.vods.films import Films
from novacast.vods.ports import Records
from novacast.vods.services import VodServices, vod_services
from tests.databases import migrated
from tests.live.conftest import CHANNEL
from tests.waiting import until

SYSTEM = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
SMALL = replace(CHANNEL, profile="ultra", heights=(144,), return_seconds=3)


@dataclass(frozen=True)
class Nobody:
    viewers: int = 0
    tracks: Mapping[str, int] = field(default_factory=dict)

    async def watching(self, programme_id: str) -> "Nobody":
        return self


@dataclass
class Encoder:
    """An FFmpeg that publishes until it is told to stop."""

    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Repeatable."""
        if self.process.poll() is None:
            self.process.kill()
        if self.process.stderr is not None and not self.process.stderr.closed:
            self.process.communicate()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    async def words(self) -> str:
        """What it said, once it has ended."""
        return (await asyncio.to_thread(self.process.communicate, timeout=60))[1].decode()


@dataclass
class Hall:
    """One channel, on air or not."""

    folder: DataFolder
    db: Database
    live: LiveServices
    vods: VodServices
    settings: Settings
    channel: Channel
    station: Station
    port: int = 0
    encoders: list[Encoder] = field(default_factory=list)
    running: AsyncExitStack = field(default_factory=AsyncExitStack)

    def publish(
        self,
        key: str = "main",
        *,
        size: str = "256x144",
        rate: int = 30,
        sound: bool = True,
        options: Sequence[str] = (),
        program: str = SYSTEM,
        picture: str = "",
        tone: str = "sine=frequency=440:sample_rate=48000",
        seconds: int = 120,
        port: int | None = None,
    ) -> Encoder:
        """`picture`, `tone`: sources of FFmpeg's for the usual ones. `port`: of what stands before the server."""
        sounds = ["-f", "lavfi", "-i", tone, "-c:a", "aac"] if sound else []
        coded = options or ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(rate))
        address = f"rtmp://127.0.0.1:{port or self.port}/live/{key}"
        shown = ["-re", "-f", "lavfi", "-i", picture or f"testsrc2=size={size}:rate={rate}"]
        argv = [program, "-v", "error", "-nostdin", *shown, *sounds, "-t", str(seconds), *coded, "-f", "flv", address]
        made = Encoder(subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE))
        self.encoders.append(made)
        return made

    async def key(self, secret: str, role: FeedRole = FeedRole.MAIN) -> StreamKey:
        now = self.db.clock.now()
        made = StreamKey(
            new_id(), self.channel.id, self.channel.org_id, "producer", secret, role, now, None, None, None
        )
        await self.db.write(lambda tx: keys.add(tx, made, digest(secret)))
        return made

    async def is_set(self, **columns: Any) -> None:
        """Of its channel."""
        await self.db.write(lambda tx: channels.change(tx, self.channel.id, columns))

    async def ends(self, programme: Programme) -> None:
        """As its producer wants it."""
        await self.db.write(lambda tx: programmes.change(tx, programme.id, {"wanted_end": True}))
        await self.station.engine.hear(Event(1, 0, "programme.end_wanted", programme.id, "internal", {}))
        await self.has_ended(programme.id)

    async def programme(self) -> Programme | None:
        found = await self.db.all(programmes.airing())
        return found[0] if found else None

    async def is_now(self, state: ProgrammeState) -> Programme:
        """Wait for it."""
        seen: list[Programme] = []

        async def there() -> bool:
            seen[:] = [one for one in await self.db.all(programmes.airing()) if one.state is state]
            return bool(seen)

        await until(there)
        return seen[0]

    async def has_ended(self, programme_id: str) -> None:
        async def ended() -> bool:
            found = await self.db.one(programmes.by_id(programme_id))
            return found is not None and found.state is ProgrammeState.ENDED

        await until(ended)

    def shelf(self, programme: Programme) -> Shelf:
        found = self.station.engine.on_air(programme.id)
        assert found is not None
        return found

    async def goes_on(self, programme: Programme, seconds: float) -> None:
        """Wait until so much more of it is there."""
        shelf = self.shelf(programme)
        wanted = max(shelf.ends.values()) + seconds
        await until(lambda: min(shelf.ends.values()) >= wanted)

    def playlist(self, programme: Programme, track: str = "144p") -> str:
        found = self.shelf(programme).find(f"{track}/index.m3u8", "")
        return bytes(found.body).decode()  # type: ignore[union-attr]  # one that is not waited for

    @asynccontextmanager
    async def again(self) -> AsyncIterator[None]:
        """The server is stopped, and another begins with the same rows and files."""
        await self.running.aclose()
        self.station = _station(self.live, self.vods.films, self.settings, self.folder)
        async with self.station.running(Metrics(), None) as server:
            assert server.port is not None
            self.port = server.port
            yield


@pytest.fixture
async def hall(folder: DataFolder) -> AsyncIterator[Hall]:
    async with hall_in(folder) as made:
        yield made


@asynccontextmanager
async def hall_in(folder: DataFolder) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        settings = Settings(data=folder.root, server=Server(port=0), live=Live(private_targets=True))
        settings = replace(settings, uploads=replace(settings.uploads, reserve_bytes=0))
        migrated(folder.database, MIGRATIONS)
        clock = SystemClock()
        db = await Database.open(folder.database, clock, readers=2)
        stack.push_async_callback(db.close)
        queue = JobQueue(connect(settings.jobs, folder.queue))
        stack.push_async_callback(queue.close)
        records: list[Records] = []
        vods = vod_services(db, queue, clock, settings, folder, records)
        post = Post(notification_services(db, queue, clock, settings, folder).mailbox, Addressees())
        live = live_services(db, RateLimiter(clock), settings, folder, vods.recordings, vods.quotas, vods.films, post)
        records.append(live.recordings)
        channel = replace(SMALL, created_at=clock.now())
        await db.write(lambda tx: channels.add(tx, channel))
        made = Hall(folder, db, live, vods, settings, channel, _station(live, vods.films, settings, folder))
        await made.key("main")
        stack.callback(lambda: [one.kill() for one in made.encoders])
        stack.push_async_callback(made.running.aclose)
        server = await made.running.enter_async_context(made.station.running(Metrics(), None))
        assert server.port is not None
        made.port = server.port
        yield made


def _station(live: LiveServices, films: Films, settings: Settings, folder: DataFolder) -> Station:
    made = Station(
        live.airing,
        live.recordings,
        Nobody(),
        settings,
        folder,
        SystemClock(),
        live.whip,
        live.targets,
        live.playouts,
        films,
    )
    live.antenna.air = made.engine
    return made


def children() -> list[int]:
    """Of this process: the FFmpegs that encode for it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(stat[1]) == os.getpid() and b"pipe:0" in words and stat[0] != "Z":
                found.append(int(entry.name))
    return found
