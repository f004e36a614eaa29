"""Many WebSocket clients in one process, as cheap as they can be: bare sockets, nothing parsed but the numbers of
messages, and those once for all who receive the same bytes: a client that is slower than the server would measure
itself. Imported by tests.bench.chat."""

import base64
import json
import os
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NUMBER = re.compile(rb"#(\d{6})#")
PING, PONG = b"\x89\x00", b"\x8a\x80\x00\x00\x00\x00"
"""Empty ones; no JSON text has such bytes. Who answers none is taken for gone, and cut."""
ASKED, ANSWERED = b"\x81\x012", b"\x81\x81\x00\x00\x00\x003"
"""The same of Engine.IO, on which socket.io stands: texts of one sign."""
TEXT = "What a goal that was, nobody saw it coming"


def masked(payload: bytes) -> bytes:
    """A text frame as clients send it; the mask is zeros, which is allowed and costs nothing here."""
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
    return head + bytes(4) + payload


@dataclass
class Kind:
    """How a server is spoken to."""

    name: str
    socket_io: bool = False
    ours: bool = False

    def message(self, number: int) -> bytes:
        text = f"{TEXT} #{number:06}#"
        if self.ours:
            return masked(json.dumps({"v": 1, "type": "send", "text": text}).encode())
        # As long as what ours sends of a message.
        like = {"type": "message", "message": {"id": "a" * 20, "seq": number, "kind": "message", "text": text}}
        like["message"] |= {
            "sent_at": "2026-01-01T12:00:00.000Z",
            "author": {"name": "Guest100", "id": "guest100"},
            "at": 61.234,
        }  # type: ignore[operator]  # a literal's types
        if self.socket_io:
            return masked(f"42{json.dumps(['m', json.dumps(like)])}".encode())
        return masked(json.dumps(like).encode())


@dataclass(slots=True)
class Received:
    """The same bytes, whoever read them."""

    numbers: list[int]
    answers: tuple[bytes, ...]
    """To the pings in them."""
    last: float = 0.0
    """When somebody read them last."""


PAUSE_SECONDS = 0.002
"""Between two looks at the sockets. Whoever waits at one is woken up by the server's own write, on this machine alone,
and the server would be charged for it, once a client."""
QUIET_SECONDS = 3.0
"""In which no message came: none will."""
MOST_RECEIVED = 5000
"""Different ones that are looked up; then they are settled."""


@dataclass
class Load:
    kind: Kind
    path: str
    port: int
    sockets: dict[int, socket.socket] = field(default_factory=dict)
    sent: dict[int, float] = field(default_factory=dict)
    last: dict[int, float] = field(default_factory=dict)
    received: dict[bytes, Received] = field(default_factory=dict)
    delivered: int = 0
    number: int = 0

    def connect(self, count: int, *, names: bool = True) -> None:
        self.poll = select.epoll()
        for start in range(0, count, 50):
            opened = [self._open(n, names=names) for n in range(start, min(start + 50, count))]
            for one in opened:
                self._shake(one)
        for one in self.sockets.values():
            one.setblocking(False)
            self.poll.register(one.fileno(), select.EPOLLIN)

    def _open(self, number: int, *, names: bool) -> socket.socket:
        one = socket.create_connection(("127.0.0.1", self.port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        token = f"Authorization: Bearer guest{number}\r\n" if self.kind.ours and names else ""
        head = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\n{token}"
        head += f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        one.sendall(head.encode())
        return one

    def _shake(self, one: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += one.recv(65536)
        assert data.startswith(b"HTTP/1.1 101"), data[:200]
        if self.kind.socket_io:
            one.sendall(masked(b"40"))
        self.sockets[one.fileno()] = one

    def run(self, seconds: float, rate: float, senders: int = 50) -> None:
        """Send at `rate` for so long, and read until everything has come or nothing comes any more."""
        writers = list(self.sockets.values())[:senders]
        begin = time.monotonic()
        due, end = begin, begin + seconds
        expected, quiet = self.delivered, 0.0
        while True:
            now = time.monotonic()
            while rate and due <= now and due < end:
                self.sent[self.number] = time.monotonic()
                writers[self.number % len(writers)].sendall(self.kind.message(self.number))
                self.number += 1
                # Ours says once more to whoever sent it that it is said.
                expected += len(self.sockets) + self.kind.ours
                due += 1 / rate
            wait = max(0.0, (due if rate and due < end else now + 0.05) - now)
            before = self.delivered
            self._read(wait)
            if self.delivered > before:
                quiet = now + QUIET_SECONDS
            # A number that came in two pieces is not found.
            if now >= end and (self.delivered >= expected or now > max(end, quiet)):
                self._settle()
                return

    def _read(self, wait: float) -> None:
        time.sleep(PAUSE_SECONDS)
        for descriptor, _ in self.poll.poll(wait, 256):
            try:
                data = self.sockets[descriptor].recv(262_144)
            except BlockingIOError:
                continue
            one = self.received.get(data)
            if one is None:
                one = self._first(data)
            for answer in one.answers:
                self.sockets[descriptor].send(answer)
            self.delivered += len(one.numbers)
            one.last = time.monotonic()

    def _first(self, data: bytes) -> Received:
        assert data, "a client was dropped"
        if len(self.received) >= MOST_RECEIVED:
            self._settle()
        answers = tuple(pong for ping, pong in ((PING, PONG), (ASKED, ANSWERED)) if ping in data)
        one = self.received[data] = Received([int(number) for number in NUMBER.findall(data)], answers)
        return one

    def _settle(self) -> None:
        """When each message came last."""
        for one in self.received.values():
            for number in one.numbers:
                self.last[number] = max(self.last.get(number, 0.0), one.last)
        self.received.clear()

    def latencies(self) -> list[float]:
        """Seconds from a message's sending to its last receiver, sorted."""
        return sorted(self.last[number] - self.sent[number] for number in self.sent if number in self.last)

    def close(self) -> None:
        self.poll.close()
        for one in self.sockets.values():
            one.close()


@contextmanager
def loaded(kind: Kind, path: str, port: int, count: int, *, names: bool = True) -> Iterator[Load]:
    load = Load(kind, path, port)
    load.connect(count, names=names)
    try:
        yield load
    finally:
        load.close()
