"""HTTP/1.1 as cheaply as Python allows: a crowd that is slower than the server would measure itself."""

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import cast

from novacast.errors import Unavailable

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
LOST = 0
"""Status of an answer that never came."""

Then = Callable[["Answer"], None]


class Answer:
    __slots__ = ("body", "head", "status")

    def __init__(self, status: int, head: bytes, body: bytes) -> None:
        self.status, self.head, self.body = status, head, body

    @property
    def location(self) -> str:
        found = _LOCATION.search(self.head)
        return found[1].decode() if found else ""


class Line(asyncio.Protocol):
    """A connection with one request at a time, whose answers say how long they are."""

    def __init__(self, host: str) -> None:
        self._host = host.encode()
        self._transport: asyncio.Transport | None = None
        self._head = b""
        self._pieces: list[bytes] = []
        self._missing = 0
        self._then: Then | None = None

    @classmethod
    async def open(cls, host: str, port: int) -> "Line":
        """Raises OSError."""
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(lambda: cls(f"{host}:{port}"), host, port)
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @property
    def idle(self) -> bool:
        return self._then is None

    def ask(self, target: bytes, then: Then, *, method: bytes = b"GET", head: bytes = b"", body: bytes = b"") -> None:
        """`head`: whole header lines. `then` is called with the answer, or with LOST where there is none."""
        self._then = then
        if self._transport is None or self._transport.is_closing():
            asyncio.get_running_loop().call_soon(self._finish, Answer(LOST, b"", b""))
            return
        if body:
            head += b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        self._transport.write(b"%b %b HTTP/1.1\r\nHost: %b\r\n%b\r\n%b" % (method, target, self._host, head, body))

    async def get(self, target: str, *, method: str = "GET", head: str = "", body: bytes = b"") -> Answer:
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        def then(answer: Answer) -> None:
            if not done.done():
                done.set_result(answer)

        self.ask(target.encode(), then, method=method.encode(), head=head.encode(), body=body)
        return await done

    def data_received(self, data: bytes) -> None:
        if not self._head:
            if self._pieces:
                data = self._pieces.pop() + data
            end = data.find(b"\r\n\r\n") + 4
            if end < 4:
                self._pieces.append(data)
                return
            self._head, data = data[:end], data[end:]
            found = _LENGTH.search(self._head)
            self._missing = int(found[1]) if found else 0
        self._pieces.append(data)
        self._missing -= len(data)
        if self._missing <= 0:
            body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
            answer = Answer(int(self._head[9:12]), self._head, body)
            self._head = b""
            self._pieces.clear()
            self._finish(answer)

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(Answer(LOST, b"", b""))

    def _finish(self, answer: Answer) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(answer)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def good(answer: Answer, what: str, statuses: Iterable[int] = (200, 201)) -> Answer:
    """Raises Unavailable with what was answered instead."""
    if answer.status not in statuses:
        words = answer.body[:200].decode(errors="replace")
        raise Unavailable(f"{what}: the scratch server answered {answer.status or 'nothing'}. {words}")
    return answer


def percentile(values: list[float], share: float) -> float:
    """Of a sorted list; 0 of none."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def address(number: int) -> str:
    """The header of a proxy for somebody who comes from a place of their own (10.0.0.0/8)."""
    return f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}\r\n"
