"""What recording needs of its neighbours: whoever keeps videos makes one of what was recorded."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from novacast.database import Transaction
from novacast.identity import Principal
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Rung:
    name: str
    width: int
    height: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A recording, ready to be a video."""

    id: str
    org_id: str
    owner_id: str | None
    title: str
    description: str
    language: str
    visibility: str
    folder: Path
    """With playlists; it is moved."""
    duration: int
    """Microseconds."""
    size: int
    """Bytes of all renditions."""
    rungs: Sequence[Rung]
    marks: Sequence[tuple[int, str]]
    """Chapters: microseconds into the recording, and a title."""
    poster: Path | None = None
    """A JPEG that is safe to show; None: a picture from the middle is made."""


class Kept(Protocol):
    """A recording that has become a video."""

    @property
    def org_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def visibility(self) -> str: ...
    @property
    def folder(self) -> Path:
        """With its journal."""
        ...


class Recordings(Protocol):
    async def publish(self, recording: Finished, /, then: Callable[[Transaction], None] | None = None) -> None:
        """It is a video of the same id when this returns. Repeatable. `then` runs in the transaction from which on it
        will be one, whatever happens. Raises DiskFull."""
        ...

    async def folder(self, video_id: str, /) -> Path | None:
        """Where a recording lies, with its journal, that has become a video; None where there is none."""
        ...

    async def watched(self, principal: Principal, video_id: str, /) -> Kept:
        """What became a video, for whom may watch it. Raises NotFound, Unauthenticated; Conflict where its segments are
        not what was recorded any more."""
        ...


class Quotas(Protocol):
    async def check(self, org_id: str, size: int, /) -> None:
        """Raises Conflict where so many bytes more are too many for an organization."""
        ...


class Broadcast(Protocol):
    """What was on air, as its rows have it."""

    @property
    def id(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def owner_id(self) -> str | None: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def visibility(self) -> str: ...
