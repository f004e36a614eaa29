"""What goes on, asked for while the rest of the console is still being loaded: what it listens with takes as long."""

import asyncio
import socket
import threading
from contextlib import suppress

from novacast_admin.transport import Place

REQUEST = "GET /api/v1/admin/overview HTTP/1.0\r\nHost: novacast\r\nAccept: application/json\r\n{}\r\n"
SECONDS = 2.0
LONGEST = 16 * 1024 * 1024


class FirstLook:
    """It begins to ask at once. Where it fails it has nothing to say: whoever listens then tells what is wrong."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._told: bytes | None = None
        self._thread = threading.Thread(target=self._ask, name="first look", daemon=True)
        self._thread.start()

    def told(self) -> bytes | None:
        """The answer's JSON; waits for it, for `SECONDS` at most."""
        self._thread.join(SECONDS)
        return self._told

    async def later(self) -> bytes | None:
        """The same, without keeping others waiting."""
        return await asyncio.to_thread(self.told)

    def _ask(self) -> None:
        if self._place.socket is None:
            return  # from elsewhere the way takes longer than the loading
        with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(SECONDS)
            connection.connect(str(self._place.socket))
            proof = f"Authorization: Bearer {self._place.token}\r\n" if self._place.token else ""
            connection.sendall(REQUEST.format(proof).encode())
            head, _, body = _all(connection).partition(b"\r\n\r\n")
            if head.split(b" ", 2)[1:2] == [b"200"]:
                self._told = body


def _all(connection: socket.socket) -> bytes:
    """HTTP/1.0: an answer ends with its connection. Raises ValueError for one that does not end."""
    parts: list[bytes] = []
    size = 0
    while part := connection.recv(65536):
        parts.append(part)
        if (size := size + len(part)) > LONGEST:
            raise ValueError("an answer without an end")
    return b"".join(parts)
