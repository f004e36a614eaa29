"""The WebSocket protocol (RFC 6455) for those who are written to far more than they write: version 13, text, no
extensions. Compression is never agreed to, so a bomb is a protocol error.

Whoever sends too much is read more slowly, which costs them time and us nothing; whatever is no good WebSocket ends the
connection with the code that says so.
"""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Callable

from aiohttp import web

from novacast.errors import Malformed
from novacast.i18n import text
from novacast.web.call import Call
from novacast.web.connections import Seat
from novacast.web.wires import CLOSE_SECONDS, Hearts, Listener, Wire, hand_over

MOST = 16 * 1024
"""Bytes of one message, however many frames it comes in."""
FRAMES_AT_ONCE = 60
FRAMES_PER_SECOND = 20

NORMAL, PROTOCOL, BINARY, NOT_UTF8, TOO_LARGE = 1000, 1002, 1003, 1007, 1009
RESTARTING = 1012
"""Of the registry of close codes that RFC 6455 11.7 set up: come back in a moment."""
_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})
"""Those of the registry that a client may send."""
_CONTINUED, _TEXT, _CLOSE, _PING, _PONG = 0, 1, 8, 9, 10
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    """One unmasked frame, as servers send it (section 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65_536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


class Broken(Exception):
    """What was received ends the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class WebSocket(Wire):
    __slots__ = ("_allowed", "_buffer", "_deaf", "_held", "_parts", "_refilled", "_waiting")

    BEAT = frame(b"", _PING)

    def __init__(self, transport: asyncio.Transport, seat: Seat, hearts: Hearts) -> None:
        super().__init__(transport, seat, hearts)
        self._buffer = bytearray()
        """What is not read yet. Taking from its front costs nothing, however much is behind."""
        self._parts: bytes | None = None
        """Of a message whose last frame is still to come."""
        self._allowed = float(FRAMES_AT_ONCE)
        self._refilled = self._loop.time()
        self._held = self._waiting = False
        self._deaf = False
        """What still comes is thrown away: to hang up on it would reset the connection and lose the reason."""

    @staticmethod
    def framed(payload: bytes) -> bytes:
        return frame(payload)

    def hold(self) -> None:
        """Read no more until `go_on`: the listener has enough to do."""
        self._held = True
        self.transport.pause_reading()

    def go_on(self) -> None:
        if self._held:
            self._held = False
            self._read_on()

    def close(self, code: int, reason: str = "") -> None:
        """The client answers in kind, and whoever does not is cut."""
        if self._closing:
            return
        self._write_last(frame(code.to_bytes(2, "big") + reason.encode()[:120], _CLOSE))
        self._held = self._waiting = False
        if not self.transport.is_closing():
            self.transport.resume_reading()
        self._parts = None
        self._buffer.clear()
        self._loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        if not self._deaf:
            self._buffer += data
            self._read()

    def _read(self) -> None:
        try:
            while not (self._held or self._waiting) and self._next():
                pass
        except Broken as broken:
            self._deaf = True
            self._buffer.clear()
            self.close(broken.code, broken.reason)

    def _read_on(self) -> None:
        if self.transport.is_closing():
            return
        self._read()
        if not (self._held or self._waiting):
            self.transport.resume_reading()

    def _wait(self) -> None:
        """For the next frame that this client may send."""
        self._waiting = True
        self.transport.pause_reading()
        self._loop.call_later(1.0 / FRAMES_PER_SECOND, self._waited)

    def _waited(self) -> None:
        if self._waiting:
            self._waiting = False
            self._read_on()

    def _may(self) -> bool:
        now = self._loop.time()
        self._allowed = min(self._allowed + (now - self._refilled) * FRAMES_PER_SECOND, FRAMES_AT_ONCE)
        self._refilled = now
        if self._allowed < 1:
            self._wait()
            return False
        self._allowed -= 1
        return True

    def _next(self) -> bool:
        """Take one frame off the buffer; whether there was a whole one. Raises Broken."""
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        first, size, at = buffer[0], buffer[1] & 0x7F, 2
        opcode = first & 0x0F
        if first & 0x70:
            raise Broken(PROTOCOL, "extensions were not agreed to")
        if not buffer[1] & 0x80:
            raise Broken(PROTOCOL, "frames of clients are masked")
        if opcode >= _CLOSE and (size > 125 or not first & 0x80):
            raise Broken(PROTOCOL, "control frames are short and whole")
        if size >= 126:
            at += 2 if size == 126 else 8
            if len(buffer) < at:
                return False
            size = int.from_bytes(buffer[2:at], "big")
        if size > MOST:
            raise Broken(TOO_LARGE, f"at most {MOST} bytes")
        end = at + 4 + size
        if len(buffer) < end or not self._may():
            return False
        payload = unmasked(bytes(buffer[at : at + 4]), buffer[at + 4 : end])
        del buffer[:end]
        self.alive = True
        self._take(opcode, bool(first & 0x80), payload)
        return True

    def _take(self, opcode: int, final: bool, payload: bytes) -> None:
        if opcode == _CLOSE:
            self._told_to_close(payload)
        elif self._closing or opcode == _PONG:
            return
        elif opcode == _PING:
            self.write(frame(payload, _PONG))
        elif opcode in (_TEXT, _CONTINUED):
            if (opcode == _TEXT) is not (self._parts is None):
                raise Broken(PROTOCOL, "fragments in a wrong order")
            whole = payload if self._parts is None else self._parts + payload
            if len(whole) > MOST:
                raise Broken(TOO_LARGE, f"at most {MOST} bytes")
            self._parts = None if final else whole
            if final:
                self._pass_on(whole)
        else:
            raise Broken(BINARY if opcode == 2 else PROTOCOL, "only text is understood here")

    def _pass_on(self, whole: bytes) -> None:
        try:
            received = whole.decode()
        except UnicodeDecodeError as error:
            raise Broken(NOT_UTF8, "this is not UTF-8") from error
        if self.listener is not None:
            self.listener.received(received)

    def _told_to_close(self, payload: bytes) -> None:
        """The same code goes back (section 5.5.1)."""
        if not self._closing:
            _check_close(payload)
            self._write_last(frame(payload[:2], _CLOSE))
        self._hang_up()


