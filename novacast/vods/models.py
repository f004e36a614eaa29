"""What a video is, who may watch and change it, and what its texts may be. Pure rules, no input or output."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from novacast.clock import SECOND
from novacast.identity import Action, Principal
from novacast.records import dataclass
from novacast.texts import DESCRIPTION_LENGTH as DESCRIPTION_LENGTH
from novacast.texts import TITLE_LENGTH as TITLE_LENGTH
from novacast.texts import Texts as Texts
from novacast.texts import composed as composed
from novacast.texts import printable
from novacast.visibility import Guarded as Guarded
from novacast.visibility import Visibility as Visibility
from novacast.visibility import shown

LONGEST_POSITION = 1_000 * 3600 * SECOND


class VideoState(StrEnum):
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Video:
    id: str
    org_id: str
    owner_id: str | None
    """Who brought it; None once that person is erased. The video belongs to the organization."""
    title: str
    description: str
    language: str
    """BCP 47, or empty: not said."""
    visibility: Visibility
    state: VideoState
    created_at: int
    updated_at: int
    published_at: int | None
    """When it could first be watched."""
    duration: int | None
    """Microseconds."""
    width: int | None
    height: int | None
    """Square pixels of the source as a viewer sees it."""
    source_name: str
    """What the file was called where it came from."""
    source_bytes: int
    media_bytes: int | None
    """What its renditions take on disk, the original aside."""
    edition: str | None
    """Name of the folder, inside the video's, that holds what is published; None before the first."""
    has_poster: bool
    has_storyboard: bool
    poster: str | None = None
    """The chosen picture; None: the one that the transcode made, if it did (`has_poster`)."""


@dataclass(frozen=True, slots=True)
class Rung:
    name: str
    width: int
    height: int
    published: bool
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A video to be, once its file is complete. Texts are checked already (`Texts`)."""

    id: str
    org_id: str
    owner_id: str | None
    title: str
    description: str
    language: str
    visibility: Visibility
    source_name: str
    source_bytes: int


@dataclass(frozen=True, slots=True)
class Position:
    """How far a person has watched a video."""

    video_id: str
    at: int
    """Microseconds from its start."""
    finished: bool
    updated_at: int


@dataclass(frozen=True, slots=True)
class Watching:
    video: Video
    position: Position


@dataclass(frozen=True, slots=True)
class Changes:
    """What an edit sets; None leaves a field as it is."""

    title: str | None = None
    description: str | None = None
    language: str | None = None
    visibility: Visibility | None = None

    def checked(self) -> Mapping[str, str]:
        """The columns to set, each text as it is to be stored. Raises InvalidInput with every field at fault."""
        texts = Texts()
        columns: dict[str, str] = {}
        if self.title is not None:
            columns["title"] = texts.title(self.title)
        if self.description is not None:
            columns["description"] = texts.description(self.description)
        if self.language is not None:
            columns["language"] = texts.language(self.language)
        texts.check()
        if self.visibility is not None:
            columns["visibility"] = self.visibility.value
        return columns


def title_of(filename: str) -> str:
    """A title for a file that came without one: its name without folders and extension."""
    name = printable(filename.replace("\\", "/").rsplit("/", 1)[-1])
    stem = name.rsplit(".", 1)[0] if "." in name.strip(".") else name
    return " ".join(stem.replace("_", " ").split())[:TITLE_LENGTH] or "Untitled"


def may_watch(principal: Principal, video: Guarded) -> bool:
    """The rule of visibility. Whether there is anything to watch yet is another question (`state`)."""
    return may_edit(principal, video) or shown(principal, video)


def may_see(principal: Principal, video: Video) -> bool:
    """Whether the video exists for this principal: what can't be watched yet is for its makers alone."""
    return may_edit(principal, video) or (video.state is VideoState.READY and may_watch(principal, video))


def may_edit(principal: Principal, video: Guarded) -> bool:
    return principal.allows(Action.VIDEO_EDIT, video.org_id, video.owner_id)


def may_delete(principal: Principal, video: Guarded) -> bool:
    return principal.allows(Action.VIDEO_DELETE, video.org_id, video.owner_id)


def finished_at(position: int, duration: int | None) -> bool:
    """Whether what is left is only credits: the last 5 %, but at most a minute, and 2 s of all but the shortest."""
    if not duration:
        return False
    return position >= duration - max(min(duration // 20, 60 * SECOND), min(duration // 5, 2 * SECOND))


def match_expression(text: str) -> str | None:
    """An FTS5 query that finds videos with all words of `text`, the last as the beginning of a word.

    Only letters and digits survive, each word quoted, so nothing a person types is read as query syntax. None when
    no word is left.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text[:200]).replace("_", " "))[:8]
    if not words:
        return None
    quoted = [f'"{word}"' for word in words]
    return " ".join([*quoted[:-1], f"{quoted[-1]}*"])
