"""Videos as people use them: look at, find, edit, delete."""

from collections.abc import Mapping, Sequence

from novacast import i18n, outbox
from novacast.database import Database, Page, Query, Then, Transaction, keyset
from novacast.errors import Forbidden, NotFound, Unauthenticated
from novacast.identity import Action, Principal
from novacast.jobs import JobQueue
from novacast.records import dataclass
from novacast.vods import store
from novacast.vods.models import (
    Changes,
    Position,
    Rung,
    Video,
    VideoState,
    Visibility,
    match_expression,
    may_delete,
    may_edit,
    may_see,
)
from novacast.vods.removal import JOB as REMOVE
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.models import Transcode

COMMON = 300
"""Matches that are still ranked one against the other."""
MOST_ORGS = 100
"""Organizations of one person whose own videos are merged into a library page."""


@dataclass(frozen=True, slots=True)
class Detail:
    video: Video
    rungs: Sequence[Rung]
    """What can be watched; those in the making are for the makers' eyes."""
    position: Position | None
    editable: bool
    deletable: bool
    transcode: Transcode | None
    """For those who may edit."""


@dataclass(frozen=True, slots=True)
class StudioFilter:
    state: VideoState | None = None
    visibility: Visibility | None = None
    text: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class StudioEntry:
    video: Video
    transcode: Transcode | None


