"""Collections as people use them: find, look at, make, fill, put in order."""

from collections.abc import Callable, Sequence

from novacast import outbox
from novacast.database import Database, Page, Query, Then, Transaction, keyset
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.vods import store as videos
from novacast.vods.collections import store
from novacast.vods.collections.models import (
    MOST_COLLECTIONS,
    MOST_ITEMS,
    Around,
    Collection,
    Details,
    Item,
    Listed,
    Shown,
    Summary,
    may_see,
    moved,
    placed,
)
from novacast.vods.models import VideoState, Visibility, match_expression, may_delete, may_edit
from novacast.vods.models import may_see as may_see_video
from novacast.vods.service import MOST_ORGS

Arranging = Callable[[Transaction, Sequence[str]], list[str]]
"""The order there is to the order that shall be."""


class Collections:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def library(
        self, principal: Principal, *, words: str = "", cursor: str | None = None, limit: int = 24
    ) -> Page[Listed]:
        """What there is to find and holds something to watch for the asker; newest first, with `words` best first."""
        eyes = store.Eyes(principal.signed_in, sorted(principal.roles)[:MOST_ORGS])
        start = keyset(cursor, int, str) or videos.START
        if not words.strip():
            page = await self._page(store.library(eyes, start, limit + 1), limit)
        elif (match := match_expression(words)) is None:
            return Page((), None)
        else:
            page = await self._found(store.search(match, eyes, start, limit + 1), limit)
        return await self._listed(page, eyes)

    async def studio(
        self, principal: Principal, org_id: str, *, words: str = "", cursor: str | None = None, limit: int = 24
    ) -> Page[Listed]:
        """An organization's collections for those who work on them; a member who may not edit others' sees their own.

        Raises NotFound for strangers.
        """
        if not principal.allows(Action.ORG_VIEW, org_id):
            raise NotFound(text("There is no such organization, or you are not a member of it."))
        owner_id = None if principal.allows(Action.VIDEO_EDIT, org_id) else principal.person_id or ""
        start = keyset(cursor, int, str) or videos.START
        if not words.strip():
            page = await self._page(store.studio(org_id, owner_id, start, limit + 1), limit)
        elif (match := match_expression(words)) is None:
            return Page((), None)
        else:
            page = await self._found(store.studio_search(match, org_id, owner_id, start, limit + 1), limit)
        return await self._listed(page, None)

    async def show(self, principal: Principal, collection_id: str) -> Shown:
        """Raises NotFound, or Unauthenticated where logging in would help."""
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(collection_id))
            collection = _seen(principal, found)
            items = await view.all(store.items(collection_id))
        return Shown(
            collection,
            [item for item in items if may_see_video(principal, item.video)],
            may_edit(principal, collection),
            may_delete(principal, collection),
        )

    async def items(self, principal: Principal, collection_id: str, cursor: str | None, limit: int) -> Page[Item]:
        """In their order. Raises NotFound, Unauthenticated."""
        (after,) = keyset(cursor, int) or (-1,)
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(collection_id))
            _seen(principal, found)
            items = await view.all(store.items(collection_id, after))
        seen = [item for item in items if may_see_video(principal, item.video)]
        return Page.of(seen[: limit + 1], limit, lambda item: (item.place,))

    async def around(self, principal: Principal, collection_id: str, video_id: str) -> Around | None:
        """None where the collection is not for the asker, or the video is not in it."""
        try:
            shown = await self.show(principal, collection_id)
        except (NotFound, Unauthenticated):
            return None
        items = [item for item in shown.items if item.video.state is VideoState.READY or item.video.id == video_id]
        at = next((at for at, item in enumerate(items) if item.video.id == video_id), None)
        return None if at is None else Around(shown.collection, items, at)

    async def create(
        self, principal: Principal, org_id: str, details: Details, then: Then[Collection] | None = None
    ) -> Collection:
        """Whoever may bring videos may make collections. Raises InvalidInput, NotFound, Forbidden, Conflict."""
        columns = Details(details.title or "", details.description or "", details.visibility).checked()
        if not principal.allows(Action.ORG_VIEW, org_id):
            raise NotFound(text("There is no such organization, or you are not a member of it."))
        if not principal.allows(Action.VIDEO_UPLOAD, org_id):
            raise Forbidden(text("Your part in this organization lets you make no collections."))

        def unit(tx: Transaction) -> Collection:
            if (tx.one(store.count(org_id)) or 0) >= MOST_COLLECTIONS:
                raise Conflict(
                    text("The organization has {most} collections already. Delete one first.", most=MOST_COLLECTIONS)
                )
            visibility = Visibility(columns.get("visibility", Visibility.PRIVATE))
            made = Collection(
                new_id(),
                org_id,
                principal.person_id,
                columns["title"],
                columns["description"],
                visibility,
                tx.now,
                tx.now,
            )
            store.add(tx, made)
            outbox.emit(tx, "collection.created", made.id, outbox.org(org_id))
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit(self, principal: Principal, collection_id: str, details: Details) -> Collection:
        """Raises InvalidInput, NotFound, Forbidden."""
        columns = details.checked()

        def unit(tx: Transaction) -> Collection:
            before = _editable(principal, tx.one(store.by_id(collection_id)))
            if columns:
                store.change(tx, collection_id, columns)
                outbox.emit(tx, "collection.changed", collection_id, outbox.org(before.org_id))
            return tx.one(store.by_id(collection_id)) or before

        return await self._db.write(unit)

    async def delete(self, principal: Principal, collection_id: str) -> None:
        """Its videos stay."""

        def unit(tx: Transaction) -> None:
            collection = _seen(principal, tx.one(store.by_id(collection_id)))
            if not may_delete(principal, collection):
                raise Forbidden(text("You may see this collection, but not delete it."))
            store.remove(tx, collection_id)
            outbox.emit(tx, "collection.deleted", collection_id, outbox.org(collection.org_id))

        await self._db.write(unit)

    async def put(self, principal: Principal, collection_id: str, video_id: str, before: str | None) -> Collection:
        """Put a video of the same organization directly before another, or at the end; one that is there is moved.

        Raises NotFound, Forbidden, InvalidInput if `before` is not in it, Conflict when the collection is full.
        """

        def arranging(_: Transaction, order: Sequence[str]) -> list[str]:
            if before is not None and before not in order:
                raise InvalidInput.field("before", text("That video is not in this collection."))
            return moved(order, video_id, before)

        return await self._arrange(principal, collection_id, video_id, arranging)

    async def place(self, principal: Principal, collection_id: str, video_id: str, number: int) -> Collection:
        """The same by the number it shall have among those the asker sees, counted from 1."""

        def arranging(tx: Transaction, order: Sequence[str]) -> list[str]:
            seen = [one.video.id for one in tx.all(store.items(collection_id)) if may_see_video(principal, one.video)]
            behind = placed(seen, video_id, number)
            at = behind.index(video_id) + 1
            return moved(order, video_id, behind[at] if at < len(behind) else None)

        return await self._arrange(principal, collection_id, video_id, arranging)

    async def take_out(self, principal: Principal, collection_id: str, video_id: str) -> None:
        """Raises NotFound also where the video is not in the collection."""

        def arranging(_: Transaction, order: Sequence[str]) -> list[str]:
            if video_id not in order:
                raise NotFound(text("That video is not in this collection."))
            return [one for one in order if one != video_id]

        await self._arrange(principal, collection_id, None, arranging)

    async def _arrange(
        self, principal: Principal, collection_id: str, video_id: str | None, arranging: Arranging
    ) -> Collection:
        def unit(tx: Transaction) -> Collection:
            collection = _editable(principal, tx.one(store.by_id(collection_id)))
            order = tx.all(store.order(collection_id))
            if video_id is not None and video_id not in order:
                _check_new(tx, principal, collection, video_id, len(order))
            wanted = arranging(tx, order)
            if wanted != order:
                store.arrange(tx, collection_id, wanted)
                store.change(tx, collection_id, {})
                outbox.emit(tx, "collection.changed", collection_id, outbox.org(collection.org_id))
            return tx.one(store.by_id(collection_id)) or collection

        return await self._db.write(unit)

    async def _page(self, query: Query[Collection], limit: int) -> Page[Collection]:
        return Page.of(await self._db.all(query), limit, lambda one: (one.created_at, one.id))

    async def _found(self, query: Query[tuple[int, Collection]], limit: int) -> Page[Collection]:
        page = Page.of(await self._db.all(query), limit, lambda row: (row[0], row[1].id))
        return Page([collection for _, collection in page.items], page.next)

    async def _listed(self, page: Page[Collection], eyes: store.Eyes | None) -> Page[Listed]:
        if not page.items:
            return Page((), page.next)
        told = dict(await self._db.all(store.summaries([one.id for one in page.items], eyes)))
        return Page([Listed(one, told.get(one.id, Summary())) for one in page.items], page.next)


def _seen(principal: Principal, collection: Collection | None) -> Collection:
    if collection is not None and may_see(principal, collection):
        return collection
    inviting = {Visibility.SIGNED_IN, Visibility.ORGANIZATION}
    if collection is not None and not principal.signed_in and collection.visibility in inviting:
        raise Unauthenticated(text("Log in to see this collection."))
    raise NotFound(text("There is no such collection, or it is not for you to see."))


def _editable(principal: Principal, found: Collection | None) -> Collection:
    collection = _seen(principal, found)
    if not may_edit(principal, collection):
        raise Forbidden(text("You may see this collection, but not change it."))
    return collection


def _check_new(tx: Transaction, principal: Principal, collection: Collection, video_id: str, there: int) -> None:
    video = tx.one(videos.by_id(video_id))
    if video is None or not may_see_video(principal, video):
        raise NotFound(text("There is no such video, or it is not for you to see."))
    if video.org_id != collection.org_id:
        raise InvalidInput.field("video", text("Only videos of the collection's own organization can be in it."))
    if there >= MOST_ITEMS:
        raise Conflict(text("The collection has {most} videos, which is the most.", most=MOST_ITEMS))
