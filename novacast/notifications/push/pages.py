"""The service worker that shows what arrives, and the form that forgets a browser."""

from novacast.i18n import gettext as _
from novacast.notifications.push.service import Browsers
from novacast.web import Call, Html, Notice, Redirect, form, page

WORKER = "/push-worker.js"


class PushPages:
    def __init__(self, browsers: Browsers) -> None:
        self._browsers = browsers

    @page(WORKER, public=True)
    async def worker(self, call: Call) -> Html:
        """At the root, for its scope is the whole site; the door's own worker is nearer to the door's page."""
        return Html("notifications/push_worker.js", content_type="text/javascript")

    @form("/account/notifications/browsers/{browser_id}/forget")
    async def forget(self, call: Call, browser_id: str) -> Redirect:
        await self._browsers.forbid(call.principal, browser_id)
        return Redirect("/account/notifications", notice=Notice("good", _("Nothing is told there any more.")))
