"""The child process of one target: `python -m novacast.live.simulcast.pusher`.

Its first line of stdin says where to (JSON, see `Order`), for what stands in argv is read by everybody on the machine;
then comes FLV. A line of stdout says {"live": true} once the key was taken, and {"sent": bytes} about once a second.
"""

import json
import os
import select
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from novacast.clock import SystemClock
from novacast.errors import NovaCastError
from novacast.live import flv
from novacast.live.ingest import Tag
from novacast.live.simulcast.calling import Call
from novacast.live.simulcast.publishing import ANSWER_SECONDS, Publication
from novacast.records import dataclass

COMMAND = (sys.executable, "-P", "-m", "novacast.live.simulcast.pusher")
ROOT = str(Path(__file__).resolve().parents[3])
"""Where `novacast` is imported from."""
TOLD_SECONDS = 1.0
LOOK_SECONDS = 0.1
"""In which the other side is listened to, whether it says anything or not."""
READ = 65_536


@dataclass(frozen=True, slots=True)
class Order:
    """`address`: of the network, looked up and judged by who gives the order. `host` is who it has to be."""

    address: str
    host: str
    port: int
    app: str
    key: str
    passphrase: str
    scheme: str

    def to_line(self) -> bytes:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode() + b"\n"

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/{self.app}"

    def masked(self, words: str) -> str:
        """The other side's words are a stranger's, and may say a secret back."""
        for secret in (self.key, self.passphrase):
            words = words.replace(secret, "***") if secret else words
        return words


class Connection(Protocol):
    """`send` and `hear` raise Unavailable once the other side has ended it, or OSError."""

    @property
    def sent(self) -> int:
        """Bytes."""
        ...

    def fileno(self) -> int: ...

    def open(self) -> None:
        """Has the key accepted. Raises Unavailable with the other side's words, OSError."""
        ...

    def send(self, tag: Tag) -> None: ...

    def hear(self) -> None: ...

    def close(self) -> None: ...


def main() -> int:
    stdin = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - it lives as long as the process
    line, rest = _line(stdin)
    order = Order(**json.loads(line))
    try:
        push(order, stdin, rest)
    except (NovaCastError, OSError) as error:
        words = error.message if isinstance(error, NovaCastError) else error.strerror or str(error) or "timed out"
        sys.stderr.write(order.masked(words) + "\n")
        return 1
    return 0


def push(order: Order, stdin: BinaryIO, rest: bytes = b"", context: ssl.SSLContext | None = None) -> None:
    """Until stdin ends. Raises Unavailable, OSError (also of TLS: the certificate has to be that of `host`)."""
    with _called(order) if order.scheme == "srt" else _published(order, context) as connection:
        connection.open()
        _tell({"live": True})
        _send_all(connection, stdin, rest)
        connection.close()


@contextmanager
def _published(order: Order, context: ssl.SSLContext | None) -> Iterator[Connection]:
    with closing(socket.create_connection((order.address, order.port), ANSWER_SECONDS)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if order.scheme != "rtmps":
            yield Publication(plain, order.app, order.name, order.key)
            return
        secured = (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=order.host)
        with closing(secured):
            yield Publication(secured, order.app, order.name, order.key)


@contextmanager
def _called(order: Order) -> Iterator[Connection]:
    family = socket.AF_INET6 if ":" in order.address else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as line:
        line.connect((order.address, order.port))
        yield Call(line, SystemClock(), order.key, order.passphrase)


def _send_all(connection: Connection, stdin: BinaryIO, rest: bytes) -> None:
    reader, clock = flv.TagReader(), SystemClock()
    told, base, data = clock.monotonic(), None, rest
    while True:
        for tag in reader.feed(data):
            base = tag.time if base is None else base
            connection.send(Tag(tag.kind, max(0, tag.time - base), tag.data))
        if clock.monotonic() - told >= TOLD_SECONDS:
            told = clock.monotonic()
            _tell({"sent": connection.sent})
        come = stdin.fileno() in select.select([stdin.fileno(), connection.fileno()], [], [], LOOK_SECONDS)[0]
        connection.hear()
        data = stdin.read(READ) if come else b""
        if come and not data:
            return


def _line(stdin: BinaryIO) -> tuple[bytes, bytes]:
    data = b""
    while b"\n" not in data:
        more = stdin.read(READ)
        if not more:
            break
        data += more
    line, _, rest = data.partition(b"\n")
    return line, rest


def _tell(what: object) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
