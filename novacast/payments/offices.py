"""Whose books somebody sees, and what that needs of neighbours: names, and by whose clocks days are counted."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from novacast.identity import Action, Principal


class Names(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Of organizations that exist."""
        ...


class Zones(Protocol):
    async def timezone(self, org_id: str, /) -> str:
        """By whose clocks an organization's days are counted."""
        ...


async def offices(principal: Principal, names: Names, asked: str | None) -> tuple[str, dict[str, Any]]:
    """The organization that is asked for, else the first by its name, empty where there is none; and all of them, for a
    page."""
    ids = [one for one in sorted(principal.roles) if principal.allows(Action.ORDER_VIEW, one)]
    found = await names.names(ids)
    named = sorted(found.items(), key=lambda pair: pair[1])
    org_id = asked if asked in found else (named[0][0] if named else "")
    return org_id or "", {"organizations": named, "org": org_id}
