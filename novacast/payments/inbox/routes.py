"""Where those who move money send what happened. Whoever comes proves by a signature who they are."""

from novacast.errors import Malformed, NotFound, TooLarge
from novacast.i18n import text
from novacast.payments.inbox.service import Inbox
from novacast.web import Call, post

MOST = 1_048_576
"""Bytes of an event."""


class InboxRoutes:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    @post(
        "/api/v1/webhooks/stripe",
        tag="payments",
        public=True,
        stream=True,
        status=200,
        summary="An event of Stripe's",
        errors=(Malformed, TooLarge, NotFound),
    )
    async def stripe(self, call: Call) -> None:
        """Signed by one of `[stripe] webhook_secrets`, at most five minutes ago. It is kept, answered, and worked on
        afterwards: what it is about is asked of Stripe. The same event may come again."""
        if not self._inbox.takes("stripe"):
            raise NotFound(text("There is nothing here."))
        payload = b"".join([chunk async for chunk in call.chunks(MOST)])
        await self._inbox.receive("stripe", payload, call.request.headers.get("Stripe-Signature", ""))
