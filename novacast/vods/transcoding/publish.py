"""Bringing to people what is there to be watched: files first, each in one step, then the rows that say so.

Several workers may do this for one video at once. Whoever writes holds the lock of its edition and reads the rows
behind it, so that a playlist never loses what it had.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.durable import sync_folder
from novacast.jobs import LOW, JobQueue
from novacast.media.boxes import LARGEST_INIT, codecs_of
from novacast.media.codec_strings import covering
from novacast.media.commands import INIT, PLAYLIST, SEGMENTS
from novacast.media.encode import MASTER, Finished, master_of
from novacast.media.info import MediaInfo
from novacast.media.playlists import MediaPlaylist, measured, media_playlist
from novacast.records import dataclass
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, whole, write
from novacast.vods.models import Video, VideoState
from novacast.vods.ports import Weighs
from novacast.vods.recordings import store as recordings
from novacast.vods.transcoding import store
from novacast.vods.transcoding.board import Board, Shown, board, copied, pictures, smallest
from novacast.vods.transcoding.dressing import Around, Dress, alone
from novacast.vods.transcoding.models import JOB, LIVE, Kind, Piece, Step, Task, TaskState, Transcode, TranscodeState
from novacast.vods.transcoding.plan import Plan
from novacast.vods.transcoding.ports import Keeps


@dataclass(frozen=True, slots=True)
class Seen:
    """A video's rows at one moment."""

    video: Video
    transcode: Transcode
    tasks: Sequence[Task]
    plan: Plan
    board: Board


