"""What evidence needs of a neighbour."""

from collections.abc import Sequence
from typing import Protocol


class Viewings(Protocol):
    async def seen_since(self, at: int, /) -> Sequence[tuple[str, str, str, str, int, int]]:
        """Sessions of people: id, person, what they watched, device, begin, last sign of life since `at`."""
        ...
