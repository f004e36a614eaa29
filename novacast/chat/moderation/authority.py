"""Who may moderate where, and against whom: asked inside the transaction that does it, since roles change while people
are connected."""

from dataclasses import replace

from novacast.chat.models import Guest
from novacast.chat.moderation.ports import Standings
from novacast.database import Transaction
from novacast.errors import Forbidden, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Action, Principal, Role
from novacast.records import dataclass

_RANKS = {Role.OWNER: 4, Role.MANAGER: 3, Role.PRODUCER: 2, Role.MODERATOR: 1, Role.BOX_OFFICE: 0, Role.DOOR: 0}
_SYSTEM, _NOBODY = 5, -1


@dataclass(frozen=True, slots=True)
class Chair:
    """Where somebody moderates from: a room, or with an empty `room_id` the whole organization."""

    principal: Principal
    org_id: str
    room_id: str = ""

    @classmethod
    def of(cls, guest: Guest) -> "Chair":
        return cls(guest.principal, guest.place.org_id, guest.place.media_id)

    @property
    def actor_id(self) -> str | None:
        return self.principal.person_id


def reader(chair: Chair) -> Chair:
    """Whoever may look at what moderators see. Raises Unauthenticated, Forbidden; NotFound to strangers of the
    organization who come without a room."""
    principal = chair.principal
    if not (principal.signed_in or principal.system):
        raise Unauthenticated(text("Log in to moderate this room."))
    if not chair.room_id and not principal.system and chair.org_id not in principal.roles:
        raise NotFound(text("There is no such organization, or you don't belong to it."))
    if not principal.allows(Action.CHAT_MODERATE, chair.org_id):
        raise Forbidden(text("Only moderators of this room may do that."))
    return chair


class Authority:
    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def demand(self, tx: Transaction, chair: Chair) -> int:
        """The rank of whoever may moderate there. Raises what `reader` does."""
        principal = chair.principal
        role = None if principal.person_id is None else self._role(tx, principal.person_id, chair.org_id)
        reader(replace(chair, principal=replace(principal, roles={} if role is None else {chair.org_id: role})))
        if not principal.has_scope("write"):
            raise Forbidden(text("This token may only read. Make one that may write."))
        return _SYSTEM if principal.system else _rank(role)

    def over(self, tx: Transaction, chair: Chair, person_id: str) -> None:
        """Raises what `demand` does; Forbidden where this person is of the same rank or above."""
        rank = self.demand(tx, chair)
        if person_id == chair.actor_id:
            raise Forbidden(text("You can't do that to yourself."))
        if rank <= _rank(self._role(tx, person_id, chair.org_id)):
            raise Forbidden(text("You can't do that to someone who runs this room as you do, or above you."))

    def not_above(self, tx: Transaction, chair: Chair, actor_id: str | None) -> None:
        """Before what somebody did is taken back. Raises Forbidden where that was somebody above."""
        rank = self.demand(tx, chair)
        if actor_id is not None and rank < _rank(self._role(tx, actor_id, chair.org_id)):
            raise Forbidden(text("Someone above you did that. Ask them to take it back."))

    def _role(self, tx: Transaction, person_id: str, org_id: str) -> Role | None:
        found = self._standings.standing(tx, person_id, org_id)
        return None if found is None else found.role


def _rank(role: Role | None) -> int:
    return _NOBODY if role is None else _RANKS[role]