class Publisher:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        rooms: Sequence[Keeps] = (),
        around: Around | None = None,
        weights: Weighs | None = None,
    ) -> None:
        """`rooms` bring what they keep beside the picture into every edition; `around` is named by the playlists."""
        self._db = db
        self._folders = folders
        self._queue = queue
        self._rooms = rooms
        self._around = around
        self._weights = weights

    async def settle(self, video_id: str) -> None:
        """Publish what there is, add the tasks that follow from what is done, end what is finished. Repeatable."""
        edition = await self._edition(video_id)
        if edition is None:
            return
        changed = False
        with suppress(FileNotFoundError):  # deleted meanwhile
            async with alone(self._folders.edition(video_id, edition)):
                seen = await self._seen(video_id)
                if seen is None or seen.transcode.edition != edition or seen.transcode.state not in LIVE:
                    return
                dress = await self._dress(video_id)
                await whole(self._write, self._folders.edition(video_id, edition), seen, dress)
                changed = await self._db.write(lambda tx: self._told(tx, seen))
        if changed:
            await self.tidy(video_id)

    async def tidy(self, video_id: str) -> None:
        """Remove editions that nobody watches or goes on with, and of a transcode that ended what is in pieces."""
        seen = await self._seen(video_id)
        if seen is None:
            video = await self._db.one(videos.by_id(video_id))
            if video is not None:
                await whole(self._folders.keep_only, video_id, {video.edition or ""})
                await self._weigh(video_id)
                await self._db.write(lambda tx: store.tidied(tx, video_id))
            return
        edition, over = seen.transcode.edition or "", seen.transcode.state not in LIVE
        done = [task for task in seen.tasks if task.state is TaskState.DONE and task.kind.renders]
        watched = seen.video.edition if seen.video.state is VideoState.READY else None
        if over and seen.transcode.state is not TranscodeState.DONE and not done and watched != edition:
            await whole(self._folders.keep_only, video_id, {watched or ""})
            await self._weigh(video_id)
            await self._db.write(lambda tx: _forgotten(tx, video_id))
            return
        await whole(self._folders.keep_only, video_id, {watched or "", edition})
        if over and seen.transcode.state is not TranscodeState.DONE:
            with suppress(FileNotFoundError):
                async with alone(self._folders.edition(video_id, edition)):
                    dress = await self._dress(video_id)
                    await whole(_clear, self._folders.edition(video_id, edition), seen, dress)
        if over:
            await self._weigh(video_id)
            await self._db.write(lambda tx: store.tidied(tx, video_id))

    async def _weigh(self, video_id: str) -> None:
        if self._weights is not None:
            await self._weights.weigh(video_id)

    async def _dress(self, video_id: str) -> Dress | None:
        return await self._around.dress(video_id) if self._around is not None else None

    async def _edition(self, video_id: str) -> str | None:
        transcode = await self._db.one(store.by_video(video_id))
        return None if transcode is None or transcode.plan is None else transcode.edition

    async def _seen(self, video_id: str) -> Seen | None:
        async with self._db.snapshot() as view:
            video = await view.one(videos.by_id(video_id))
            transcode = await view.one(store.by_video(video_id))
            tasks = await view.all(store.tasks(video_id))
        if video is None or transcode is None or transcode.plan is None:
            return None
        plan = Plan.read(transcode.plan)
        return Seen(video, transcode, tasks, plan, board(plan, tasks))

    def _write(self, folder: Path, seen: Seen, dress: Dress | None) -> None:
        finished, shown = seen.board.finished, seen.board
        listed = [*shown.rungs, *shown.sounds]
        if shown.growing is not None and shown.growing not in listed:
            listed.append(shown.growing)
        for rendition in listed:
            if rendition.pieces:
                _write_playlist(folder, seen.plan, rendition, finished=finished)
        if shown.watchable:
            for room in self._rooms:
                room.place(seen.video, folder)
            write(folder / MASTER, _master(folder, seen.plan, shown, dress), sync=bool(shown.complete))
            if shown.complete:
                sync_folder(folder)

    def _told(self, tx: Transaction, seen: Seen) -> bool:
        """The rows and facts of what was written; True where files may be left over by it."""
        video_id, edition = seen.video.id, seen.transcode.edition
        now = tx.one(store.by_video(video_id))
        video = tx.one(videos.by_id(video_id))
        if video is None or now is None or now.state not in LIVE or now.edition != edition:
            return False
        elsewhere = video.state is VideoState.READY and video.edition != edition
        # Read anew: a picture may have come since, and whoever made it finds the transcode ended if this ends it.
        drawn = pictures(tx.all(store.tasks(video_id)))
        if video.edition == edition and drawn != {name: getattr(video, name) for name in drawn}:
            videos.change(tx, video_id, drawn)
        watchable = seen.board.watchable and not (elsewhere and _waits(tx, video, seen))
        fresh = _rungs(tx, seen) if watchable or not elsewhere else False
        switched = watchable and (video.state is not VideoState.READY or video.edition != edition)
        if switched:
            videos.change(tx, video_id, {**_ready(tx, video, edition, seen), **drawn})
            audience = outbox.org(video.org_id)
            outbox.emit(tx, "video.published", video_id, audience, visibility=video.visibility.value)
        if fresh and watchable:
            names = [rung.name for rung in seen.board.rungs]
            outbox.emit(tx, "video.rungs", video_id, outbox.org(video.org_id), rungs=names)
        self._follow(tx, seen)
        tasks = tx.all(store.tasks(video_id))
        if seen.board.finished and all(task.state is TaskState.DONE for task in tasks):
            self._finish(tx, video, seen)
            return True
        return switched

    def _follow(self, tx: Transaction, seen: Seen) -> None:
        """The tasks that can only be told now."""
        steps: list[Step] = []
        if cut := copied(seen.plan, seen.tasks):
            steps += seen.plan.following(cut)
        if smallest(seen.plan, [rung.name for rung in seen.board.complete]) is not None:
            steps.append(Step("storyboard", Kind.STORYBOARD))
        edition = seen.transcode.edition or ""
        for _ in range(store.add(tx, seen.video.id, edition, steps)):
            self._queue.enqueue_after(tx, JOB, seen.video.id, priority=LOW, long=True)

    def _finish(self, tx: Transaction, video: Video, seen: Seen) -> None:
        board = seen.board
        size = sum(shown.size for shown in (*board.rungs, *board.sounds))
        if store.end(tx, video.id, TranscodeState.DONE):
            videos.change(tx, video.id, {"media_bytes": size})
            store.forget(tx, video.id)
            outbox.emit(tx, "video.finished", video.id, outbox.org(video.org_id))


def _rungs(tx: Transaction, seen: Seen) -> bool:
    """Whether a rung can be watched whole that could not before."""
    before = tx.all(videos.rungs(seen.video.id))
    complete = {rung.name: rung.size for rung in seen.board.complete}
    growing = seen.board.growing.name if seen.board.growing is not None else None
    rows = [
        (rung.name, rung.width, rung.height, _state(rung.name, complete, growing), complete.get(rung.name))
        for rung in seen.plan.rungs
    ]
    videos.set_rungs(tx, seen.video.id, rows)
    return not complete.keys() <= {rung.name for rung in before if rung.published}


