"""Transcodes before one's eyes: a bar per video, whoever does the work."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from novacast.identity import SYSTEM
from novacast.tasks import TaskGroup
from novacast.vods.transcoding.models import Transcode, TranscodeState
from novacast.wiring import Services
from novacast_admin.cli.output import err

LOOK_SECONDS = 0.2
ENDED = (TranscodeState.DONE, TranscodeState.FAILED, TranscodeState.CANCELLED)
STEPS = {"probe": "looking at it", "encode": "encoding", "pictures": "pictures"}
PER_MILLE = 1000


def bars() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=True),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[step]}"),
        TimeElapsedColumn(),
        console=err,
    )


async def follow(services: Services, titles: Mapping[str, str], *, here: bool, shown: Progress) -> list[Transcode]:
    """Watch the transcodes of videos (id -> title) to their end; `here`: do them in this process as well.

    Interrupted, a transcode that was under way here is handed back for the next worker.
    """
    lines = {
        video_id: shown.add_task(escape(title), total=PER_MILLE, step="waiting") for video_id, title in titles.items()
    }
    async with _working(services, list(titles) if here else []):
        while True:
            found = [await services.vods.transcoding.show(SYSTEM, video_id) for video_id in titles]
            for transcode in found:
                _draw(shown, lines[transcode.video_id], transcode)
            if all(transcode.state in ENDED for transcode in found):
                break
            await asyncio.sleep(LOOK_SECONDS)
    if here:
        # What a killed process had begun lies about, and there may be no server yet to clear it away.
        await services.vods.transcoding.sweep()
    return found


@asynccontextmanager
async def _working(services: Services, video_ids: list[str]) -> AsyncIterator[None]:
    tasks = TaskGroup("transcodes")
    tasks.start(_work(services, video_ids), "all")
    try:
        yield
    finally:
        await tasks.close()


async def _work(services: Services, video_ids: list[str]) -> None:
    for video_id in video_ids:
        while (await services.vods.transcoding.show(SYSTEM, video_id)).state not in ENDED:
            await services.vods.work.finish(video_id)
            # One that another process left half way is free again once its lease has run out.
            await asyncio.sleep(LOOK_SECONDS)


def _draw(shown: Progress, line: TaskID, transcode: Transcode) -> None:
    match transcode.state:
        case TranscodeState.DONE:
            shown.update(line, completed=PER_MILLE, step="[green]ready[/]")
            shown.stop_task(line)
        case TranscodeState.FAILED | TranscodeState.CANCELLED:
            shown.update(line, completed=transcode.progress, step=f"[red]{transcode.state.value}[/]")
            shown.stop_task(line)
        case TranscodeState.RUNNING:
            speed = f" at {transcode.speed:.1f}x" if transcode.speed else ""
            shown.update(line, completed=transcode.progress, step=f"{STEPS.get(transcode.step, transcode.step)}{speed}")
        case TranscodeState.QUEUED:
            shown.update(line, step="waiting")
