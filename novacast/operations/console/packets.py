"""How a Textual app that has no terminal speaks with whoever shows it: packets of a letter, four bytes of length
(big-endian) and as much payload, behind a line that says that it has begun. As Textual's `web_driver` has it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from novacast.errors import Malformed
from novacast.i18n import text

DATA, META = b"D", b"M"
"""What goes to or comes from the terminal; what is told beside it, as JSON."""
BEGUN = b"__GANGLION__\n"
MOST = 4 * 1024 * 1024
"""Bytes of one packet."""
LONGEST_PRELUDE = 64 * 1024


def packet(kind: bytes, payload: bytes) -> bytes:
    return kind + len(payload).to_bytes(4, "big") + payload


def meta(told: Mapping[str, Any]) -> bytes:
    return packet(META, json.dumps(told).encode())


class Unpacking:
    """Takes bytes as they come, gives whole packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._begun = False

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Raises Malformed for what is no such stream, or a packet that is too large."""
        self._buffer += data
        if not self._begun and not self._begins():
            return
        while len(self._buffer) >= 5:
            size = int.from_bytes(self._buffer[1:5], "big")
            if size > MOST:
                raise Malformed(text("The console sent more than fits into one packet."))
            if len(self._buffer) < 5 + size:
                return
            kind, payload = bytes(self._buffer[:1]), bytes(self._buffer[5 : 5 + size])
            del self._buffer[: 5 + size]
            yield kind, payload

    def _begins(self) -> bool:
        _, found, rest = bytes(self._buffer).partition(BEGUN)
        if found:
            self._buffer[:], self._begun = rest, True
        elif len(self._buffer) > LONGEST_PRELUDE:
            raise Malformed(text("The console did not begin."))
        return self._begun
