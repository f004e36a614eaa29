"""What live needs of its neighbours, and rooms of each other."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from novacast.identity import Principal


class OnAir(Protocol):
    """A broadcast as far as it is in memory. Fits playback's port of the same name."""

    def find(self, name: str, query: str) -> Any: ...


class Air(Protocol):
    """The broadcast engine, as viewers' side knows it."""

    def on_air(self, programme_id: str, /) -> OnAir | None:
        """None: not in memory, or not again yet after a restart."""
        ...


class Organizations(Protocol):
    async def names(self, org_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist."""
        ...


class People(Protocol):
    async def names(self, person_ids: Sequence[str], /) -> Mapping[str, str]:
        """Names of those that exist; empty for the erased."""
        ...


class Recording(Protocol):
    """What became a video."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def duration(self) -> int | None:
        """Microseconds."""
        ...

    @property
    def poster(self) -> str | None:
        """Path of its picture."""
        ...


class Library(Protocol):
    async def watchable(self, principal: Principal, video_ids: Sequence[str], /) -> Mapping[str, Recording]:
        """Those of these videos that there are and that `principal` may watch."""
        ...
