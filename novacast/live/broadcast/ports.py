"""What the engine needs of the rest of the slice."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from novacast.i18n import Text
from novacast.live.ingest import Hello
from novacast.live.models import Channel, Feed, FeedRole, Programme
from novacast.live.recording.journal import Journal


class Admitted(Protocol):
    @property
    def programme(self) -> Programme: ...

    @property
    def channel(self) -> Channel: ...

    @property
    def feed(self) -> Feed: ...


class Rows(Protocol):
    """`Airing`, as the engine uses it."""

    async def admit(self, hello: Hello) -> Admitted: ...

    async def admit_house(self, programme_id: str, role: FeedRole, label: str) -> Admitted: ...

    async def left(self, feed_id: str, reason: str) -> None: ...

    async def on_air(self, programme_id: str) -> Programme: ...

    async def interrupted(self, programme_id: str) -> Programme: ...

    async def resumed(self, programme_id: str) -> Programme: ...

    async def ended(self, programme_id: str) -> None: ...

    async def open(self) -> Sequence[Programme]: ...

    async def channel(self, channel_id: str) -> Channel: ...

    async def programme(self, programme_id: str) -> Programme: ...

    async def alarmed(self, programme_id: str, words: Text, /) -> None: ...

    async def measured(self, programme_id: str, health: Mapping[str, Any]) -> None: ...


class Archive(Protocol):
    """What becomes of a programme's folder once it has ended."""

    async def ended(self, programme_id: str, journal: Journal | None, /) -> bool:
        """Whether it is a video of the same id now. Repeatable. Raises DiskFull; then it is tried again by others."""
        ...


class Watching(Protocol):
    @property
    def viewers(self) -> int: ...

    @property
    def tracks(self) -> Mapping[str, int]:
        """How many of them take which rendition."""
        ...


class PlayerReports(Protocol):
    def look(self, programme_id: str, /) -> Mapping[str, Any]:
        """What players told of the last minutes."""
        ...


class Audience(Protocol):
    async def watching(self, programme_id: str, /) -> Watching: ...


SlateOf = Callable[[Channel], Awaitable[Path]]
"""The picture that a channel shows while nothing comes."""
