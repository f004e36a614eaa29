"""How collections and their videos look on a page."""

from typing import Any

from novacast.i18n import ngettext
from novacast.records import dataclass
from novacast.vods.bodies import poster_path
from novacast.vods.cards import Card, duration, visibility_name
from novacast.vods.collections.bodies import cover_path
from novacast.vods.collections.models import Around, Item, Listed
from novacast.vods.models import Video, Visibility


@dataclass(frozen=True, slots=True)
class Line:
    """A video in a collection's list."""

    id: str
    href: str
    number: int
    title: str
    poster: str
    duration: str
    badge: str
    """Who else may not watch it, in words; empty if the public may."""
    current: bool = False
    held: bool = False
    """Whether it is in the collection already, in the list of what may be added."""


def card_of(listed: Listed) -> Card:
    collection, summary = listed.collection, listed.summary
    number = ngettext("%(num)s video", "%(num)s videos", summary.videos) % {"num": summary.videos}
    badge = "" if collection.visibility is Visibility.PUBLIC else visibility_name(collection.visibility)
    length = duration(summary.duration) if summary.duration else ""
    return Card(f"/collections/{collection.id}", collection.title, cover_path(listed) or "", length, number, badge)


def playlist(around: Around) -> dict[str, Any]:
    """What the watch page is told of the collection that it is in."""
    collection, following = around.collection, around.next
    return {
        "id": collection.id,
        "title": collection.title,
        "href": f"/collections/{collection.id}",
        "number": around.at + 1,
        "lines": [line_of(item, collection.id, number, around.at) for number, item in enumerate(around.items)],
        "previous": _watch(around.previous, collection.id),
        "next": _watch(following, collection.id),
        "next_title": "" if following is None else following.title,
    }


def line_of(item: Item, collection_id: str, at: int, current: int | None = None) -> Line:
    return Line(
        id=item.video.id,
        href=_watch(item.video, collection_id),
        number=at + 1,
        title=item.video.title,
        poster=poster_path(item.video) or "",
        duration=duration(item.video.duration),
        badge=_badge(item.video),
        current=at == current,
    )


def offered(video: Video, held: set[str]) -> Line:
    poster, href = poster_path(video) or "", f"/watch/{video.id}"
    return Line(video.id, href, 0, video.title, poster, duration(video.duration), _badge(video), held=video.id in held)


def _badge(video: Video) -> str:
    return "" if video.visibility is Visibility.PUBLIC else visibility_name(video.visibility)


def _watch(video: Video | None, collection_id: str) -> str:
    return "" if video is None else f"/watch/{video.id}?collection={collection_id}"
