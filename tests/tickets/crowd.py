"""People who want tickets, over HTTP: they click twice, reload, wander off, and try again when the house is gone."""

import asyncio
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession

TRIES = 200
PAUSE = 0.05
"""Seconds between tries, growing with each: the house may be gone for a while."""
LONGEST_PAUSE = 1.0
REFUSED = {"sold_out", "seats_taken", "lonely_seat", "hold_over", "not_on_sale"}


@dataclass
class End:
    """How it ended for one buyer: with tickets of an order, with a clear refusal, or because they left."""

    what: str
    order: str = ""
    units: int = 0


@dataclass
class Evening:
    """`address` as it is at this moment: the house may come back somewhere else."""

    client: ClientSession
    address: Callable[[], str]
    performance: str
    seated: str
    standing: str
    seats: list[str]
    held: dict[str, int] = field(default_factory=dict)
    """Baskets that the house has confirmed, with their units."""
    done: int = 0

    async def ask(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """Until there is an answer that is one: lost connections and busy houses are tried again, with the same key."""
        headers = {"Idempotency-Key": key} if key else {}
        for number in range(TRIES):
            try:
                url = f"{self.address()}/api/v1{path}"
                async with self.client.request(method, url, json=body, headers=headers) as response:
                    answer = await response.json(content_type=None) if response.status != 204 else None
                    busy = isinstance(answer, dict) and answer.get("code") == "in_flight"
                    if response.status < 500 and response.status != 429 and not busy:
                        return response.status, answer
            except (ClientError, TimeoutError, ConnectionError):
                pass
            await asyncio.sleep(min(LONGEST_PAUSE, PAUSE * (number + 1)))
        raise AssertionError(f"{method} {path} had no answer in {TRIES} tries")


class Buyer:
    def __init__(self, evening: Evening, seed: int) -> None:
        self._evening, self._dice = evening, random.Random(seed)

    async def live(self) -> End:
        try:
            return await self._live()
        finally:
            self._evening.done += 1

    async def _live(self) -> End:
        evening, dice = self._evening, self._dice
        basket = await self._choose()
        if basket is None:
            return End("refused")
        token, units = basket["token"], len(basket["lines"])
        evening.held[token] = units
        if dice.random() < 0.3:
            status, shown = await evening.ask("GET", f"/holds/{token}")
            assert (status, len(shown["lines"])) == (200, units), shown
        if dice.random() < 0.15:
            if dice.random() < 0.5:
                await evening.ask("DELETE", f"/holds/{token}")
            return End("left")
        return await self._buy(token, units)

    async def _choose(self) -> dict[str, Any] | None:
        """Some look for seats, which may be gone; then they take what the house gives them, or stand."""
        evening, dice = self._evening, self._dice
        count = dice.randint(1, 3)
        lines = [{"item": evening.standing, "quantity": count}]
        if dice.random() < 0.6:
            start = dice.randrange(len(evening.seats) - count)
            named = evening.seats[start : start + count]
            lines = [{"item": evening.seated, "seats": named}]
        other = [{"item": evening.seated, "quantity": count}]
        for wish in (lines, other, [{"item": evening.standing, "quantity": 1}]):
            status, answer = await self._take(wish)
            if status == 201:
                return answer
            assert answer["code"] in REFUSED, answer
        return None

    async def _take(self, lines: list[dict[str, Any]]) -> tuple[int, Any]:
        key, path = str(uuid.UUID(int=self._dice.getrandbits(128))), f"/performances/{self._evening.performance}/holds"
        clicks = 2 if self._dice.random() < 0.2 else 1
        answers = await asyncio.gather(*(self._evening.ask("POST", path, {"lines": lines}, key) for _ in range(clicks)))
        assert len({(status, str(answer)) for status, answer in answers if status == 201}) <= 1, answers
        return answers[0]

    async def _buy(self, token: str, units: int) -> End:
        evening = self._evening
        buyer = {"name": "Somebody", "email": f"b{self._dice.getrandbits(64)}@example.org", "method": "sandbox"}
        status, placed = await evening.ask("POST", f"/holds/{token}/order", buyer, f"order-{token[:60]}")
        if status != 201:
            assert placed["code"] in REFUSED, placed
            return End("refused")
        order = placed["token"]
        # Not under a key: at a provider's page there is none, and a second click finds what the first one did.
        status, paid = await evening.ask("POST", f"/orders/{order}/sandbox", {"paid": True})
        if status != 200:
            status, paid = await evening.ask("POST", f"/orders/{order}/refresh")
        assert (status, paid["order"]["state"]) == (200, "paid"), paid
        _, shown = await evening.ask("GET", f"/orders/{order}/tickets")
        assert len(shown["items"]) == units
        return End("tickets", placed["order"]["id"], units)
