"""One connection in a room."""

import contextlib
from collections.abc import Awaitable, Callable

from novacast.chat import shapes
from novacast.chat.models import Guest
from novacast.chat.rooms.ports import Wire
from novacast.identity import Principal

RESUME, KICKED, LOG_IN = 4001, 4003, 4401
"""Close codes of ours (RFC 6455 7.4.2). RESUME: come back with the last `seq`; it read too slowly. KICKED: not for this
one any more. LOG_IN: whoever this was is logged out, or the token has run out."""
RESTARTING = 1012

Renew = Callable[[], Awaitable[Principal]]


class Member:
    """`renew` says who this is now, or raises Unauthenticated."""

    __slots__ = ("__weakref__", "doubts", "due", "gone", "guest", "renew", "wire")

    def __init__(self, guest: Guest, wire: Wire, renew: Renew | None) -> None:
        self.guest, self.wire, self.renew = guest, wire, renew
        self.doubts = 0
        """Counts the facts that may have changed what this guest may do."""
        self.due = False
        """Its time has come, and the next one is not set yet."""
        self.gone = False

    @property
    def room_id(self) -> str:
        return self.guest.place.media_id

    def tell(self, type_: str, **value: object) -> None:
        """Something for this one alone."""
        self.send(shapes.encoded({"v": shapes.VERSION, "type": type_, **value}))

    def send(self, payload: bytes) -> None:
        """Nothing, where the connection has ended."""
        if not self.gone:
            with contextlib.suppress(RuntimeError):
                self.wire.write(self.wire.framed(payload))
