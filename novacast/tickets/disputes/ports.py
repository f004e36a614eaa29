"""What disputes and their evidence need of neighbours."""

from collections.abc import Sequence
from typing import Protocol

from novacast.money import Contested


class Viewings(Protocol):
    async def seen_since(self, at: int, /) -> Sequence[tuple[str, str, str, str, int, int]]:
        """Sessions of people: id, person, what they watched, device, begin, last sign of life since `at`."""
        ...


class Contests(Protocol):
    """What banks want or ask beside the disputes of orders."""

    async def of_org(self, org_id: str, start: tuple[int, str], limit: int, /) -> Sequence[Contested]:
        """Newest first, of before an instant and an id."""
        ...

    async def of_order(self, order_id: str, /) -> Sequence[Contested]: ...
