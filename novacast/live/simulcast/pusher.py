"""The child process of one target: `python -m novacast.live.simulcast.pusher`.

Its first line of stdin says where to (JSON, see `Order`), for what stands in argv is read by everybody on the machine;
then comes FLV. A line of stdout says {"live": true} once the key was taken, and {"sent": bytes} about once a second.
"""

import json
import os
import socket
import ssl
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from novacast.clock import SystemClock
from novacast.errors import NovaCastError
from novacast.live import flv
from novacast.live.ingest import Tag
from novacast.live.simulcast.publishing import ANSWER_SECONDS, Publication

COMMAND = (sys.executable, "-P", "-m", "novacast.live.simulcast.pusher")
ROOT = str(Path(__file__).resolve().parents[3])
"""Where `novacast` is imported from."""
TOLD_SECONDS = 1.0
READ = 65_536


@dataclass(frozen=True, slots=True)
class Order:
    """`address`: of the network, looked up and judged by who gives the order. `host` is who it has to be."""

    address: str
    host: str
    port: int
    app: str
    key: str
    secured: bool

    def to_line(self) -> bytes:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode() + b"\n"

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"rtmp{'s' * self.secured}://{host}:{self.port}/{self.app}"


def main() -> int:
    stdin = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - it lives as long as the process
    line, rest = _line(stdin)
    order = Order(**json.loads(line))
    try:
        push(order, stdin, rest)
    except (NovaCastError, OSError) as error:
        words = error.message if isinstance(error, NovaCastError) else error.strerror or str(error) or "timed out"
        # The other side's words are a stranger's, and may say the key back.
        sys.stderr.write((words.replace(order.key, "***") if order.key else words) + "\n")
        return 1
    return 0


def push(order: Order, stdin: BinaryIO, rest: bytes = b"", context: ssl.SSLContext | None = None) -> None:
    """Until stdin ends. Raises Unavailable, OSError (also of TLS: the certificate has to be that of `host`)."""
    with closing(socket.create_connection((order.address, order.port), ANSWER_SECONDS)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secured = context or ssl.create_default_context()
        connection = secured.wrap_socket(plain, server_hostname=order.host) if order.secured else plain
        publication = Publication(connection, order.app, order.name, order.key)
        publication.open()
        _tell({"live": True})
        _send_all(publication, stdin, rest)
        publication.close()
        if order.secured:
            connection.close()


def _send_all(publication: Publication, stdin: BinaryIO, rest: bytes) -> None:
    reader, clock = flv.TagReader(), SystemClock()
    told = clock.monotonic()
    data = rest or stdin.read(READ)
    base: int | None = None
    while data:
        for tag in reader.feed(data):
            base = tag.time if base is None else base
            publication.send(Tag(tag.kind, max(0, tag.time - base), tag.data))
        if clock.monotonic() - told >= TOLD_SECONDS:
            told = clock.monotonic()
            _tell({"sent": publication.sent})
        data = stdin.read(READ)


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
