"""The API of collections."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.vods.collections.bodies import (
    CollectionBody,
    CollectionChangesBody,
    CollectionsBody,
    CollectionsQuery,
    ItemBody,
    ItemsBody,
    ListedCollectionBody,
    NewCollectionBody,
    PlaceBody,
)
from novacast.vods.collections.service import Collections
from novacast.web import Call, ListQuery, delete, get, patch, post, put

COLLECTION = "/api/v1/collections/{collection_id}"
ITEM = f"{COLLECTION}/items/{{video_id}}"


class CollectionRoutes:
    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    @get("/api/v1/collections", tag="collections", public=True, summary="Collections to watch", errors=(InvalidInput,))
    async def library(self, call: Call, query: CollectionsQuery) -> CollectionsBody:
        """Those that are meant to be found and hold something the caller may watch; newest first, or best matches
        first with `q`."""
        page = await self._collections.library(call.principal, words=query.q, cursor=query.cursor, limit=query.limit)
        return CollectionsBody.of(page, ListedCollectionBody.listed)

    @get(
        "/api/v1/organizations/{org_id}/collections",
        tag="collections",
        summary="Collections of an organization",
        errors=(InvalidInput, NotFound),
    )
    async def studio(self, call: Call, org_id: str, query: CollectionsQuery) -> CollectionsBody:
        page = await self._collections.studio(
            call.principal, org_id, words=query.q, cursor=query.cursor, limit=query.limit
        )
        return CollectionsBody.of(page, ListedCollectionBody.listed)

    @post(
        "/api/v1/collections",
        tag="collections",
        status=201,
        summary="Make a collection",
        errors=(InvalidInput, NotFound, Forbidden, Conflict),
    )
    async def create(self, call: Call, body: NewCollectionBody) -> CollectionBody:
        then = call.remember(CollectionBody.of)
        return CollectionBody.of(
            await self._collections.create(call.principal, body.organization, body.details(), then)
        )

    @get(COLLECTION, tag="collections", public=True, summary="A collection", errors=(NotFound, Unauthenticated))
    async def show(self, call: Call, collection_id: str) -> CollectionBody:
        return CollectionBody.of((await self._collections.show(call.principal, collection_id)).collection)

    @patch(COLLECTION, tag="collections", summary="Change a collection", errors=(NotFound, Forbidden, InvalidInput))
    async def edit(self, call: Call, collection_id: str, body: CollectionChangesBody) -> CollectionBody:
        return CollectionBody.of(await self._collections.edit(call.principal, collection_id, body.details()))

    @delete(
        COLLECTION,
        tag="collections",
        status=204,
        summary="Delete a collection; its videos stay",
        errors=(NotFound, Forbidden),
    )
    async def remove(self, call: Call, collection_id: str) -> None:
        await self._collections.delete(call.principal, collection_id)

    @get(
        f"{COLLECTION}/items",
        tag="collections",
        public=True,
        summary="Videos of a collection, in their order",
        errors=(NotFound, Unauthenticated, InvalidInput),
    )
    async def items(self, call: Call, collection_id: str, query: ListQuery) -> ItemsBody:
        page = await self._collections.items(call.principal, collection_id, query.cursor, query.limit)
        return ItemsBody.of(page, ItemBody.of)

    @put(
        ITEM,
        tag="collections",
        summary="Put a video into a collection, or to another place in it",
        errors=(NotFound, Forbidden, InvalidInput, Conflict),
    )
    async def place(self, call: Call, collection_id: str, video_id: str, body: PlaceBody) -> CollectionBody:
        """Only videos of the collection's organization. Asking twice does it once."""
        return CollectionBody.of(await self._collections.put(call.principal, collection_id, video_id, body.before))

    @delete(
        ITEM, tag="collections", status=204, summary="Take a video out of a collection", errors=(NotFound, Forbidden)
    )
    async def take_out(self, call: Call, collection_id: str, video_id: str) -> None:
        await self._collections.take_out(call.principal, collection_id, video_id)