def _check_close(payload: bytes) -> None:
    """A code that may be sent, and words (sections 5.5.1 and 7.4), or neither. Raises Broken."""
    code = int.from_bytes(payload[:2], "big")
    if payload and (len(payload) == 1 or not (code in _CODES or 3000 <= code < 5000)):
        raise Broken(PROTOCOL, "no such close code")
    try:
        payload[2:].decode()
    except UnicodeDecodeError as error:
        raise Broken(NOT_UTF8, "this is not UTF-8") from error


def unmasked(mask: bytes, payload: bytes | bytearray) -> bytes:
    """Section 5.3. As one large number: the fastest way there is without a loop."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def upgrade(call: Call, hearts: Hearts, begin: Callable[[WebSocket], Listener]) -> web.StreamResponse:
    """Answer an opening handshake (section 4.2) and let `begin` stand behind the wire. Raises Malformed."""
    request = call.request
    key = _handshake(request)
    accepted = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    head += b"Sec-WebSocket-Accept: " + accepted + b"\r\n"
    head += b"".join(b"Set-Cookie: %b\r\n" % one.text(secure=call.secure).encode() for one in call.cookies) + b"\r\n"

    def opening(transport: asyncio.Transport, seat: Seat) -> WebSocket:
        wire = WebSocket(transport, seat, hearts)
        wire.listener = begin(wire)
        return wire

    return hand_over(request, head, opening, status=101)


def _handshake(request: web.Request) -> str:
    """The client's key. Raises Malformed."""
    headers = request.headers
    upgrades = headers.get("Upgrade", "").lower() == "websocket" and "upgrade" in headers.get("Connection", "").lower()
    key = headers.get("Sec-WebSocket-Key", "")
    try:
        fits = len(base64.b64decode(key, validate=True)) == 16
    except (ValueError, binascii.Error):
        fits = False
    if not upgrades or not fits or headers.get("Sec-WebSocket-Version") != "13":
        raise Malformed(text("This address speaks WebSocket, version 13 (RFC 6455). Open it with such a client."))
    return key
