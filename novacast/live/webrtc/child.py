"""A process of WebRTC's, as the server has it: begun when it is needed, and again when it has died."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from novacast.errors import NovaCastError
from novacast.i18n import Text
from novacast.live.webrtc.messages import Message, MessageReader
from novacast.media.process import ENVIRONMENT, STDOUT, Child, Command, Outcome
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[3]
"""So that the process is of the same program as this one, wherever that lies."""


class MediaProcess:
    """`hear` is called with each message of it, `died` when it ended by itself. `told` is its first argument."""

    def __init__(
        self,
        name: Text,
        module: str,
        told: Mapping[str, Any],
        hear: Callable[[Message], None],
        died: Callable[[], None],
    ) -> None:
        self._name, self._hear, self._died = name, hear, died
        self._argv = (sys.executable, "-P", "-m", module, json.dumps(told))
        self._child: Child | None = None
        self._starting = asyncio.Lock()
        self._tasks = TaskGroup(module)

    @property
    def waiting(self) -> int:
        """Bytes that it has not taken yet."""
        return 0 if self._child is None else self._child.waiting

    @property
    def child(self) -> Child | None:
        return self._child

    async def start(self) -> None:
        """Repeatable. Raises ChildFailed."""
        async with self._starting:
            if self._child is not None and self._child.running:
                return
            reader = MessageReader()

            def read(data: bytes) -> None:
                for message in reader.feed(data):
                    self._hear(message)

            command = Command(
                self._name,
                self._argv,
                outputs={STDOUT: read},
                environment={**ENVIRONMENT, "PYTHONPATH": str(_ROOT)},
                grace=2.0,
                flow=_Unbounded(),
            )
            self._child = await Child.start(command)
            self._tasks.start(self._watch(self._child), "process")

    def say(self, message: Message) -> None:
        """Never waits; dropped where there is no process."""
        if self._child is not None:
            self._child.write(message.written())

    async def close(self) -> None:
        await self._tasks.close()
        child, self._child = self._child, None
        if child is not None:
            child.finish()
            await child.stop()

    async def _watch(self, child: Child) -> None:
        try:
            outcome: Outcome | NovaCastError = await child.wait()
        except NovaCastError as error:
            outcome = error
        said = outcome.message if isinstance(outcome, NovaCastError) else " / ".join(outcome.tail[-3:])
        log.error("%s ended: %s", self._name, said)
        self._died()


class _Unbounded:
    """Whoever writes much looks at what waits."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...
