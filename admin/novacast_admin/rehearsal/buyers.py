"""Buyers who all come at once, many in one process: each takes a basket, and the next one when it has an answer.

Every other one wants a seat that they saw on the map of the hall, the others stand; once all seats are gone all stand.
Run by the rehearsal: `python -m novacast_admin.rehearsal.buyers HOST PORT PERFORMANCE SEATED STANDING`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import uvloop

from novacast.clock import SystemClock
from novacast_admin.rehearsal.extras import act
from novacast_admin.rehearsal.hall import SEATS
from novacast_admin.rehearsal.lines import Answer, Line, address, percentile

EVERYBODY = 100_000
"""Numbers of buyers' addresses begin here: viewers have those before."""
clock = SystemClock()


class Till:
    """What is counted."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.refused = 0
        self.words = ""
        """Of the last refusal."""


class Queue:
    def __init__(self, host: str, port: int, performance: str, seated: str, standing: str) -> None:
        self._host, self._port, self._seated, self._standing = host, port, seated, standing
        self._holds = f"/api/v1/performances/{performance}/holds"
        self._number, self._wishes = EVERYBODY, 0
        self._seats = iter(SEATS)
        self._lines: list[Line] = []

    async def hold(self, cue: dict[str, Any]) -> dict[str, Any]:
        """Baskets alone."""
        return await self._storm(cue, self._take)

    async def buy(self, cue: dict[str, Any]) -> dict[str, Any]:
        """Basket, order, and payment at the sandbox."""
        return await self._storm(cue, self._purchase)

    async def _storm(self, cue: dict[str, Any], what: Callable[[Line, Till], Awaitable[bool]]) -> dict[str, Any]:
        buyers, seconds = int(cue["buyers"]), float(cue["seconds"])
        while len(self._lines) < buyers:
            self._lines.append(await Line.open(self._host, self._port))
        till, before, began = Till(), time.process_time(), clock.monotonic()

        async def buyer(line: Line) -> None:
            while clock.monotonic() - began < seconds:
                asked = clock.monotonic()
                if await what(line, till):
                    till.times.append(clock.monotonic() - asked)

        await asyncio.gather(*(buyer(line) for line in self._lines[:buyers]))
        passed, used = clock.monotonic() - began, time.process_time() - before
        times = sorted(till.times)
        return {
            "rate": len(times) / passed,
            "p95": percentile(times, 0.95),
            "refused": till.refused,
            "words": till.words,
            "count": len(times),
            "cpu": used / passed,
            "seconds": passed,
        }

    def _wish(self) -> bytes:
        self._wishes += 1
        seat = next(self._seats, None) if self._wishes % 2 else None
        line = {"item": self._standing, "quantity": 1} if seat is None else {"item": self._seated, "seats": [seat]}
        return json.dumps({"lines": [line]}).encode()

    async def _take(self, line: Line, till: Till) -> bool:
        return await self._post(line, till, self._holds, self._wish(), keyed=True) is not None

    async def _purchase(self, line: Line, till: Till) -> bool:
        basket = await self._post(line, till, self._holds, self._wish(), keyed=True)
        if basket is None:
            return False
        who = {"name": "Somebody", "email": f"guest{self._number}@rehearsal.example", "method": "sandbox"}
        path = f"/api/v1/holds/{basket['token']}/order"
        order = await self._post(line, till, path, json.dumps(who).encode(), keyed=True)
        if order is None:
            return False
        paid = await self._post(line, till, f"/api/v1/orders/{order['token']}/sandbox", b'{"paid":true}')
        return paid is not None

    async def _post(
        self, line: Line, till: Till, path: str, body: bytes, *, keyed: bool = False
    ) -> dict[str, Any] | None:
        """What was answered; None where it was refused."""
        self._number += 1
        head = address(self._number) + (f"Idempotency-Key: {uuid4()}\r\n" if keyed else "")
        answer: Answer = await line.get(path, method="POST", head=head, body=body)
        if answer.status not in (200, 201):
            till.refused += 1
            till.words = f"{answer.status} {answer.body[:200].decode(errors='replace')}"
            if not answer.status:
                await asyncio.sleep(0.1)
            return None
        told: dict[str, Any] = json.loads(answer.body)
        return told


async def main(host: str, port: str, performance: str, seated: str, standing: str) -> None:
    queue = Queue(host, int(port), performance, seated, standing)
    await act({"hold": queue.hold, "buy": queue.buy})


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:6]))
