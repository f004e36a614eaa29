"""Sending tags on as the child process of a target does, from a file in place of its stdin."""

import ssl
import tempfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from novacast.live import flv
from novacast.live.ingest import Tag
from novacast.live.simulcast.pusher import Order, push


def pushed(order: Order, tags: Sequence[Tag], context: ssl.SSLContext | None = None) -> None:
    """Blocking. Raises what `push` does."""
    with tempfile.TemporaryFile(buffering=0) as film:
        film.write(flv.HEADER + b"".join(map(flv.framed, tags)))
        film.seek(0)
        push(order, cast("BinaryIO", film), b"", context)
