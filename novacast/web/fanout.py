"""Writing the same bytes to many connections at nearly the price of the kernel's own work.

A transport takes what it is given into a buffer, and all transports are come back to at the end of the loop's turn: for
a thousand of them that costs half as much again as the thousand calls of send(2). So a frame goes straight to each
socket, through a descriptor of its own, which no other connection can ever be behind; what a socket has no room for,
and all that comes behind something which its transport still has to write, goes through the transport.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Protocol, cast


class Line(Protocol):
    """A connection. Whatever else writes to its transport tells its `fanout` by `doubt`."""

    fanout: "Fanout | None"

    @property
    def transport(self) -> asyncio.Transport: ...

    @property
    def write(self) -> Callable[[bytes], None]: ...


class Fanout:
    def __init__(self) -> None:
        self._ready: dict[Line, socket.socket] = {}
        self._aside: dict[Line, socket.socket | None] = {}
        """Those whose transport may have something to write first; None: it must have all (TLS)."""

    def __len__(self) -> int:
        return len(self._ready) + len(self._aside)

    def add(self, line: Line) -> None:
        line.fanout = self
        self._aside[line] = _socket_of(line.transport)

    def discard(self, line: Line) -> None:
        """Before its connection is closed, which it is once no descriptor is open any more."""
        if line.fanout is self:
            line.fanout = None
        self.doubt(line)
        if (own := self._aside.pop(line, None)) is not None:
            own.close()

    def doubt(self, line: Line) -> None:
        """Something was given to its transport."""
        own = self._ready.pop(line, None)
        if own is not None:
            self._aside[line] = own

    def write(self, frame: bytes) -> None:
        """To all. Nothing here waits for anybody; who has no room for it is bounded by its transport."""
        if self._aside:
            self._write_aside(frame)
        size = len(frame)
        short: dict[socket.socket, int] = {}
        # Nothing of a line is touched on the way: of a thousand, none of it is in the processor's cache.
        for own in self._ready.values():
            try:
                sent = own.send(frame)
            except BlockingIOError:
                sent = 0
            except OSError:  # it has ended; its transport is told so as well
                continue
            if sent != size:
                short[own] = sent
        if short:
            for line, sent in [(line, short[own]) for line, own in self._ready.items() if own in short]:
                with contextlib.suppress(RuntimeError):
                    line.write(frame[sent:])

    def _write_aside(self, frame: bytes) -> None:
        for line, own in list(self._aside.items()):
            if own is not None and not line.transport.get_write_buffer_size():
                del self._aside[line]
                self._ready[line] = own
            else:
                # Its connection may have ended in this turn of the loop; that it did is told in the next one.
                with contextlib.suppress(RuntimeError):
                    line.write(frame)


def _socket_of(transport: asyncio.Transport) -> socket.socket | None:
    """A second descriptor of a connection whose bytes are written as they are."""
    there = cast("socket.socket | None", transport.get_extra_info("socket"))
    if there is None or transport.get_extra_info("sslcontext") is not None:
        return None
    own = socket.fromfd(there.fileno(), there.family, there.type)
    own.setblocking(False)
    return own
