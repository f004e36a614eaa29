"""The short way of files in memory: answered straight from the connection's bytes, in the call that brings them.

What aiohttp does for a request (objects for head, request and writer, a task, turns of the loop) costs more than what
the kernel does for a playlist or a part. So a connection that was answered with media gets an `Express` in front of
aiohttp's protocol. It answers one complete, bodiless GET of the plainest shape, for a file in memory and a viewer
beyond doubt, while nothing else is under way on that connection. All other bytes go to aiohttp as they came, and so
does a request whose reader takes its answer too slowly: waiting, stalling and stopping are known there.

What is on air and has yet to come is waited for here as well, in no task: the connection stands in a list, and its
answer goes out in the call that brings what all in the list wait for. What else arrives meanwhile is kept until then.
"""

import asyncio
import re
from typing import NamedTuple, Protocol

from novacast.playback.delivery.cache import Held
from novacast.playback.delivery.on_air import Wait
from novacast.playback.delivery.sending import send_at_once
from novacast.records import dataclass

LONGEST = 8192
"""Bytes of a head, as aiohttp limits a line."""
TURNS = 4
"""Of the loop, that aiohttp is given to come to its end of a request before the next one is passed on to it."""
_PLAIN = re.compile(
    rb"GET (/media/[A-Za-z0-9/_.=-]{1,1500}+)(?:\?([!-~]{0,500}+))? HTTP/1\.1\r\n"
    # Whatever asks for more than the whole file, announces a body, or speaks of the connection goes the long way.
    rb"(?:(?!(?i:range|if-|origin|content-|transfer-|expect|upgrade|trailer|te:|connection:(?! ?keep-alive\r)))"
    rb"[!#-'*+.^_`|~0-9A-Za-z-]++:[\t -~\x80-\xff]*+\r\n)++\r\n"
)


class Desk(Protocol):
    """Who knows the answers."""

    def ready(self, path: str, query: str) -> "Ready | Wait | None":
        """None for what is to go the long way."""
        ...

    def arrived(self, path: str, wait: Wait) -> "Ready | None":
        """The answer to a request that has waited, for a viewer who may still have it."""
        ...


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


class Ready(NamedTuple):
    """A finished head, and the body that follows it; `held` where it is a file's."""

    head: bytes
    body: memoryview
    held: Held | None


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of an answer whose beginning is on its way."""

    head: bytes
    body: memoryview
    held: Held | None


@dataclass(frozen=True, slots=True)
class Waited:
    """A request whose wait is over, and what came of it: asked again it might wait as long once more."""

    path: str
    """The request's, without its query."""
    wait: Wait


class Express(asyncio.Protocol):
    """`join` puts it in front; `begun` is for the handler of the request that it passed on after beginning it."""

    __slots__ = (
        "_begun",
        "_behind",
        "_between",
        "_desk",
        "_later",
        "_link",
        "_path",
        "_quiet_since",
        "_timer",
        "_transport",
        "_turns",
        "_wait",
        "_waiting_request",
    )

    def __init__(self, behind: Behind, transport: asyncio.Transport, link: int, desk: Desk) -> None:
        self._behind, self._transport, self._link, self._desk = behind, transport, link, desk
        self._between = False
        """Whether the last bytes that aiohttp got ended a head: its parser holds no beginning of another. Bytes that
        came before this protocol are unknown."""
        self._begun: Rest | Waited | None = None
        self._wait: Wait | None = None
        self._waiting_request, self._path = b"", ""
        self._later = b""
        """What came while a request waits, or aiohttp was not done with the one before."""
        self._turns = 0
        self._quiet_since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def join(cls, request: Asked, desk: Desk) -> None:
        """From the next bytes on, if it isn't there already. TLS needs its layer between, and goes the long way."""
        transport, behind = request.transport, request.protocol
        front: object = None if transport is None else transport.get_protocol()
        if transport is None or front is not behind:
            return
        link = transport.get_extra_info("socket")
        if link is not None and transport.get_extra_info("sslcontext") is None:
            transport.set_protocol(cls(behind, transport, link.fileno(), desk))

    @staticmethod
    def begun(request: Asked) -> Rest | Waited | None:
        """What was done of `request` before it was passed on, once."""
        front = None if request.transport is None else request.transport.get_protocol()
        if not isinstance(front, Express):
            return None
        begun, front._begun = front._begun, None  # noqa: SLF001 - its own
        return begun

    def data_received(self, data: bytes) -> None:
        if self._wait is not None:
            # One read's worth is enough to keep. A reader who sends more is met again behind the answer.
            self._later += data
            self._transport.pause_reading()
            return
        if self._turns:
            self._later += data
        elif self._between and not self._waiting():
            self._later, self._turns = data, TURNS
            asyncio.get_running_loop().call_soon(self._look_again)
        else:
            self._take(data)

    def _look_again(self) -> None:
        """A player asks for the next thing before aiohttp has put away the answer that it was given."""
        if not self._turns:
            return
        self._turns -= 1
        if self._turns and not self._waiting():
            asyncio.get_running_loop().call_soon(self._look_again)
            return
        data, self._later, self._turns = self._later, b"", 0
        self._take(data)

    def _take(self, data: bytes) -> None:
        if self._between and self._waiting() and self._answer(data):
            self._quiet_from_now()
        else:
            self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        self._between = data.endswith(b"\r\n\r\n")
        self._behind.data_received(data)
        if self._timer is not None and not self._waiting():
            # A request is complete; aiohttp's own timer begins again with its answer.
            self._timer.cancel()
            self._timer = None

    def _answer(self, data: bytes) -> bool:
        """Whether it is done with, or waits; if not, aiohttp has to do what is left."""
        found = _PLAIN.fullmatch(data) if len(data) <= LONGEST else None
        if found is None:
            return False
        path = found[1].decode()
        ready = self._desk.ready(path, (found[2] or b"").decode())
        if ready is None:
            return False
        if isinstance(ready, Wait):
            ready.join(self)
            self._wait, self._waiting_request, self._path = ready, data, path
            return True
        return self._send(ready)

    def _send(self, ready: Ready) -> bool:
        """Whether all of the answer is in the kernel's hands."""
        if self._transport.is_closing() or self._transport.get_write_buffer_size():
            return False
        held = ready.held
        source = None if held is None or held.handle is None else (held.handle, 0)
        head, body = send_at_once(self._link, ready.head, ready.body, source)
        if head or body:
            self._begun = Rest(head, body, held)
            return False
        return True

    def called(self, wait: Wait) -> None:
        if self._wait is not wait:
            return
        data, later = self._waiting_request, self._later
        self._wait, self._waiting_request, self._later = None, b"", b""
        ready = self._desk.arrived(self._path, wait)
        if ready is not None and self._send(ready):
            self._quiet_from_now()
        else:
            if self._begun is None:
                self._begun = Waited(self._path, wait)
            self._pass_on(data)
        if later and not self._transport.is_closing():
            self._transport.resume_reading()
            self.data_received(later)

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
        if self._wait is not None:
            self._quiet_since = loop.time()
        left = self._quiet_since + self._behind.keepalive_timeout - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
        elif self._waiting():
            self._behind.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._begun, self._turns = None, 0
        if self._wait is not None:
            self._wait.leave(self)
            self._wait = None
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