class Videos:
    def __init__(self, db: Database, queue: JobQueue) -> None:
        self._db = db
        self._queue = queue

    async def may_look(self, principal: Principal, video_id: str) -> bool:
        found = await self._db.one(store.by_id(video_id))
        return found is not None and may_see(principal, found)

    async def show(self, principal: Principal, video_id: str) -> Detail:
        """Raises NotFound, or Unauthenticated where logging in would help."""
        async with self._db.snapshot() as view:
            found = await view.one(store.by_id(video_id))
            video = seen(principal, found)
            editable = may_edit(principal, video)
            rungs = await view.all(store.rungs(video_id))
            transcode = await view.one(transcodes.by_video(video_id))
            position = None
            if principal.person_id is not None:
                position = await view.one(store.position(principal.person_id, video_id))
        shown = rungs if editable else [rung for rung in rungs if rung.published]
        return Detail(
            video=video,
            rungs=shown,
            position=position,
            editable=editable,
            deletable=may_delete(principal, video),
            transcode=transcode if editable else None,
        )

    async def worked_on(self, principal: Principal, video_id: str) -> Detail:
        """As `show`, for those who work on it. Raises Forbidden for the others."""
        detail = await self.show(principal, video_id)
        if not detail.editable:
            raise Forbidden(i18n.text("You may watch this video, but not work on it."))
        return detail

    async def library(
        self, principal: Principal, *, text: str = "", cursor: str | None = None, limit: int = 24
    ) -> Page[Video]:
        """What there is to find: everything ready that is public, for the logged-in, or of the caller's organizations.

        Latest first; with a `text`, the best matches first. Unlisted and private videos are never in it.
        """
        orgs = sorted(principal.roles)[:MOST_ORGS]
        start = keyset(cursor, int, str) or store.START
        if not text.strip():
            rows = await self._db.all(store.library(principal.signed_in, orgs, start, limit + 1))
            return Page.of(rows, limit, lambda video: (video.published_at or 0, video.id))
        if (match := match_expression(text)) is None:
            return Page((), None)
        common = await self._common(match)
        return await self._found(store.search(match, common, principal.signed_in, orgs, start, limit + 1), limit)

    async def studio(
        self,
        principal: Principal,
        org_id: str,
        wanted: StudioFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = 24,
    ) -> Page[StudioEntry]:
        """Videos of an organization for those who work on them, in every state, with how far they are.

        A member who may not edit others' videos sees their own. Raises NotFound for strangers.
        """
        wanted = wanted or StudioFilter()
        if not principal.allows(Action.ORG_VIEW, org_id):
            raise NotFound(i18n.text("There is no such organization, or you are not a member of it."))
        everyones = principal.allows(Action.VIDEO_EDIT, org_id) and not wanted.mine
        owner_id = None if everyones else principal.person_id or ""
        start = keyset(cursor, int, str) or store.START
        filters = (org_id, owner_id, wanted.state, wanted.visibility)
        if not wanted.text.strip():
            rows = await self._db.all(store.studio(*filters, start, limit + 1))
            page = Page.of(rows, limit, lambda video: (video.created_at, video.id))
        elif (match := match_expression(wanted.text)) is None:
            page = Page((), None)
        else:
            narrow = await self._common(match)
            common = narrow and await self._common(match, org_id)
            query = store.studio_search(match, common, narrow, *filters, start, limit + 1)
            page = await self._found(query, limit)
        progress = await self._progress(page.items)
        return Page([StudioEntry(video, progress.get(video.id)) for video in page.items], page.next)

    async def _common(self, match: str, org_id: str | None = None) -> bool:
        """Whether so many videos match that ranking them all would take longer than a person waits."""
        return (await self._db.one(store.matches(match, COMMON, org_id)) or 0) >= COMMON

    async def edit(
        self, principal: Principal, video_id: str, changes: Changes, then: Then[Video] | None = None
    ) -> Video:
        """Raises InvalidInput, NotFound, Forbidden. A change of visibility is told, so that playback can revoke."""
        columns = changes.checked()

        def unit(tx: Transaction) -> Video:
            before = editable(principal, tx.one(store.by_id(video_id)))
            if columns:
                store.change(tx, video_id, columns)
            after = tx.one(store.by_id(video_id))
            assert after is not None
            if columns:
                outbox.emit(
                    tx,
                    "video.changed",
                    video_id,
                    outbox.org(after.org_id),
                    visibility=after.visibility.value,
                    visibility_changed=after.visibility is not before.visibility,
                )
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def delete(self, principal: Principal, video_id: str) -> None:
        """Gone at once for everyone; a running transcode is ended and the files are removed by a job."""

        def unit(tx: Transaction) -> None:
            video = seen(principal, tx.one(store.by_id(video_id)))
            if not may_delete(principal, video):
                raise Forbidden(i18n.text("You may watch this video, but not delete it."))
            store.doom(tx, video_id)
            outbox.emit(tx, "video.deleted", video_id, outbox.org(video.org_id))
            self._queue.enqueue_after(tx, REMOVE, video_id)

        await self._db.write(unit)

    async def _found(self, query: Query[tuple[int, Video]], limit: int) -> Page[Video]:
        rows = await self._db.all(query)
        page = Page.of(rows, limit, lambda row: (row[0], row[1].id))
        return Page([video for _, video in page.items], page.next)

    async def _progress(self, videos: Sequence[Video]) -> Mapping[str, Transcode]:
        if not videos:
            return {}
        rows = await self._db.all(transcodes.by_videos([video.id for video in videos]))
        return {row.video_id: row for row in rows}


def seen(principal: Principal, video: Video | None) -> Video:
    """The video, if it exists for this principal. Raises NotFound, or Unauthenticated where logging in would help."""
    if video is not None and may_see(principal, video):
        return video
    inviting = {Visibility.SIGNED_IN, Visibility.ORGANIZATION}
    if not principal.signed_in and video and video.state is VideoState.READY and video.visibility in inviting:
        raise Unauthenticated(i18n.text("Log in to watch this video."))
    raise NotFound(i18n.text("There is no such video, or it is not for you to see."))


def editable(principal: Principal, video: Video | None) -> Video:
    """The same for whoever wants to change it. Raises Forbidden as well."""
    found = seen(principal, video)
    if not may_edit(principal, found):
        raise Forbidden(i18n.text("You may watch this video, but not change it."))
    return found
