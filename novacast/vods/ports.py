"""What videos need of their neighbours, and rooms of each other."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Weighs(Protocol):
    async def weigh(self, video_id: str, /) -> None:
        """Something was made or removed in the video's folder: what lies there is measured for the quota."""
        ...


class Organizations(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...
