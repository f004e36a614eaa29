"""What videos need of their neighbours, and rooms of each other."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from novacast.identity import Principal


class Weighs(Protocol):
    async def weigh(self, video_id: str, /) -> None:
        """Something was made or removed in the video's folder: what lies there is measured for the quota."""
        ...


class Records(Protocol):
    async def recording(self) -> Collection[str]:
        """Ids of programmes whose folder in `live/` is wanted: not over yet, or over and no video yet."""
        ...


class Admits(Protocol):
    async def admitted(self, principal: Principal, media_id: str, /) -> Principal:
        """The same one, with what a ticket, a purchase or a membership opens of this."""
        ...


class Organizations(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...
