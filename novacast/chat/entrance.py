"""Who may be in a room, and as what: whoever may watch may read, and whoever has a name may write."""

from collections.abc import Sequence
from typing import Protocol

from novacast.chat.models import Badge, Guest, Visit
from novacast.chat.ports import Badges, Place, Places
from novacast.errors import Forbidden, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Action, Principal


class Door(Protocol):
    """Who is sent away."""

    async def open(self, guest: Guest) -> Guest:
        """The guest, with what keeps them from writing. Raises Forbidden."""
        ...


class Entrance:
    def __init__(self, places: Sequence[Places], badges: Sequence[Badges], doors: Sequence[Door] = ()) -> None:
        """`doors` may be filled later."""
        self._places, self._badges, self._doors = tuple(places), tuple(badges), doors

    async def enter(self, principal: Principal, room_id: str, visit: Visit | None = None) -> Guest:
        """Raises NotFound, Unauthenticated where logging in would help, or Forbidden for whoever was sent away."""
        place = await self._place(principal, room_id)
        badges: list[Badge] = []
        if principal.signed_in or principal.system:
            for source in self._badges:
                badges += [Badge(one.kind, one.label) for one in await source.badges(principal, place)]
        moderates = principal.allows(Action.CHAT_MODERATE, place.org_id)
        guest = Guest(principal, place, principal.name, tuple(badges), moderates, visit=visit)
        for door in self._doors:
            guest = await door.open(guest)
        return guest

    async def known(self, room_id: str) -> bool:
        """Whether there is anything to watch under this id, for anybody."""
        for source in self._places:
            if await source.known(room_id):
                return True
        return False

    async def _place(self, principal: Principal, room_id: str) -> Place:
        for source in self._places:
            try:
                return await source.place(principal, room_id)
            except NotFound:
                continue
        raise NotFound(text("There is no such room, or it is not for you."))


def writer(guest: Guest) -> str:
    """Their id. Raises Unauthenticated, Forbidden."""
    if guest.person_id is None:
        raise Unauthenticated(text("Log in to write here."))
    if not guest.place.open:
        raise Forbidden(text("This room is closed; nothing more can be written in it."))
    if not guest.writes:
        raise Forbidden(text("This token may only read. Make one that may write."))
    return guest.person_id


def moderator(guest: Guest, *, writes: bool = True) -> Guest:
    """`writes`: whether anything is going to be changed. Raises Unauthenticated, Forbidden."""
    if not guest.moderates:
        if guest.person_id is None:
            raise Unauthenticated(text("Log in to moderate this room."))
        raise Forbidden(text("Only moderators of this room may do that."))
    if writes and not guest.principal.has_scope("write"):
        raise Forbidden(text("This token may only read. Make one that may write."))
    return guest
