"""What an import finds, wants and tells. No input or output."""

from dataclasses import field
from pathlib import Path

from novacast.records import dataclass
from novacast.vods.models import Video, Visibility

FORCED = frozenset({"forced", "foreign"})
FOR_DEAF = frozenset({"sdh", "cc", "hi"})
"""How names of subtitle files say that they tell sounds as well. `hi` is also Hindi, where no language stands."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something that was found and could not be taken over."""

    path: Path
    what: str
    """A short word: a field's name, or `subtitles`, `picture`, `file`."""
    why: str
    """A Text where it is ours to translate."""


@dataclass(frozen=True, slots=True)
class Subtitle:
    path: Path
    language: str
    """BCP 47, or empty: its name does not say."""
    forced: bool
    for_deaf: bool


@dataclass(frozen=True, slots=True)
class Sidecars:
    """What lies beside a video and is named after it, or is alone with it in a folder."""

    descriptions: tuple[Path, ...] = ()
    """JSON and NFO, in the order in which they are believed."""
    subtitles: tuple[Path, ...] = ()
    pictures: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A file to bring."""

    path: Path
    folder: str = ""
    """Below the folder that was asked for; empty for its own files and for files that were named."""
    sidecars: Sidecars = field(default_factory=Sidecars)


@dataclass(frozen=True, slots=True)
class Found:
    items: tuple[Item, ...]
    left: tuple[Unmapped, ...]
    """Files that belong to no video."""


@dataclass(frozen=True, slots=True)
class Chapter:
    at: int
    """Microseconds."""
    title: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file beside a video says about it."""

    title: str = ""
    description: str = ""
    language: str = ""
    chapters: tuple[Chapter, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """How videos are to come in."""

    org_id: str
    owner_id: str | None = None
    title: str = ""
    """Before what lies beside the file says."""
    description: str = ""
    language: str = ""
    visibility: Visibility = Visibility.PRIVATE
    link: bool = False
    """A hard link instead of a copy, which takes no room but shares later changes."""
    again: bool = False
    """Also what is here already."""
    shelve: bool = False
    """Folders become collections."""


@dataclass(frozen=True, slots=True)
class Look:
    """What an item would become."""

    path: Path
    shelf: str
    """Title of the collection that it comes into; empty for none."""
    size: int
    changed: int
    """Nanoseconds, as the file system has it."""
    title: str
    description: str
    language: str
    twin: str | None
    """Id of the video that has this content already."""
    chapters: tuple[Chapter, ...]
    subtitles: tuple[Subtitle, ...]
    picture: Path | None
    unmapped: tuple[Unmapped, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    path: Path
    video: Video | None
    """None where nothing new came in."""
    twin: str | None
    unmapped: tuple[Unmapped, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A file whose copy has begun; the part that is there already lies among the arrivals."""

    video_id: str
    org_id: str
    path: str
    at: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A video of the same size, and what its content's hash is, if that is known."""

    video_id: str
    source_name: str
    hash: str | None
