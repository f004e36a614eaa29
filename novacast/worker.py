"""Root of the worker: takes jobs from the queue and runs each in an event loop, over services of its own.

`python -m novacast.worker` is the server's child and has its settings from the environment; `novacast worker` is the
same by itself, beside the server or on another machine.
"""

import logging
import sys

from novacast import logs
from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.jobs import Work, Worker, connect
from novacast.settings import Settings, load
from novacast.wiring import JOBS, Services, services

log = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Work until TERM or INT. Jobs under way are stopped in order; their rows bring them back."""
    folder = DataFolder.at(settings.data)
    folder.prepare()
    table = {name: _bridge(settings, name) for name in JOBS}
    Worker(connect(settings.jobs, folder.queue), table, settings.transcode.workers).run()


def _bridge(settings: Settings, name: str) -> Work:
    async def work(*ids: str) -> None:
        logs.context.set(" ".join((name, *ids)))
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