def _waits(tx: Transaction, video: Video, seen: Seen) -> bool:
    """What was broadcast can be watched in all its rungs: nothing half made takes its place."""
    return not seen.board.finished and tx.one(recordings.edition(video.id)) == video.edition


def _state(name: str, complete: Collection[str], growing: str | None) -> str:
    if name in complete:
        return "published"
    return "growing" if name == growing else "encoding"


def _ready(tx: Transaction, video: Video, edition: str | None, seen: Seen) -> dict[str, object]:
    width, height = _size(seen.plan.info)
    return {
        "state": VideoState.READY.value,
        "edition": edition,
        "published_at": video.published_at or tx.now,
        "duration": seen.plan.info.duration,
        "width": width,
        "height": height,
    }


def _write_playlist(folder: Path, plan: Plan, shown: Shown, *, finished: bool) -> None:
    """While a transcode goes on its playlists grow; once all is there, it is as if they never had."""
    segments = shown.segments
    init, target = segments[0].init, plan.target
    lines = media_playlist(init, target, segments, ended=shown.complete, grew=not finished)
    path = folder / shown.name / PLAYLIST
    with suppress(FileNotFoundError):
        if path.read_text() == lines:
            return
    write(path, lines, sync=shown.complete)


def _master(folder: Path, plan: Plan, board: Board, dress: Dress | None) -> str:
    """What it names beside renditions is put there too."""
    rungs = {rung.name: rung for rung in plan.rungs}
    sounds = zip(plan.ladder.sounds, board.sounds, strict=True)
    master = master_of(
        [(rungs[shown.name], _finished(folder, plan, shown)) for shown in board.rungs],
        [(sound, _finished(folder, plan, shown)) for sound, shown in sounds],
    )
    return master if dress is None else dress.put(folder, plan.info.duration, master)


def _finished(folder: Path, plan: Plan, shown: Shown) -> Finished:
    inits = {name: _init(folder / shown.name / name) for name in dict.fromkeys(one.init for one in shown.segments)}
    playlist = MediaPlaylist(plan.target, INIT, shown.segments)
    rate = measured(playlist, [piece.size for piece in shown.pieces]) if shown.complete else plan.rate(shown.name)
    codecs = covering(",".join(codecs_of(init)) for init in inits.values())
    return Finished(shown.name, playlist, rate, codecs, shown.size + sum(map(len, inits.values())))


def _init(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_INIT + 1)


def _clear(folder: Path, seen: Seen, dress: Dress | None) -> None:
    """Blocking. Of a transcode that ended too early what finished tasks made stays, and what is whole is listed."""
    kept = {shown.name for shown in (*seen.board.complete, *(one for one in seen.board.sounds if one.complete))}
    done = [task for task in seen.tasks if task.state is TaskState.DONE]
    ours = {rung.name for rung in seen.plan.rungs} | {sound.name for sound in seen.plan.ladder.sounds}
    for rendition in [entry for entry in folder.iterdir() if entry.is_dir() and entry.name in ours]:
        names = {INIT} | ({PLAYLIST} if rendition.name in kept else set())
        names |= _named(seen.plan, done, copied(seen.plan, seen.tasks), rendition.name)
        for file in rendition.iterdir():
            if file.name not in names:
                file.unlink(missing_ok=True)
    for shown in (*seen.board.complete, *seen.board.sounds):
        if shown.complete:
            _write_playlist(folder, seen.plan, shown, finished=True)
    if seen.board.complete and all(sound.complete for sound in seen.board.sounds):
        write(folder / MASTER, _master(folder, seen.plan, seen.board, dress), sync=True)
    else:
        (folder / MASTER).unlink(missing_ok=True)


def _named(plan: Plan, done: Sequence[Task], cut: Sequence[Piece], rendition: str) -> set[str]:
    """Names of the files that finished tasks made of a rendition."""
    names: set[str] = set()
    for task in done:
        first = plan.wanted(task.kind, task.number, cut).part.segment if task.kind.renders else 0
        pieces = task.pieces.get(rendition, ())
        names |= {SEGMENTS % (first + n) for n in range(len(pieces))} | {piece.init or INIT for piece in pieces}
    return names


def _forgotten(tx: Transaction, video_id: str) -> None:
    store.forget(tx, video_id)
    store.tidied(tx, video_id)


def _size(info: MediaInfo) -> tuple[int | None, int | None]:
    if info.video is None:
        return None, None
    width, height = info.video.display_size
    return max(1, round(Fraction(width))), max(1, round(Fraction(height)))
