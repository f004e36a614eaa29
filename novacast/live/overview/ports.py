"""What the overview asks of those who deliver."""

from collections.abc import Mapping
from typing import Protocol


class Watching(Protocol):
    @property
    def viewers(self) -> int: ...
    @property
    def tracks(self) -> Mapping[str, int]:
        """How many of them take each folder, such as `720p` and `audio`."""
        ...


class Viewings(Protocol):
    async def watching(self, media_id: str) -> Watching: ...


class Ladder(Protocol):
    """What is on air in this process."""

    def drop_rung(self, programme_id: str) -> str:
        """The top rung goes and stays away; its name. Raises NotFound, Conflict where only one is left."""
        ...
