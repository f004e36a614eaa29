"""The page behind a "Follow" link, for whoever is not logged in yet, or has no scripts."""

from novacast.errors import Conflict, NotFound
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.notifications.follows.bodies import FollowForm, FollowQuery
from novacast.notifications.follows.models import Followed
from novacast.notifications.follows.service import Follows
from novacast.web import Call, Html, Notice, Redirect, form, page
from novacast.web.protection import safe_next

PLACE = "/follow/{kind}/{thing_id}"
SETTINGS = "/account/notifications"


class FollowPages:
    def __init__(self, follows: Follows) -> None:
        self._follows = follows

    @page(PLACE)
    async def ask(self, call: Call, kind: str, thing_id: str, query: FollowQuery) -> Html:
        of = _kind(kind)
        name, follows = await self._follows.show(call.principal, of, thing_id)
        back = safe_next(query.next, self._follows.path(of, thing_id) or SETTINGS)
        return Html("notifications/follow_page.html", {"name": name, "follows": follows, "back": back})

    @form(PLACE)
    async def choose(self, call: Call, kind: str, thing_id: str, form: FollowForm) -> Redirect:
        of = _kind(kind)
        back = safe_next(form.next, self._follows.path(of, thing_id) or SETTINGS)
        if not form.wanted:
            await self._follows.leave(call.principal, of, thing_id)
            return Redirect(back, notice=Notice("good", _("You follow it no more.")))
        try:
            await self._follows.follow(call.principal, of, thing_id)
        except Conflict as error:
            return Redirect(back, notice=Notice("note", error.message))
        return Redirect(back, notice=Notice("good", _("You follow it. Your account says by which ways you are told.")))


def _kind(kind: str) -> Followed:
    """Raises NotFound."""
    try:
        return Followed(kind)
    except ValueError as error:
        raise NotFound(text("There is nothing here.")) from error
