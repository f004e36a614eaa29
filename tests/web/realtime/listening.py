"""Listening to a stream of facts."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.web.house import WITHIN, House

URL = "/api/v1/realtime"


@dataclass
class Event:
    id: int | None
    """None: it was only mentioned."""
    name: str
    data: Any


class Stream:
    def __init__(self, response: Any) -> None:
        self.response = response

    async def next(self) -> Event | None:
        """The next event, heartbeats left out; None at the end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(WITHIN):
            while line := (await self.response.content.readline()).decode():
                if line == "\n" and "data" in fields:
                    id_ = int(fields["id"]) if "id" in fields else None
                    return Event(id_, fields["event"], json.loads(fields["data"]))
                name, _, value = line.rstrip("\n").partition(": ")
                fields[name] = value
        return None

    async def names(self, count: int) -> list[str]:
        return [event.name for _ in range(count) if (event := await self.next()) is not None]


@asynccontextmanager
async def listening(
    house: House, token: str | None = "tom", topics: str = "", last: int | str | None = None
) -> AsyncIterator[Stream]:
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    async with house.ask("GET", URL, token, params={"topics": topics} if topics else None, headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        yield Stream(response)
