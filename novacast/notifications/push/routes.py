"""The API of Web Push, and the service worker that shows what arrives."""

from novacast.errors import InvalidInput, NotFound, RateLimited
from novacast.limits import Rate
from novacast.notifications.push.bodies import BrowserBody, BrowsersBody, PushKeyBody, SubscriptionBody
from novacast.notifications.push.service import Browsers
from novacast.web import Call, delete, get, put

BROWSERS = "/api/v1/me/push"
ALLOWED = Rate("push.allow", burst=30, period=3600)


class PushRoutes:
    def __init__(self, browsers: Browsers) -> None:
        self._browsers = browsers

    @get("/api/v1/push/key", tag="notifications", summary="The key to subscribe a browser with")
    async def key(self, call: Call) -> PushKeyBody:
        """VAPID (RFC 8292). Where it is another than a browser is subscribed with, its page subscribes anew."""
        return PushKeyBody(key=self._browsers.key())

    @get(BROWSERS, tag="notifications", summary="Browsers in which I am told of something")
    async def listed(self, call: Call) -> BrowsersBody:
        return BrowsersBody.of(await self._browsers.listed(call.principal))

    @put(BROWSERS, tag="notifications", summary="Be told in this browser", errors=(InvalidInput, RateLimited))
    async def allow(self, call: Call, body: SubscriptionBody) -> BrowserBody:
        """Repeatable. It ends with the session that it was made with, and once the push service knows it no more."""
        call.limit(ALLOWED)
        keys = body.keys
        made = await self._browsers.allow(
            call.principal, body.endpoint, keys.p256dh, keys.auth, call.user_agent, body.key
        )
        return BrowserBody.of(made)

    @delete(
        f"{BROWSERS}/{{browser_id}}", tag="notifications", status=204, summary="Be told there no more",
        errors=(NotFound,),
    )  # fmt: skip
    async def forbid(self, call: Call, browser_id: str) -> None:
        await self._browsers.forbid(call.principal, browser_id)
