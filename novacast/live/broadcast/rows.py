"""What is to be written down of a broadcast, one after the other, while it goes on."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from novacast.errors import NovaCastError
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)


class RowQueue:
    """A busy database delays what is told of a programme, never the programme."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Coroutine[Any, Any, object] | None] = asyncio.Queue()
        self._tasks = TaskGroup("rows")
        self._worker = self._tasks.start(self._run(), "write")

    def put(self, work: Coroutine[Any, Any, object]) -> None:
        self._waiting.put_nowait(work)

    async def close(self) -> None:
        """Once all that waits is written."""
        self._waiting.put_nowait(None)
        await asyncio.wait({self._worker})

    async def _run(self) -> None:
        while (work := await self._waiting.get()) is not None:
            try:
                await work
            except NovaCastError as error:
                log.warning("a programme's state could not be written: %s", error.message)
            except Exception:
                log.exception("a programme's state could not be written")
