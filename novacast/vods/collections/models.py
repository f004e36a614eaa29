"""What a collection is, and what may be said of one. Who may see and change it is decided as for videos."""

from collections.abc import Mapping, Sequence

from novacast.errors import FieldError
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.vods.models import Texts, Video, Visibility, may_edit, may_watch

MOST_ITEMS = 500
"""Videos of one collection. Its whole order is read and written at once."""
MOST_COLLECTIONS = 2_000
"""Of one organization."""


@dataclass(frozen=True, slots=True)
class Collection:
    id: str
    org_id: str
    owner_id: str | None
    """Who made it; None once that person is erased."""
    title: str
    description: str
    visibility: Visibility
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Item:
    """A video at its place, counted from 0 over all of the collection, those that not everybody sees included."""

    place: int
    added_at: int
    video: Video


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list tells of a collection's videos: of those the asker may see."""

    videos: int = 0
    duration: int = 0
    """Microseconds of all."""
    cover: tuple[str, str] | None = None
    """The video whose picture stands for the collection, and what tells that picture from others of it."""


@dataclass(frozen=True, slots=True)
class Listed:
    collection: Collection
    summary: Summary


@dataclass(frozen=True, slots=True)
class Shown:
    collection: Collection
    items: Sequence[Item]
    """Those the asker may see, in their order."""
    editable: bool
    deletable: bool


@dataclass(frozen=True, slots=True)
class Around:
    """A video where it stands in a collection."""

    collection: Collection
    items: Sequence[Item]
    """What can be watched, in order."""
    at: int
    """Index of the video in `items`."""

    @property
    def previous(self) -> Video | None:
        return self.items[self.at - 1].video if self.at > 0 else None

    @property
    def next(self) -> Video | None:
        return self.items[self.at + 1].video if self.at + 1 < len(self.items) else None


@dataclass(frozen=True, slots=True)
class Details:
    """What an edit sets; None leaves a field as it is."""

    title: str | None = None
    description: str | None = None
    visibility: Visibility | None = None

    def checked(self) -> Mapping[str, str]:
        """The columns to set. Raises InvalidInput with every field at fault."""
        texts = Texts()
        columns: dict[str, str] = {}
        if self.title is not None:
            columns["title"] = _title(texts, self.title)
        if self.description is not None:
            columns["description"] = texts.description(self.description)
        texts.check()
        if self.visibility is not None:
            columns["visibility"] = self.visibility.value
        return columns


def _title(texts: Texts, title: str) -> str:
    if title.strip():
        return texts.title(title)
    texts.errors.append(FieldError("title", "required", text("Give the collection a title.")))
    return ""


def may_see(principal: Principal, collection: Collection) -> bool:
    return may_edit(principal, collection) or may_watch(principal, collection)


def moved(order: Sequence[str], video_id: str, before: str | None) -> list[str]:
    """`order` with the video directly before another, or at its end. `before` must be in it unless it is None."""
    rest = [one for one in order if one != video_id]
    if before == video_id:
        return list(order)
    rest.insert(len(rest) if before is None else rest.index(before), video_id)
    return rest


def placed(order: Sequence[str], video_id: str, number: int) -> list[str]:
    """`order` with the video as the `number`th, counted from 1; a number that is too small or large is the end."""
    rest = [one for one in order if one != video_id]
    rest.insert(min(max(number - 1, 0), len(rest)), video_id)
    return rest
