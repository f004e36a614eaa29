"""The API of notices."""

from novacast.errors import InvalidInput
from novacast.notifications.news.bodies import NoticeBody, NoticesBody, UnreadBody
from novacast.notifications.news.service import Notices
from novacast.web import Call, ListQuery, get, put

NOTICES = "/api/v1/me/notices"


class NoticeRoutes:
    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    @get(NOTICES, tag="notifications", summary="What I was told on the page", errors=(InvalidInput,))
    async def listed(self, call: Call, query: ListQuery) -> NoticesBody:
        """The latest first, in my language."""
        page = await self._notices.listed(call.principal, query.cursor, query.limit)
        return NoticesBody.of(page, NoticeBody.of)

    @get(f"{NOTICES}/unread", tag="notifications", summary="How many I have not seen")
    async def unread(self, call: Call) -> UnreadBody:
        return UnreadBody(count=await self._notices.unread(call.principal))

    @put(f"{NOTICES}/read", tag="notifications", status=204, summary="I have seen them all")
    async def read(self, call: Call) -> None:
        await self._notices.read(call.principal)
