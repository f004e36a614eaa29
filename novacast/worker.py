"""Root of the worker: takes jobs from the queue and runs each in an event loop, over services of its own.

`python -m novacast.worker` is the server's child and has its settings from the environment; `novacast worker` is the
same by itself, beside the server or on another machine.
"""

import gc
import logging
import sys
import time
from collections.abc import Callable, Mapping

from novacast import logs
from novacast.clock import SystemClock
from novacast.database import pending
from novacast.errors import NewerDatabase
from novacast.folder import DataFolder
from novacast.jobs import Work, Worker, connect
from novacast.notifications.news.spreading import JOB as SPREAD
from novacast.notifications.push.service import JOB as PUSH
from novacast.notifications.service import JOB as SEND
from novacast.notifications.service import PATIENT as POST
from novacast.operations.imports.service import JOB as IMPORT
from novacast.operations.imports.undoing import JOB as UNDO_IMPORT
from novacast.settings import Settings, load
from novacast.tables import MIGRATIONS
from novacast.vods.captions.extraction import JOB as EXTRACT
from novacast.vods.captions.speech.models import JOB as TRANSCRIBE
from novacast.vods.downloads.models import JOB as DOWNLOADS
from novacast.vods.pictures.models import JOB as PICTURES
from novacast.vods.recordings.improving import JOB as IMPROVE
from novacast.vods.removal import JOB as REMOVE
from novacast.vods.replacement.models import JOB as REPLACE
from novacast.vods.transcoding.models import BEGIN
from novacast.vods.transcoding.models import JOB as TRANSCODE
from novacast.wiring import Services, services

log = logging.getLogger(__name__)

BETWEEN_LOOKS = 0.5
"""Seconds."""

JOBS: Mapping[str, Callable[[Services], Work]] = {
    SEND: lambda own: own.notifications.delivery.send,
    POST: lambda own: own.notifications.post.run,
    SPREAD: lambda own: own.news.spreading.run,
    PUSH: lambda own: own.news.pusher.run,
    TRANSCODE: lambda own: own.vods.work.run,
    BEGIN: lambda own: own.vods.work.begin,
    REMOVE: lambda own: own.vods.removal.remove,
    EXTRACT: lambda own: own.vods.captions.extraction.run,
    TRANSCRIBE: lambda own: own.vods.captions.work.run,
    PICTURES: lambda own: own.vods.picture_work.run,
    DOWNLOADS: lambda own: own.vods.download_work.run,
    REPLACE: lambda own: own.vods.replacement_work.run,
    IMPROVE: lambda own: own.vods.improving.run,
    IMPORT: lambda own: own.operations.imports.work,
    UNDO_IMPORT: lambda own: own.operations.undoing.work,
}


def run(settings: Settings) -> None:
    """Work until TERM or INT. Jobs under way are stopped in order; their rows bring them back.

    Raises NewerDatabase. One that is older, or not there yet, is the server's to see to, and waited for.
    """
    folder = DataFolder.at(settings.data)
    folder.prepare()
    _wait_for(folder)
    with folder.attend("worker"):
        # What is loaded stays. Left in, each full collection of garbage goes through all of it, in the midst of a job.
        gc.freeze()
        Worker(connect(settings.jobs, folder.queue), table(settings), settings.transcode.workers).run()


def table(settings: Settings) -> Mapping[str, Work]:
    return {name: _bridge(settings, name) for name in JOBS}


def _wait_for(folder: DataFolder) -> None:
    if not pending(folder.database, MIGRATIONS):
        return
    log.info("%s waits for the server to make it or bring it up to date", folder.database)
    while pending(folder.database, MIGRATIONS):
        time.sleep(BETWEEN_LOOKS)
    log.info("%s is up to date", folder.database)


def _bridge(settings: Settings, name: str) -> Work:
    folder = DataFolder.at(settings.data)

    async def work(*ids: str) -> None:
        # The request or job that wished for it stands last, so that one search finds the whole way.
        mark = logs.context.get()
        logs.context.set(" ".join((name, *ids, *([f"for {mark}"] if mark else ()))))
        try:
            # An upgrade may restart the server before its worker.
            pending(folder.database, MIGRATIONS)
        except NewerDatabase as error:
            log.error("left for a worker of the newer version; restart this one: %s", error)
            return
        async with services(settings, SystemClock(), readers=1) as own:
            await _job(own, name)(*ids)

    return work


def _job(own: Services, name: str) -> Work:
    return JOBS[name](own)


def main() -> None:
    settings = load()
    # The parent reads our standard output and puts it into its own log.
    logs.configure(settings.log.level, settings.log.format, stream=sys.stdout)
    run(settings)


if __name__ == "__main__":
    main()
