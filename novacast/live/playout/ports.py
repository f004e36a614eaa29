"""What playing videos needs of those who keep them, of the rows and of the engine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from novacast.live.ingest import Intake, Publisher
from novacast.live.models import FeedRole
from novacast.live.playout.models import Due, Playout


class Film(Protocol):
    """A video that can be played."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def duration(self) -> int:
        """Microseconds."""
        ...

    @property
    def edition(self) -> Path:
        """Folder of its playlists."""
        ...

    @property
    def rung(self) -> str:
        """Its best rendition: the folder's name in the edition."""
        ...


class Films(Protocol):
    async def film(self, org_id: str, video_id: str, /) -> Film | None:
        """None: the organization has no such video, or it is not ready."""
        ...


class PlayoutRows(Protocol):
    async def due(self) -> Sequence[Due]: ...

    async def began(self, programme_id: str, /) -> int:
        """The instant from which on its time runs: the first call's. Raises NotFound."""
        ...

    async def finished(self, playout: Playout, /) -> None:
        """It is over, and so is the programme whose main feed it was. Repeatable."""
        ...


class House(Protocol):
    """The engine, to those who feed it from within."""

    async def admit_house(self, programme_id: str, role: FeedRole, label: str, publisher: Publisher, /) -> Intake:
        """Raises NotFound, Forbidden."""
        ...

    def shown(self, programme_id: str, /) -> FeedRole | None:
        """The feed that viewers see; None: the slate, or nothing yet."""
        ...
