"""The heads of answers as bytes, made ahead as far as they are the same for many."""

from collections.abc import Mapping, Sequence
from email.utils import formatdate
from http import HTTPStatus

from novacast.clock import SECOND, Clock
from novacast.playback.delivery.conditions import Facts
from novacast.playback.delivery.names import REWRITTEN, TYPES, suffix

WEEK = 604_800
_EXPOSED = "Accept-Ranges, Content-Length, Content-Range, Date, ETag, Location"


class Heads:
    def __init__(self, clock: Clock, allowed_origins: Sequence[str]) -> None:
        """`allowed_origins` as browsers write them (`https://example.org`), or `*` for all."""
        self._clock = clock
        self._second = -1
        self._openings: dict[int, bytes] = {}
        self._everyone = "*" in allowed_origins
        self._origins = {} if self._everyone else {one: _cors(one) for one in allowed_origins}
        self._stranger = _cors("*") if self._everyone else b"Vary: Origin\r\n" if self._origins else b""
        policy = b"cross-origin" if allowed_origins else b"same-origin"
        self._fixed = b"X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: %b\r\n" % policy

    def opening(self, status: int) -> bytes:
        """Status line and date."""
        second = self._clock.now() // SECOND
        if second != self._second:
            self._second = second
            self._openings.clear()
        opening = self._openings.get(status)
        if opening is None:
            date = formatdate(second, usegmt=True)
            phrase = HTTPStatus(status).phrase
            opening = self._openings[status] = f"HTTP/1.1 {status} {phrase}\r\nDate: {date}\r\n".encode()
        return opening

    def cors(self, headers: Mapping[str, str]) -> bytes:
        if not self._origins:
            return self._stranger
        return self._origins.get(headers.get("Origin", ""), self._stranger)

    def shared(self, name: str, facts: Facts) -> bytes:
        """What all 200, 206 and 304 answers for one state of a file say."""
        return self.described(name, facts, changes=suffix(name) in REWRITTEN)

    def described(self, name: str, facts: Facts, *, changes: bool) -> bytes:
        # Only this viewer's own cache may keep it: the address is a permission.
        caching = "private, no-cache" if changes else f"private, max-age={WEEK}, immutable"
        modified = ""
        if facts.seconds is not None:
            modified = f"Last-Modified: {formatdate(facts.seconds, usegmt=True)}\r\n"
        return (
            self._fixed
            + (
                f"Content-Type: {TYPES[suffix(name)]}\r\nETag: {facts.etag}\r\n{modified}"
                f"Accept-Ranges: bytes\r\nCache-Control: {caching}\r\n"
            ).encode()
        )

    def problem(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Of an answer whose body is a problem document."""
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        lines = f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n{more}"
        return self._fixed + f"Cache-Control: no-store\r\n{lines}".encode()

    def redirect(self, location: str) -> bytes:
        return self._fixed + f"Location: {location}\r\nCache-Control: no-store\r\nContent-Length: 0\r\n".encode()

    def preflight(self) -> bytes:
        """The answer to OPTIONS; whom it serves is said by `cors`."""
        return self._fixed + (
            b"Allow: GET, HEAD, OPTIONS\r\nAccess-Control-Allow-Methods: GET, HEAD\r\n"
            b"Access-Control-Allow-Headers: Range, If-Range, If-None-Match, If-Modified-Since\r\n"
            b"Access-Control-Max-Age: 86400\r\n"
        )


def _cors(origin: str) -> bytes:
    vary = "" if origin == "*" else "Vary: Origin\r\n"
    return (
        f"Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Expose-Headers: {_EXPOSED}\r\n"
        f"Timing-Allow-Origin: {origin}\r\n{vary}"
    ).encode()
