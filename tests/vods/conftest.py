"""The video slice on a real database, a real queue, a real disk and a real FFmpeg, with tiny clips."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import pytest
from aiohttp import ClientSession

from novacast import outbox
from novacast.clock import Clock
from novacast.database import Database, Transaction, migrate
from novacast.folder import DataFolder
from novacast.identity import Principal, Role, new_id
from novacast.jobs import JobQueue, connect
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.settings import Jobs, Transcode, Uploads
from novacast.vods import schema
from novacast.vods.folders import MediaFolders
from novacast.vods.imports import Imports
from novacast.vods.intake import Intake
from novacast.vods.models import Draft, Visibility
from novacast.vods.removal import Removal
from novacast.vods.service import Videos
from novacast.vods.transcoding.service import Transcoding
from novacast.vods.transcoding.work import FindFFmpeg, TranscodeWork
from novacast.vods.uploads.service import Uploads as UploadService
from novacast.vods.watching import Positions
from novacast.web import idempotency
from tests.fakes.clock import FakeClock

ORG, OTHER_ORG = "org1", "org2"
QUICK = Transcode(heights=(144, 240), preset="ultrafast", nice=0)
SMALL = Uploads(max_bytes=50_000_000, per_person=3, reserve_bytes=0, expire_hours=1)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait for something that another process or thread brings about."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


Clips = Callable[..., Path]


def person(name: str, role: Role | None = None, org: str = ORG) -> Principal:
    return Principal(
        person_id=name, session_id=f"s-{name}", name=name, roles={org: role} if role else {}, verified=True
    )


PRODUCER = person("producer", Role.PRODUCER)
OWNER = person("owner", Role.OWNER)
DOOR = person("door", Role.DOOR)
OUTSIDER = person("outsider", Role.OWNER, OTHER_ORG)
STRANGER = Principal()


@dataclass
class House:
    """One process's services over a data folder."""

    db: Database
    data: DataFolder
    queue: JobQueue
    folders: MediaFolders
    videos: Videos
    positions: Positions
    transcoding: Transcoding
    uploads: UploadService
    imports: Imports
    removal: Removal
    intake: Intake
    find: FindFFmpeg

    @classmethod
    async def open(cls, data: DataFolder, clock: Clock, find: FindFFmpeg, uploads: Uploads = SMALL) -> "House":
        db = await Database.open(data.database, clock, readers=2)
        queue = JobQueue(connect(Jobs(), data.queue))
        folders, intake = MediaFolders(data), Intake(queue)
        return cls(
            db=db,
            data=data,
            queue=queue,
            folders=folders,
            videos=Videos(db, queue),
            positions=Positions(db),
            transcoding=Transcoding(db, queue, folders),
            uploads=UploadService(db, folders, intake, uploads, clock),
            imports=Imports(db, folders, intake),
            removal=Removal(db, folders),
            intake=intake,
            find=find,
        )

    async def close(self) -> None:
        await self.queue.close()
        await self.db.close()

    def work(self, settings: Transcode = QUICK, reserve: int = 0) -> TranscodeWork:
        return TranscodeWork(self.db, self.folders, settings, reserve, self.find)

    async def arrive(self, file: Path | None = None, **more: object) -> str:
        """A video whose file has just arrived, as an upload leaves it."""
        values = {"title": "A video", "visibility": Visibility.PUBLIC, "owner_id": "producer", "org_id": ORG} | more
        draft = Draft(
            **{"id": new_id(), "description": "", "language": "", "source_name": "clip.mp4", "source_bytes": 1} | values  # type: ignore[arg-type]  # a test's loose keywords
        )
        if file is not None:
            await asyncio.to_thread(shutil.copyfile, file, self.folders.arrival(draft.id))
        await self.db.write(lambda tx: self.intake.take(tx, draft))
        return draft.id

    async def publish(self, **more: object) -> str:
        """A video that is ready, without any files."""
        video_id = await self.arrive(**more)

        def unit(tx: Transaction) -> None:
            tx.run(
                "UPDATE videos SET state = 'ready', edition = 'e', published_at = ?, duration = 60000000 WHERE id = ?",
                (tx.now, video_id),
            )
            tx.run(
                "UPDATE transcodes SET state = 'done', progress = 1000, ended_at = ? WHERE video_id = ?",
                (tx.now, video_id),
            )

        await self.db.write(unit)
        return video_id

    async def facts(self, topic: str) -> Sequence[outbox.Event]:
        return [event for event in await self.db.all(outbox.after(0, 10_000)) if event.topic == topic]


@pytest.fixture(scope="session")
def ffmpeg(tmp_path_factory: pytest.TempPathFactory) -> FFmpeg:
    return asyncio.run(find_ffmpeg(tmp_path_factory.mktemp("trials")))


@pytest.fixture
def find(ffmpeg: FFmpeg) -> FindFFmpeg:
    async def found() -> FFmpeg:
        return ffmpeg

    return found


def prepare(data: DataFolder, clock: Clock) -> None:
    migrate(data.database, [outbox.migrations, idempotency.migrations, schema.migrations], clock, backups=data.backups)


@pytest.fixture
async def house(folder: DataFolder, clock: FakeClock, find: FindFFmpeg) -> AsyncIterator[House]:
    prepare(folder, clock)
    opened = await House.open(folder, clock, find)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """`clips(name, *options, size=, seconds=, sound=)`: a file made by FFmpeg; the same name is the same file."""
    folder = tmp_path_factory.mktemp("clips")
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()

    def make(name: str, *options: str, size: str = "320x180", seconds: float = 2, picture: bool = True) -> Path:
        target = folder / name
        if not target.exists():
            shown = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}"] if picture else []
            tone = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}"]
            fast = ["-preset", "ultrafast", "-pix_fmt", "yuv420p"] if picture and not options else []
            command = [program, "-v", "error", "-nostdin", "-y", *shown, *tone, *fast, *options, str(target)]
            subprocess.run(command, check=True)
        return target

    return make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB that really becomes full."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("needs root and mount to make a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
async def address(house: House, clock: FakeClock) -> AsyncIterator[str]:
    """Where the real web server serves `house`."""
    from tests.vods.serving import serving

    async with serving(house, clock) as found:
        yield found


@pytest.fixture
async def producer(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(address, headers={"Authorization": "Bearer producer"}) as session:
        yield session


@pytest.fixture
async def stranger(address: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(address) as session:
        yield session
