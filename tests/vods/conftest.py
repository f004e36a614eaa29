"""The video slice on a real database, a real queue, a real disk and a real FFmpeg, with tiny clips."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import imageio_ffmpeg
import pytest
from aiohttp import ClientSession

from novacast import outbox
from novacast.clock import Clock
from novacast.database import Database, Transaction
from novacast.folder import DataFolder
from novacast.identity import Principal, Role, new_id
from novacast.jobs import JobQueue, connect
from novacast.limits import RateLimiter
from novacast.media.ffmpeg import FFmpeg, FindFFmpeg, find_ffmpeg
from novacast.settings import Jobs, Speech, Transcode, Uploads
from novacast.tables import MIGRATIONS
from novacast.vods.captions.delivery import Wardrobe
from novacast.vods.captions.services import CaptionServices, caption_services
from novacast.vods.chapters.service import VideoChapters
from novacast.vods.collections.service import Collections
from novacast.vods.downloads.service import Downloads
from novacast.vods.downloads.work import DownloadWork
from novacast.vods.folders import MediaFolders
from novacast.vods.health.service import VideoHealth
from novacast.vods.imports.service import Imports
from novacast.vods.intake import Intake
from novacast.vods.models import Draft, Visibility
from novacast.vods.pictures.service import Pictures
from novacast.vods.pictures.work import PictureWork
from novacast.vods.recordings.service import Recordings
from novacast.vods.removal import Removal
from novacast.vods.replacement.service import Replacements
from novacast.vods.replacement.work import ReplacementWork
from novacast.vods.service import Videos
from novacast.vods.storage.forecast import Forecasts
from novacast.vods.storage.quota import Quotas
from novacast.vods.storage.weights import Weights
from novacast.vods.transcoding.choosing import Encoders
from novacast.vods.transcoding.dressing import Dressing
from novacast.vods.transcoding.making import Making
from novacast.vods.transcoding.ports import Air
from novacast.vods.transcoding.publish import Publisher
from novacast.vods.transcoding.rendering import Rendering
from novacast.vods.transcoding.service import Transcoding
from novacast.vods.transcoding.work import TranscodeWork
from novacast.vods.uploads.service import Uploads as UploadService
from novacast.vods.views.service import Views
from novacast.vods.watching import Positions
from tests.databases import migrated
from tests.fakes.clock import FakeClock

ORG, OTHER_ORG = "org1", "org2"
QUICK = Transcode(heights=(144, 240), preset="ultrafast", nice=0)
SMALL = Uploads(max_bytes=50_000_000, per_person=3, reserve_bytes=0, expire_hours=1)


Clips = Callable[..., Path]


def person(name: str, role: Role | None = None, org: str = ORG) -> Principal:
    return Principal(person_id=name, session_id=f"s-{name}", name=name, roles={org: role} if role else {})


PRODUCER = person("producer", Role.PRODUCER)
OWNER = person("owner", Role.OWNER)
DOOR = person("door", Role.DOOR)
OUTSIDER = person("outsider", Role.OWNER, OTHER_ORG)
STRANGER = Principal()


@dataclass(frozen=True)
class KnownViewing:
    media_id: str
    started_at: int
    segments: int = 3


class KnownViewings:
    """Playback's part: the sessions that a test says there are. The real one is in tests/app."""

    def __init__(self) -> None:
        self.sessions: dict[str, KnownViewing] = {}

    async def watched(self, session_id: str) -> KnownViewing | None:
        return self.sessions.get(session_id)


