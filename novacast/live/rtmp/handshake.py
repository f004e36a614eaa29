"""The handshake: Adobe's RTMP specification 1.0, section 5.2."""

import secrets

from novacast.errors import Malformed
from novacast.i18n import text

VERSION = 3
SIZE = 1536
"""Bytes of C1, C2, S1 and S2."""


class Handshake:
    """The server's side. That C2 repeats S1 is not insisted on: some encoders send zeros."""

    def __init__(self) -> None:
        self._data = b""
        self._answered = False

    def feed(self, data: bytes) -> tuple[bytes, bytes | None]:
        """What to answer, and, once it is done, what came after it. Raises Malformed."""
        self._data += data
        if self._data[:1] and self._data[0] != VERSION:
            raise Malformed(text("What called is no encoder that speaks RTMP, or it wants RTMPE."))
        answer = b""
        if not self._answered and len(self._data) > SIZE:
            self._answered = True
            mine = bytes(8) + secrets.token_bytes(SIZE - 8)
            answer = bytes((VERSION,)) + mine + self._data[1 : 1 + SIZE]
        whole = 1 + 2 * SIZE
        return answer, self._data[whole:] if len(self._data) >= whole else None
