"""Badges that roles give. Tickets and memberships are sources of their own."""

from collections.abc import Sequence

from novacast.chat.models import Badge
from novacast.chat.ports import Place
from novacast.identity import Principal, Role

_ORGANIZERS = frozenset({Role.OWNER, Role.MANAGER, Role.PRODUCER})


class RoleBadges:
    async def badges(self, principal: Principal, place: Place) -> Sequence[Badge]:
        role = principal.roles.get(place.org_id)
        if role is None:
            return [Badge("staff")] if principal.system else []
        return [Badge("organizer" if role in _ORGANIZERS else "staff")]