@dataclass
class House:
    """One process's services over a data folder."""

    db: Database
    clock: Clock
    data: DataFolder
    queue: JobQueue
    folders: MediaFolders
    videos: Videos
    positions: Positions
    transcoding: Transcoding
    uploads: UploadService
    imports: Imports
    quotas: Quotas
    removal: Removal
    intake: Intake
    find: FindFFmpeg
    chapters: VideoChapters
    pictures: Pictures
    weights: Weights
    downloads: Downloads
    replacements: Replacements
    collections: Collections
    captions: CaptionServices
    viewings: KnownViewings
    views: Views
    health: VideoHealth
    recordings: Recordings

    @classmethod
    async def open(cls, data: DataFolder, clock: Clock, find: FindFFmpeg, uploads: Uploads = SMALL) -> "House":
        db = await Database.open(data.database, clock, readers=2)
        queue = JobQueue(connect(Jobs(), data.queue))
        folders, viewings = MediaFolders(data), KnownViewings()
        intake = Intake(db, folders, queue)
        weights = Weights(db, folders, clock)
        showing, pictures = Dressing(db, folders, Wardrobe(db), weights), Pictures(db, folders, queue, weights)
        return cls(
            db=db,
            clock=clock,
            data=data,
            queue=queue,
            folders=folders,
            videos=Videos(db, queue),
            positions=Positions(db),
            transcoding=Transcoding(db, queue, folders, Publisher(db, folders, queue, around=Wardrobe(db)), clock),
            uploads=UploadService(db, folders, intake, uploads, clock),
            imports=Imports(db, folders, intake),
            quotas=Quotas(db, 0),
            removal=Removal(db, folders),
            intake=intake,
            find=find,
            chapters=VideoChapters(db),
            pictures=pictures,
            weights=weights,
            downloads=Downloads(db, folders, queue),
            replacements=Replacements(db),
            collections=Collections(db),
            captions=caption_services(db, folders, queue, clock, Speech(), showing, find),
            viewings=viewings,
            views=Views(db, viewings),
            health=VideoHealth(db, viewings, RateLimiter(clock), keep_days=90),
            recordings=Recordings(db, folders, queue, pictures, weights),
        )

    async def close(self) -> None:
        await self.queue.close()
        await self.db.close()

    def work(
        self,
        settings: Transcode = QUICK,
        reserve: int = 0,
        encoders: Encoders | None = None,
        stall: float = 30.0,
        air: Air | None = None,
    ) -> TranscodeWork:
        publisher = Publisher(self.db, self.folders, self.queue, [self.pictures], Wardrobe(self.db), self.weights)
        learning = [self.chapters, self.captions.extraction]
        judge = Forecasts(self.db, self.folders, Quotas(self.db, 0), reserve)
        encoders = encoders or Encoders(self.data.cache, self.clock, settings, devices=list)
        rendering = Rendering(self.db, publisher, settings, encoders, stall, air)
        making = Making(self.db, self.folders, self.queue, settings, judge, self.find, rendering, learning)
        return TranscodeWork(self.db, self.folders, self.queue, making, publisher, reserve)

    def picture_work(self) -> PictureWork:
        return PictureWork(self.db, self.folders, self.queue, self.pictures, self.find, self.weights)

    def download_work(self, clock: Clock, reserve: int = 0) -> DownloadWork:
        return DownloadWork(self.db, self.folders, self.queue, clock, reserve, self.find)

    def replacement_work(self, settings: Transcode = QUICK) -> ReplacementWork:
        return ReplacementWork(self.db, self.folders, self.queue, settings)

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


def prepare(data: DataFolder) -> None:
    migrated(data.database, MIGRATIONS)


@pytest.fixture
async def house(folder: DataFolder, clock: FakeClock, find: FindFFmpeg) -> AsyncIterator[House]:
    prepare(folder)
    opened = await House.open(folder, clock, find)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """`clips(name, *options, size=, seconds=, picture=)`: a file of that name made by FFmpeg, once for all who ask
    for the same."""
    folder = tmp_path_factory.mktemp("clips")
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()

    def make(name: str, *options: str, size: str = "320x180", seconds: float = 2, picture: bool = True) -> Path:
        kind = sha256(repr((options, size, float(seconds), picture)).encode()).hexdigest()[:12]
        target = folder / kind / name
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
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
async def small_media(folder: DataFolder, clock: FakeClock, find: FindFFmpeg, small_disk: Path) -> AsyncIterator[House]:
    """A house whose media are on the small disk, and nothing else."""
    async with _moved(folder, folder.media, small_disk, clock, find) as house:
        yield house


@pytest.fixture
async def small_uploads(
    folder: DataFolder, clock: FakeClock, find: FindFFmpeg, small_disk: Path
) -> AsyncIterator[House]:
    """A house whose uploads are on the small disk, and nothing else."""
    async with _moved(folder, folder.uploads, small_disk, clock, find) as house:
        yield house


@asynccontextmanager
async def _moved(data: DataFolder, what: Path, to: Path, clock: FakeClock, find: FindFFmpeg) -> AsyncIterator[House]:
    what.rmdir()
    what.symlink_to(to)
    prepare(data)
    house = await House.open(data, clock, find, Uploads(reserve_bytes=0))
    yield house
    await house.close()


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
