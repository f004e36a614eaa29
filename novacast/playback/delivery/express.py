"""The short way of files in memory: answered straight from the connection's bytes, in the call that brings them.

What aiohttp does for a request (objects for head, request and writer, a task, turns of the loop) costs more than what
the kernel does for a playlist or a part. So a connection that was answered with media gets an `Express` in front of
aiohttp's protocol. It answers one complete, bodiless GET of the plainest shape, for a file in memory and a viewer
beyond doubt, while nothing else is under way on that connection. All other bytes go to aiohttp as they came, and so
does a request whose reader takes its answer too slowly: waiting, stalling and stopping are known there.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from novacast.playback.delivery.cache import Held
from novacast.playback.delivery.sending import send_at_once

LONGEST = 8192
"""Bytes of a head, as aiohttp limits a line."""
_PLAIN = re.compile(
    rb"GET (/media/[A-Za-z0-9/_.=-]{1,1500}+)(?:\?[!-~]{0,500}+)? HTTP/1\.1\r\n"
    # Whatever asks for more than the whole file, announces a body, or speaks of the connection goes the long way.
    rb"(?:(?!(?i:range|if-|origin|content-|transfer-|expect|upgrade|trailer|te:|connection:(?! ?keep-alive\r)))"
    rb"[!#-'*+.^_`|~0-9A-Za-z-]++:[\t -~\x80-\xff]*+\r\n)++\r\n"
)

Find = Callable[[str], "Ready | None"]


class Behind(Protocol):
    """What is used of aiohttp's protocol of a connection."""

    @property
    def keepalive_timeout(self) -> float: ...
    def keep_alive(self, val: bool) -> None: ...
    def force_close(self) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def connection_lost(self, exc: BaseException | None) -> None: ...
    def eof_received(self) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class Asked(Protocol):
    """What is used of aiohttp's request."""

    @property
    def transport(self) -> asyncio.Transport | None: ...
    @property
    def protocol(self) -> Behind: ...


@dataclass(frozen=True, slots=True)
class Ready:
    """A finished head, and the file whose body follows it."""

    head: bytes
    held: Held


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of an answer whose beginning is on its way."""

    head: bytes
    body: memoryview
    held: Held


class Express(asyncio.Protocol):
    """`join` puts it in front; `rest` is for the handler of the request that it passed on after beginning it."""

    __slots__ = ("_behind", "_between", "_find", "_link", "_quiet_since", "_rest", "_timer", "_transport")

    def __init__(self, behind: Behind, transport: asyncio.Transport, link: int, find: Find) -> None:
        self._behind, self._transport, self._link, self._find = behind, transport, link, find
        self._between = False
        """Whether the last bytes that aiohttp got ended a head: its parser holds no beginning of another. Bytes that
        came before this protocol are unknown."""
        self._rest: Rest | None = None
        self._quiet_since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def join(cls, request: Asked, find: Find) -> None:
        """From the next bytes on, if it isn't there already. TLS needs its layer between, and goes the long way."""
        transport, behind = request.transport, request.protocol
        front: object = None if transport is None else transport.get_protocol()
        if transport is None or front is not behind:
            return
        link = transport.get_extra_info("socket")
        if link is not None and transport.get_extra_info("sslcontext") is None:
            transport.set_protocol(cls(behind, transport, link.fileno(), find))

    @staticmethod
    def rest(request: Asked) -> Rest | None:
        """What `request` was begun with and not finished, once."""
        front = None if request.transport is None else request.transport.get_protocol()
        if not isinstance(front, Express):
            return None
        rest, front._rest = front._rest, None  # noqa: SLF001 - its own
        return rest

    def data_received(self, data: bytes) -> None:
        if self._between and self._waiting() and self._answer(data):
            self._quiet_from_now()
            return
        self._between = data.endswith(b"\r\n\r\n")
        self._behind.data_received(data)
        if self._timer is not None and not self._waiting():
            # A request is complete; aiohttp's own timer begins again with its answer.
            self._timer.cancel()
            self._timer = None

    def _answer(self, data: bytes) -> bool:
        """Whether all of the answer is in the kernel's hands."""
        found = _PLAIN.fullmatch(data) if len(data) <= LONGEST else None
        ready = self._find(found[1].decode()) if found else None
        if ready is None or self._transport.is_closing() or self._transport.get_write_buffer_size():
            return False
        held = ready.held
        source = None if held.handle is None else (held.handle, 0)
        head, body = send_at_once(self._link, ready.head, held.body, source)
        if head or body:
            self._rest = Rest(head, body, held)
            return False
        return True

    def _waiting(self) -> bool:
        """Whether aiohttp has answered all it got. Where it has no such attribute any more, nothing goes express."""
        waiter = getattr(self._behind, "_waiter", None)
        return waiter is not None and not waiter.done()

    def _quiet_from_now(self) -> None:
        loop = asyncio.get_running_loop()
        self._quiet_since = loop.time()
        if self._timer is None:
            self._behind.keep_alive(True)  # ends its timer, which counts from its own last answer
            self._timer = loop.call_later(self._behind.keepalive_timeout, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        left = self._quiet_since + self._behind.keepalive_timeout - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
        elif self._waiting():
            self._behind.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._rest = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._behind.connection_lost(exc)

    def eof_received(self) -> None:
        self._behind.eof_received()

    def pause_writing(self) -> None:
        self._behind.pause_writing()

    def resume_writing(self) -> None:
        self._behind.resume_writing()
