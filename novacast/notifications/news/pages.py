"""The page of notices."""

from typing import Annotated, Any

from pydantic import Field

from novacast.clock import iso
from novacast.notifications.news.models import Notice, words
from novacast.notifications.news.service import Notices
from novacast.web import Body, Call, Html, page
from novacast.words import hour_of

PAGE = "/account/notices"
MOST = 30


class NoticesQuery(Body):
    cursor: Annotated[str | None, Field(max_length=500)] = None


class NoticePages:
    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    @page(PAGE)
    async def show(self, call: Call, query: NoticesQuery) -> Html:
        """Whoever looks at it has seen them; what is new is marked this once."""
        found = await self._notices.listed(call.principal, query.cursor, MOST)
        if query.cursor is None:
            await self._notices.read(call.principal)
        context = {"lines": [_line(one) for one in found.items], "next": found.next, "first": query.cursor is not None}
        return Html("notifications/notices.html", context)


def _line(one: Notice) -> dict[str, Any]:
    title, body = words(one.kind, one.news)
    at = {"iso": iso(one.at), "text": hour_of(one.at)}
    return {"title": title, "body": body, "path": one.news.path, "at": at, "new": one.read_at is None}
