"""Signed webhooks, sent again with longer and longer waits (docs.stripe.com/webhooks#automatic-retries)."""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import field

import aiohttp

from novacast.records import dataclass
from novacast_admin.stripe_stand_in.account import Account
from novacast_admin.stripe_stand_in.shapes import Object

WAITS = (0, 300, 1800, 7200, 18_000, 36_000, *[43_200] * 5)
"""Seconds before each try: three days in all."""
SECONDS = 10.0


def signature(payload: bytes, secrets: Sequence[str], at: int) -> str:
    """The value of `Stripe-Signature`; while a secret is rolled there are several."""
    signed = f"{at}.".encode() + payload
    marks = [hmac.new(one.encode(), signed, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={at}", *(f"v1={one}" for one in marks)])


@dataclass
class Delivery:
    event: Object
    due: int
    tries: int = 0
    statuses: list[int | None] = field(default_factory=list)
    """What was answered; None: nothing."""


@dataclass
class Webhooks:
    account: Account
    url: str = ""
    secrets: Sequence[str] = ("whsec_test",)
    waiting: list[Delivery] = field(default_factory=list)
    done: list[Delivery] = field(default_factory=list)
    lost: bool = False
    """Whether nothing is sent any more, as to a house without a public address."""

    def listen(self) -> None:
        self.account.heard.append(lambda event: self.waiting.append(Delivery(event, self.account.now)))

    async def deliver(
        self,
        *,
        copies: int = 1,
        order: Callable[[list[Delivery]], list[Delivery]] = list,
        only: Callable[[Object], bool] = lambda event: True,
    ) -> int:
        """Send what is due, each `copies` times, in the order that a test makes of it; how many were taken."""
        if self.lost or not self.url:
            self.waiting.clear()
            return 0
        due = [one for one in self.waiting if one.due <= self.account.now and only(one.event)]
        taken = 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as client:
            for delivery in order(due):
                for _copy in range(copies):
                    status = await self._send(client, delivery)
                    delivery.statuses.append(status)
                taken += self._end(delivery)
        return taken

    def _end(self, delivery: Delivery) -> bool:
        status = delivery.statuses[-1]
        delivery.tries += 1
        good = status is not None and 200 <= status < 300
        if good or delivery.tries >= len(WAITS):
            self.waiting.remove(delivery)
            self.done.append(delivery)
            delivery.event["pending_webhooks"] = 0
        else:
            delivery.due = self.account.now + WAITS[delivery.tries]
        return good

    async def _send(self, client: aiohttp.ClientSession, delivery: Delivery) -> int | None:
        payload = json.dumps(delivery.event, indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(payload, self.secrets, int(self.account.base())),
        }
        try:
            async with client.post(self.url, data=payload, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None
