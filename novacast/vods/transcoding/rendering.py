"""Tasks that make renditions: by the best encoder there is, and by the next where it fails, for that task alone."""

import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from novacast.clock import SECOND
from novacast.database import Database
from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.commands import PLAYLIST, WHOLE, Encoding, Wanted
from novacast.media.encode import ENCODE_LIMITS, Finished, Tell, Watch, make_renditions
from novacast.media.encoders import STALL_SECONDS, Codec, Grant, Proof, Report, StallGuard, check_part
from novacast.media.ffmpeg import FFmpeg
from novacast.media.loudness import levelled
from novacast.media.process import Limits
from novacast.media.progress import Progress
from novacast.media.throttle import Throttle
from novacast.records import dataclass
from novacast.settings import Transcode as Settings
from novacast.vods.folders import whole
from novacast.vods.models import Video
from novacast.vods.transcoding import store
from novacast.vods.transcoding.board import copied
from novacast.vods.transcoding.choosing import Encoders
from novacast.vods.transcoding.growth import Growth, check_joins, install
from novacast.vods.transcoding.models import Made, Task
from novacast.vods.transcoding.plan import Plan
from novacast.vods.transcoding.ports import Air
from novacast.vods.transcoding.publish import Publisher
from novacast.vods.transcoding.pulse import Pulse

