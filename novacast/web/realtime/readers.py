"""One stream that somebody reads: who that is, what they want, and how far they are."""

import asyncio
from collections.abc import Mapping

from novacast.identity import Principal
from novacast.web.authentication import Credentials
from novacast.web.realtime.frames import Frame
from novacast.web.realtime.wishes import Wish

Room = tuple[str, ...]
"""Those who hear the same: ("public",), ("person", id), ("org", id, role), ("viewer", id of a thing), ("system",)."""


class Reader:
    __slots__ = (
        "_chunked",
        "_most",
        "_transport",
        "_wake",
        "asked_at",
        "backlog",
        "credentials",
        "doubted",
        "ended",
        "granted",
        "principal",
        "rooms",
        "sent",
        "subjects",
        "wish",
    )

    def __init__(
        self,
        principal: Principal,
        credentials: Credentials | None,
        wish: Wish,
        transport: asyncio.Transport,
        *,
        chunked: bool,
        most: int,
    ) -> None:
        self.principal, self.credentials, self.wish = principal, credentials, wish
        self.subjects: Mapping[str, tuple[str, ...]] = wish.subjects()
        self.granted: frozenset[str] = frozenset()
        """Those of `subjects` that they may look at."""
        self.rooms: frozenset[Room] = frozenset()
        """Where they hear what happens; none while they catch up."""
        self.sent = 0
        """Up to this fact they were told all that they may hear."""
        self.doubted = True
        """Whether it is to be asked again who they are, and what they may look at, before they are told more."""
        self.asked_at = 0.0
        self.ended = False
        self.backlog = 0
        """Bytes unread at the last heartbeat."""
        self._transport, self._chunked, self._most = transport, chunked, most
        self._wake = asyncio.Event()

    def may_be_in(self) -> frozenset[Room]:
        who = self.principal
        rooms: set[Room] = {("public",), *(("viewer", subject) for subject in self.granted)}
        if who.system:
            rooms.add(("system",))
        if who.person_id is not None:
            rooms.add(("person", who.person_id))
        rooms.update(("org", org_id, role) for org_id, role in who.roles.items())
        return frozenset(rooms)

    def write(self, frame: Frame) -> bool:
        """False where they have left too much unread."""
        transport = self._transport
        if transport.is_closing():
            self.end()
            return True
        if transport.get_write_buffer_size() > self._most:
            return False
        transport.write(frame.chunk if self._chunked else frame.plain)
        return True

    def is_stuck(self) -> bool:
        """Whether they have read nothing since this was asked last."""
        before, self.backlog = self.backlog, self._transport.get_write_buffer_size()
        return 0 < before <= self.backlog

    def doubt(self) -> None:
        self.doubted = True
        self._wake.set()

    def end(self) -> None:
        """No more events; the stream ends with the next turn of the loop."""
        self.ended = True
        self._wake.set()

    def cut(self) -> None:
        """End it now: what is unread is thrown away."""
        self.end()
        self._transport.abort()

    async def disturbed(self) -> None:
        """Until there is doubt, or it ends."""
        await self._wake.wait()
        self._wake.clear()
