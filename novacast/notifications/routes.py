"""Everything that people's notifications are reached by: API and pages."""

from typing import Any

from novacast.notifications.choices.pages import ChoicePages
from novacast.notifications.choices.routes import ChoiceRoutes
from novacast.notifications.follows.pages import FollowPages
from novacast.notifications.follows.routes import FollowRoutes
from novacast.notifications.news.pages import NoticePages
from novacast.notifications.news.routes import NoticeRoutes
from novacast.notifications.news.services import NewsServices
from novacast.notifications.previews.routes import PreviewRoutes
from novacast.notifications.push.pages import PushPages
from novacast.notifications.push.routes import PushRoutes
from novacast.web import Call


class Beside:
    """What stands on the page of switches beside them: what is followed, and browsers."""

    def __init__(self, own: NewsServices) -> None:
        self._own = own

    async def context(self, call: Call) -> dict[str, Any]:
        return {
            "followed": await self._own.follows.listed(call.principal),
            "browsers": await self._own.browsers.listed(call.principal),
        }


def news_routes(own: NewsServices) -> tuple[object, ...]:
    return (
        ChoiceRoutes(own.choices),
        ChoicePages(own.choices, Beside(own)),
        FollowRoutes(own.follows),
        FollowPages(own.follows),
        NoticeRoutes(own.notices),
        NoticePages(own.notices),
        PushRoutes(own.browsers),
        PushPages(own.browsers),
        PreviewRoutes(own.previews),
    )