SLOWEST = 60
"""An encoder that takes more than this many times the length of what it encodes (and 10 minutes) is stuck."""
PATIENCE = 10.0
"""Seconds to wait for sessions of a device that others have, before the next encoder does the work."""
ENTRIES: Mapping[Codec, str] = {Codec.H264: "avc1", Codec.HEVC: "hvc1", Codec.AV1: "av01"}
"""Sample entries that a part must have."""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed task, and what it is about."""

    video: Video
    task: Task
    attempt: Path
    pulse: Pulse


@dataclass(frozen=True, slots=True)
class Ready:
    """What all tasks behind the plan need."""

    plan: Plan
    tasks: Sequence[Task]
    source: Path
    edition: Path
    program: FFmpeg


@dataclass(frozen=True, slots=True)
class Run:
    """One process of one attempt."""

    wanted: Wanted
    encoding: Encoding
    folder: Path
    number: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    folder: Path
    made: Mapping[str, Finished]
    encoder: str | None


class Rendering:
    def __init__(
        self,
        db: Database,
        publisher: Publisher,
        settings: Settings,
        encoders: Encoders,
        stall: float = STALL_SECONDS,
        air: Air | None = None,
    ) -> None:
        """`stall`: seconds without progress after which a device hangs. `air` says when a programme is live."""
        self._db = db
        self._publisher = publisher
        self._settings = settings
        self._encoders = encoders
        self._stall = stall
        self._air = air

    @property
    def encoders(self) -> Encoders:
        return self._encoders

    async def render(self, job: Job, ready: Ready) -> Made:
        """Raises MediaFailure and DiskFull."""
        plan = ready.plan
        wanted = await self._levelled(ready, plan.wanted(job.task.kind, job.task.number, copied(plan, ready.tasks)))
        reports: list[Report] = []
        if wanted.rungs:
            written = await self._encoded(job, ready, wanted, reports)
        else:
            written = Written(job.attempt, await self._run(job, ready, Run(wanted, Encoding(), job.attempt)), None)
        pieces = await whole(install, plan, wanted, written.made, written.folder, ready.edition)
        return Made(pieces, written.encoder, tuple(report.message for report in reports))

    async def _levelled(self, ready: Ready, wanted: Wanted) -> Wanted:
        """With sounds as loud as the plan says. All of them are heard first: nothing is written meanwhile."""
        plan = ready.plan
        if not plan.choices.loudness or not wanted.sounds:
            return wanted
        limits = Limits(wall=600 + SLOWEST * plan.info.duration / SECOND, nice=self._settings.nice)
        loudness = plan.choices.loudness
        async with self._throttle() as throttle:
            sounds = await levelled(
                ready.program, ready.source, plan.info, wanted.sounds, loudness, limits, watch=throttle.watch
            )
        return replace(wanted, sounds=sounds)

    async def _encoded(self, job: Job, ready: Ready, wanted: Wanted, reports: list[Report]) -> Written:
        proofs = await self._encoders.ranked(ready.program, Codec(wanted.rungs[0].codec))
        if job.task.pieces:
            # An attempt before showed what the processor made, under names that players keep.
            proofs = tuple(one for one in proofs if not one.encoder.hardware) or proofs
        folders = _folders(job.attempt)

        async def attempt(grant: Grant) -> Written:
            folder, encoding = next(folders), _encoding(ready.plan, wanted, grant, proofs)
            try:
                made = await self._attempt(job, ready, wanted, encoding, grant.sessions, folder)
            except MediaFailure:
                await whole(_clear, folder, wanted)
                raise
            return Written(folder, made, str(grant.encoder))

        return await self._encoders.fallback(ready.program).encode_with(
            proofs, attempt, video=ready.plan.info.video, sessions=len(wanted.rungs), patience=PATIENCE,
            tell=reports.append,
        )  # fmt: skip

    async def _attempt(
        self, job: Job, ready: Ready, wanted: Wanted, encoding: Encoding, sessions: int, folder: Path
    ) -> Mapping[str, Finished]:
        made: dict[str, Finished] = {}
        runs = list(_runs(wanted, sessions))
        for number, part in enumerate(runs):
            made |= await self._run(job, ready, Run(part, encoding, folder, number, len(runs)))
        if encoding.encoder.hardware:
            check_joins(ready.plan, _closed(ready.plan, wanted, made), made)
            for rung in wanted.rungs:
                await _check(ready, wanted, made[rung.name], folder)
        return made

    async def _run(self, job: Job, ready: Ready, run: Run) -> Mapping[str, Finished]:
        """What the processor makes can be watched as it grows; what a device makes, once it is checked."""
        plan, pulse = ready.plan, job.pulse
        start, length = _span(plan, run.wanted)
        hardware = run.encoding.encoder.hardware

        def tell(told: Progress) -> None:
            pulse.encoding(told, start - run.number * length, length * run.of)

        if plan.growing & set(run.wanted.names) and not hardware:
            pulse.grow = self._growing(job, Growth(plan, run.wanted, run.folder, ready.edition, job.task.pieces))
        try:
            async with self._throttle() as throttle:
                if not hardware:
                    return await self._made(ready, run, length, tell, throttle.watch)
                watch = throttle.watch
                async with StallGuard(text("The transcode"), self._stall, tell=tell, watch=watch) as guard:
                    return await self._made(ready, run, length, guard.tell, guard.watch)
        finally:
            pulse.grow = None

    def _throttle(self) -> Throttle:
        return Throttle(self._air.on_air if self._air is not None else None, self._settings.share_on_air / 100)

    async def _made(self, ready: Ready, run: Run, length: int, tell: Tell, watch: Watch) -> Mapping[str, Finished]:
        plan, nice = ready.plan, self._settings.nice
        if run.wanted.copied is not None:
            nice //= 2  # it costs little, and makes a video watchable
        limits = Limits(wall=600 + SLOWEST * length / SECOND, file_size=ENCODE_LIMITS.file_size, nice=nice)
        made = await make_renditions(
            ready.program, ready.source, plan.info, plan.ladder, run.wanted, run.folder,
            encoding=run.encoding, limits=limits, tell=tell, watch=watch,
        )  # fmt: skip
        return dict(zip(run.wanted.names, made, strict=True))

    def _growing(self, job: Job, growth: Growth) -> Callable[[], Awaitable[bool]]:
        async def grow() -> bool:
            if (pieces := await whole(growth.look)) is None:
                return False
            await self._db.write(lambda tx: store.keep(tx, job.task, pieces))
            await self._publisher.settle(job.video.id)
            return True

        return grow


async def _check(ready: Ready, wanted: Wanted, made: Finished, folder: Path) -> None:
    """Decode what a device wrote. Raises MediaFailure."""
    plan, part = ready.plan, wanted.part
    rung = next(rung for rung in wanted.rungs if rung.name == made.name)
    if not made.codecs.startswith(ENTRIES[Codec(rung.codec)]):
        raise MediaFailure(text("It wrote {written}, not {wanted}.", written=made.codecs, wanted=rung.codec))
    frames = part.count if part.count is not None else round(made.playlist.duration * plan.ladder.fps)
    video = plan.info.video
    assert video is not None
    plain = not (video.interlaced or video.rotation or video.alpha or video.colour.hdr)
    opened = ("-f", plan.info.container, "-protocol_whitelist", "file", "-format_whitelist", plan.info.container)
    at = float(part.starts(plan.ladder.fps))
    like = ready.source.absolute() if plain else None
    await check_part(ready.program.path, folder / made.name / PLAYLIST, frames, like=like, opened=opened, at=at)


def _closed(plan: Plan, wanted: Wanted, made: Mapping[str, Finished]) -> Wanted:
    """An open part as one that ends where it ended, so that each cut is checked."""
    if wanted.part.count is not None or wanted.part.cuts is not None:
        return wanted
    frames = round(made[wanted.rungs[0].name].playlist.duration * plan.ladder.fps)
    return replace(wanted, part=replace(wanted.part, count=frames))


def _encoding(plan: Plan, wanted: Wanted, grant: Grant, proofs: Sequence[Proof]) -> Encoding:
    """Parts that another encoder may join have what their decoder needs with them. HEVC's `hvc1` should not, so it does
    only where there is such another."""
    joined = wanted.part != WHOLE
    mixed = grant.encoder.codec is Codec.H264 or any(proof.encoder.hardware for proof in proofs)
    return Encoding(
        preset=plan.choices.preset, encoder=grant.encoder, route=grant.route, repeated=joined and mixed
    )  # fmt: skip


def _runs(wanted: Wanted, sessions: int) -> Iterator[Wanted]:
    """No more rungs at once than the device has sessions; the sounds go with the first."""
    for at in range(0, len(wanted.rungs), max(1, sessions)):
        rungs = wanted.rungs[at : at + max(1, sessions)]
        yield Wanted(rungs, wanted.sounds if not at else (), part=wanted.part)


def _folders(attempt: Path) -> Iterator[Path]:
    """A fresh one for each encoder."""
    yield attempt
    for number in count(2):
        yield attempt / f"again-{number}"


def _clear(folder: Path, wanted: Wanted) -> None:
    for name in wanted.names:
        shutil.rmtree(folder / name, ignore_errors=True)


def _span(plan: Plan, wanted: Wanted) -> tuple[int, int]:
    """Where a task begins and how long it is, in microseconds."""
    fps, part = plan.ladder.fps, wanted.part
    start = round(part.starts(fps) * SECOND)
    if part.count is None:
        return start, max(SECOND, plan.info.duration - start)
    return start, round(part.count / fps * SECOND)
