"""The service manager is told when we serve, that we live, and when we stop (sd_notify(3))."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Sequence

from novacast.settings.service import ServiceManager

log = logging.getLogger(__name__)

PARTS = 3
"""A sign of life comes so many times within the time it is waited for."""


class Supervision:
    def __init__(self, manager: ServiceManager) -> None:
        self._manager = manager

    def sockets(self) -> Sequence[socket.socket]:
        """Those that were handed over, to be closed by whoever takes them. The service manager keeps its own: while we
        are not there, whoever connects waits."""
        found = []
        for descriptor in self._manager.sockets:
            one = socket.socket(fileno=descriptor)
            one.setblocking(False)
            one.set_inheritable(False)
            found.append(one)
        return found

    def ready(self, status: str) -> None:
        self._tell(f"READY=1\nSTATUS={status}")

    def stopping(self) -> None:
        self._tell("STOPPING=1\nSTATUS=stopping")

    async def live(self) -> None:
        """Tell that we live for as long as the event loop turns, which it does not where something blocks it."""
        while self._manager.watchdog:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(self._manager.watchdog / PARTS)

    def _tell(self, message: str) -> None:
        if not self._manager.notify:
            return
        address = self._manager.notify
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.setblocking(False)
            way.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            way.send(message.encode())
