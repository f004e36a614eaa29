"""What evidence needs of neighbours. They fit without knowing; wiring joins them."""

from collections.abc import Sequence
from typing import Protocol


class Viewings(Protocol):
    async def seen_since(self, at: int, /) -> Sequence[tuple[str, str, str, str, int, int]]:
        """Sessions of people: id, person, what they watched, device, begin, last sign of life since `at`."""
        ...


class LogIns(Protocol):
    async def of_person(self, person_id: str, limit: int, /) -> Sequence[tuple[int, int, str, str]]:
        """When, last sign of life, device and network address; the newest first, as far as they are kept."""
        ...
