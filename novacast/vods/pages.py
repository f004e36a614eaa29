"""Pages for those who watch: home, library, a video."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from novacast.errors import InvalidInput, NotFound, Unauthenticated
from novacast.identity import Action, Principal
from novacast.vods.bodies import LibraryPageQuery, poster_path, resume_of
from novacast.vods.cards import Card, card, date_of, duration, views_of, visibility_name, watching_card
from novacast.vods.chapters.models import seconds_of
from novacast.vods.chapters.pages import lines
from novacast.vods.chapters.service import VideoChapters
from novacast.vods.collections.cards import playlist
from novacast.vods.collections.service import Collections
from novacast.vods.downloads.pages import lines as takeable
from novacast.vods.downloads.service import Downloads
from novacast.vods.models import Video
from novacast.vods.ports import Organizations
from novacast.vods.service import Detail, Videos
from novacast.vods.views.service import Views
from novacast.vods.watching import Positions
from novacast.web import Call, Html, Redirect, page

PAGE = 24
LATEST = 8
EVENTS = 4
PLAYER_CSP = {
    "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "media-src": "'self' blob: data:",
}
"""The hash of an empty style element, which media-chrome makes and fills by script; hls.js opens captions with an empty
`data:` track."""


_ALONE: Mapping[str, Any] = {"clips": (), "cut_from": None}


class OnAirPages(Protocol):
    """What stands at a watch address while there is no video yet: it is planned, or on air."""

    async def page(self, call: Call, video_id: str, /) -> Html | None:
        """None where there is no such thing. Raises Unauthenticated where signing in would help."""
        ...

    async def programming(self, call: Call, /) -> Mapping[str, Any]:
        """What is on now and comes next, for home and library: context of vods/on_air.html."""
        ...

    async def around(self, call: Call, video_id: str, /) -> Mapping[str, Any]:
        """What belongs to a video that was on air, or was cut out of such: context of vods/clips.html."""
        ...

    async def embedded(self, call: Call, video_id: str, /) -> Mapping[str, Any] | None:
        """Context of embed.html; None as above, and where signing in would help."""
        ...


class Announced(Protocol):
    async def coming(self, limit: int, /) -> Sequence[Mapping[str, Any]]:
        """The next events, the soonest first: context of tickets/event_card.html."""
        ...


class TicketDoor(Protocol):
    """What tickets open of what visibility hides."""

    async def admitted(self, principal: Principal, video_id: str, /) -> Principal:
        """The same one, with what a ticket of theirs opens of this."""
        ...

    async def page(self, call: Call, video_id: str, /) -> Html | None:
        """What to buy; None where nothing is sold of it."""
        ...


class VideoPages:
    def __init__(
        self,
        videos: Videos,
        positions: Positions,
        organizations: Organizations,
        chapters: VideoChapters,
        downloads: Downloads,
        collections: Collections,
        views: Views,
        on_air: OnAirPages | None = None,
        frames: Sequence[str] = (),
        door: TicketDoor | None = None,
        announced: Announced | None = None,
    ) -> None:
        """`frames`: origins of sites that may show the player."""
        self._videos = videos
        self._positions = positions
        self._organizations = organizations
        self._chapters = chapters
        self._downloads = downloads
        self._collections = collections
        self._views = views
        self._on_air = on_air
        self._frames = frames
        self._door = door
        self._announced = announced

    @page("/", public=True)
    async def home(self, call: Call) -> Html:
        latest = await self._videos.library(call.principal, limit=LATEST)
        context = {
            **await self._programming(call),
            "events": await self._announced.coming(EVENTS) if self._announced else (),
            "latest": await self._cards(latest.items),
            "watching": await self._unfinished(call.principal, 4),
            "may_upload": may_upload(call.principal),
        }
        return Html("home.html", context)

    @page("/library", public=True)
    async def library(self, call: Call, query: LibraryPageQuery) -> Html:
        text = query.q.strip()
        try:
            found = await self._videos.library(call.principal, text=text, cursor=query.cursor, limit=PAGE)
        except InvalidInput:  # an old cursor of another list: its first page will do
            found = await self._videos.library(call.principal, text=text, limit=PAGE)
        first = not text and query.cursor is None
        context = {
            **await self._programming(call, first),
            "q": text,
            "videos": await self._cards(found.items),
            "watching": await self._unfinished(call.principal, 4 * first),
            "next": address("/library", q=text, cursor=found.next) if found.next else "",
            "first": address("/library", q=text) if query.cursor else "",
        }
        return Html("vods/library.html", context | {"may_upload": may_upload(call.principal)})

    @page("/watch/{video_id}", public=True)
    async def watch(self, call: Call, video_id: str) -> Html | Redirect:
        try:
            return await self._found(call, video_id)
        except (NotFound, Unauthenticated) as refusal:  # the page is public, this video is not
            if (page := await self._ticketed(call, video_id)) is not None:
                return page
            if isinstance(refusal, NotFound):
                raise
            return Redirect(address("/login", next=f"/watch/{video_id}"))

    @page("/embed/{video_id}", public=True)
    async def embed(self, call: Call, video_id: str) -> Html:
        """Nothing but the player, for a frame on another site. Whoever is signed in here is a stranger there."""
        context = None if self._on_air is None else await self._on_air.embedded(call, video_id)
        if context is None:
            detail = await self._videos.show(call.principal, video_id)
            context = {"video": detail.video, "ready": detail.video.edition is not None}
            context |= {"poster": poster_path(detail.video) or ""}
        return Html("embed.html", context, csp={**PLAYER_CSP, "frame-ancestors": " ".join(("'self'", *self._frames))})

    async def _found(self, call: Call, video_id: str) -> Html:
        """Raises NotFound, Unauthenticated."""
        if self._on_air is not None and (shown := await self._on_air.page(call, video_id)) is not None:
            return shown
        return await self._shown(call, await self._videos.show(call.principal, video_id))

    async def _ticketed(self, call: Call, video_id: str) -> Html | None:
        """For who has a ticket the page itself, for others what to buy."""
        if self._door is None:
            return None
        call.principal = await self._door.admitted(call.principal, video_id)
        if call.principal.passes:
            return await self._found(call, video_id)
        return await self._door.page(call, video_id)

    async def _programming(self, call: Call, wanted: bool = True) -> Mapping[str, Any]:
        return {} if self._on_air is None or not wanted else await self._on_air.programming(call)

    async def _shown(self, call: Call, detail: Detail) -> Html:
        video_id = detail.video.id
        names = await self._organizations.names([detail.video.org_id])
        chapters = await self._chapters.show(call.principal, video_id)
        context = {
            **_shown(detail, names.get(detail.video.org_id, ""), seconds_of(call.request.query.get("t", ""))),
            "chapters": lines(chapters),
            "downloads": takeable(await self._downloads.show(call.principal, video_id)),
            "views": await self._watched(video_id),
            "playlist": await self._playlist(call, video_id),
            **(_ALONE if self._on_air is None else await self._on_air.around(call, video_id)),
        }
        return Html("vods/watch.html", context, csp=PLAYER_CSP)

    async def _cards(self, videos: Sequence[Video]) -> list[Card]:
        views = await self._views.totals([video.id for video in videos])
        return [card(video, poster_path(video), views=views.get(video.id, 0)) for video in videos]

    async def _watched(self, video_id: str) -> str:
        """In words; empty where nobody has."""
        total = (await self._views.totals([video_id])).get(video_id, 0)
        return views_of(total) if total else ""

    async def _playlist(self, call: Call, video_id: str) -> dict[str, Any] | None:
        collection_id = call.request.query.get("collection", "")[:64]
        around = await self._collections.around(call.principal, collection_id, video_id) if collection_id else None
        return None if around is None else playlist(around)

    async def _unfinished(self, principal: Principal, limit: int) -> list[Card]:
        if not principal.signed_in or not limit:
            return []
        rows = await self._positions.unfinished(principal, limit)
        return [watching_card(row, poster_path(row.video)) for row in rows]


def _shown(detail: Detail, organization: str, asked: float | None = None) -> dict[str, Any]:
    """`asked`: seconds that an address says to begin at."""
    video = detail.video
    return {
        "video": video,
        "ready": video.edition is not None,
        "poster": poster_path(video) or "",
        "resume": resume_of(detail.position) if asked is None else asked,
        "duration": duration(video.duration),
        "date": date_of(video.published_at or video.created_at),
        "organization": organization,
        "visibility": visibility_name(video.visibility),
        "editable": detail.editable,
    }


def may_upload(principal: Principal) -> bool:
    return any(principal.allows(Action.VIDEO_UPLOAD, org_id) for org_id in principal.roles)


def address(path: str, **query: str | None) -> str:
    """With what is not empty of `query`."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
