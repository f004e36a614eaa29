"""Shapes of the collections' API."""

from typing import Annotated

from pydantic import Field

from novacast.clock import SECOND, iso
from novacast.vods.bodies import LibraryQuery, VideoBody, picture_path
from novacast.vods.collections.models import Collection, Details, Item, Listed
from novacast.vods.models import DESCRIPTION_LENGTH, TITLE_LENGTH, Visibility
from novacast.web import Body, PageBody


class CollectionsQuery(LibraryQuery):
    pass


class NewCollectionBody(Body):
    organization: Annotated[str, Field(min_length=1, max_length=64)]
    title: Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH)]
    description: Annotated[str, Field(max_length=DESCRIPTION_LENGTH)] = ""
    visibility: Visibility = Visibility.PRIVATE

    def details(self) -> Details:
        return Details(self.title, self.description, self.visibility)


class CollectionChangesBody(Body):
    """What is left out stays as it is."""

    title: Annotated[str | None, Field(min_length=1, max_length=TITLE_LENGTH)] = None
    description: Annotated[str | None, Field(max_length=DESCRIPTION_LENGTH)] = None
    visibility: Visibility | None = None

    def details(self) -> Details:
        return Details(self.title, self.description, self.visibility)


class PlaceBody(Body):
    before: Annotated[
        str | None, Field(max_length=64, description="Id of the video it shall stand before; null: at the end.")
    ] = None


class CollectionBody(Body):
    id: str
    organization: str
    title: str
    description: str
    visibility: Visibility
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, collection: Collection) -> "CollectionBody":
        return cls(
            id=collection.id,
            organization=collection.org_id,
            title=collection.title,
            description=collection.description,
            visibility=collection.visibility,
            created_at=iso(collection.created_at),
            updated_at=iso(collection.updated_at),
        )


class ListedCollectionBody(CollectionBody):
    videos: Annotated[int, Field(description="How many of its videos the caller may watch; in the studio, all.")]
    duration: Annotated[float, Field(description="Seconds of these together.")]
    poster: Annotated[str | None, Field(description="Path of a picture: that of the first which has one.")]

    @classmethod
    def listed(cls, listed: Listed) -> "ListedCollectionBody":
        return cls(
            **dict(CollectionBody.of(listed.collection)),
            videos=listed.summary.videos,
            duration=listed.summary.duration / SECOND,
            poster=cover_path(listed),
        )


class CollectionsBody(PageBody[ListedCollectionBody]):
    pass


class ItemBody(Body):
    place: Annotated[int, Field(description="Counted from 0; what the caller may not see leaves gaps.")]
    added_at: str
    video: VideoBody

    @classmethod
    def of(cls, item: Item) -> "ItemBody":
        return cls(place=item.place, added_at=iso(item.added_at), video=VideoBody.of(item.video))


class ItemsBody(PageBody[ItemBody]):
    pass


def cover_path(listed: Listed) -> str | None:
    return None if listed.summary.cover is None else picture_path(*listed.summary.cover)
