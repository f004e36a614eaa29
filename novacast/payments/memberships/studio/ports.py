"""What arranging memberships needs of its neighbours. They fit without knowing; wiring joins them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from novacast.identity import Principal


class Shelf(Protocol):
    """Things of an organization that a tier can open, of one kind."""

    async def find(self, principal: Principal, org_id: str, text: str, limit: int, /) -> Sequence[tuple[str, str]]:
        """Id and title, the likeliest first."""
        ...

    async def titles(self, org_id: str, ids: Sequence[str], /) -> Mapping[str, str]:
        """Of what is the organization's."""
        ...
