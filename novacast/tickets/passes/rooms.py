"""Tickets in rooms: whoever watches by one reads and writes there, and is known by it. Fits chat's `Places` and
`Badges` without knowing of them."""

from collections.abc import Sequence
from typing import Protocol

from novacast.errors import NotFound, Unauthenticated
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets.passes.service import Passes


class Place(Protocol):
    @property
    def media_id(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def began_at(self) -> int | None: ...
    @property
    def open(self) -> bool: ...


class Places(Protocol):
    async def place(self, principal: Principal, media_id: str) -> Place: ...
    async def known(self, media_id: str) -> bool: ...


class Admits(Protocol):
    """Who lets people in: the box office, and whoever else does."""

    async def admitted(self, principal: Principal, media_id: str) -> Principal:
        """The same principal with what is opened of this."""
        ...


class TicketedPlaces:
    """Another source's places, also for those whom a ticket lets in."""

    def __init__(self, inner: Places, passes: Admits) -> None:
        self._inner, self._passes = inner, passes

    async def place(self, principal: Principal, media_id: str) -> Place:
        """Raises NotFound, Unauthenticated where logging in would help."""
        try:
            return await self._inner.place(principal, media_id)
        except (NotFound, Unauthenticated):
            admitted = await self._passes.admitted(principal, media_id)
            if not admitted.passes:
                raise
        return await self._inner.place(admitted, media_id)

    async def known(self, media_id: str) -> bool:
        return await self._inner.known(media_id)


@dataclass(frozen=True, slots=True)
class TicketBadge:
    label: str
    kind: str = "ticket"


class TicketBadges:
    def __init__(self, passes: Passes) -> None:
        self._passes = passes

    async def badges(self, principal: Principal, place: Place) -> Sequence[TicketBadge]:
        """One, with the name of the kind of ticket that opens this; of several the first sold."""
        good = [one for one in await self._passes.good(principal, place.media_id) if one.ticket.org_id == place.org_id]
        first = min(good, key=lambda one: one.item.number, default=None)
        return [] if first is None else [TicketBadge(first.item.name)]
