"""A recording as it is handed over, and what is written down of it until it is a video. Pure."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from novacast.records import dataclass


class Rung(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def size(self) -> int:
        """Bytes."""
        ...


class Recording(Protocol):
    """Whoever records describes it so; any frozen dataclass with these names fits. Texts are checked already."""

    @property
    def id(self) -> str:
        """Of the programme: the video gets the same, and with it the same address."""
        ...

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

    @property
    def folder(self) -> Path:
        """With all that an edition has: playlists, renditions, perhaps a storyboard. It is moved."""
        ...

    @property
    def duration(self) -> int:
        """Microseconds."""
        ...

    @property
    def size(self) -> int:
        """Bytes of all renditions."""
        ...

    @property
    def rungs(self) -> Sequence[Rung]:
        """None of sound alone."""
        ...

    @property
    def marks(self) -> Sequence[tuple[int, str]]:
        """Chapters: microseconds into the recording, and a title."""
        ...

    @property
    def poster(self) -> Path | None:
        """A JPEG that is safe to show; None: a picture from the middle is made."""
        ...


@dataclass(frozen=True, slots=True)
class Handover:
    """What has to be known to go on where a server was killed."""

    video_id: str
    org_id: str
    owner_id: str | None
    edition: str
    picture_id: str
    """That its poster gets."""
    folder: Path
    title: str
    description: str
    language: str
    visibility: str
    duration: int
    size: int
    rungs: Sequence[tuple[str, int, int, int]]
    """Name, width, height and bytes."""
    marks: Sequence[tuple[int, str]]
    poster: Path | None

    @classmethod
    def of(cls, recording: Recording, edition: str, picture_id: str) -> "Handover":
        rungs = [(rung.name, rung.width, rung.height, rung.size) for rung in recording.rungs]
        return cls(
            recording.id, recording.org_id, recording.owner_id, edition, picture_id, recording.folder, recording.title,
            recording.description, recording.language, recording.visibility, recording.duration, recording.size, rungs,
            recording.marks, recording.poster,
        )  # fmt: skip

    @property
    def text(self) -> str:
        """All but what has a column of its own."""
        given = {name: getattr(self, name) for name in _WRITTEN}
        return json.dumps(given | {"folder": str(self.folder), "poster": str(self.poster or "")})

    @classmethod
    def read(
        cls, video_id: str, org_id: str, owner_id: str | None, edition: str, picture_id: str, text: str
    ) -> "Handover":
        given = json.loads(text)
        given["folder"] = Path(given["folder"])
        given["poster"] = Path(given["poster"]) if given["poster"] else None
        for name in ("rungs", "marks"):
            given[name] = [tuple(one) for one in given[name]]
        return cls(video_id, org_id, owner_id, edition, picture_id, **given)


_WRITTEN = ("title", "description", "language", "visibility", "duration", "size", "rungs", "marks")
