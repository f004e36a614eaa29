"""A webhook of a venue as an operator runs it, whose server is killed while it waits for the answer."""

import signal
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.app.venue import Venue, open_venue
from tests.notifications.webhooks.world import receiving
from tests.waiting import until


@pytest.mark.slow
async def test_what_a_killed_server_was_sending_is_sent_by_the_next_one(tmp_path: Path) -> None:
    own = {"NOVACAST_JOBS_WORKER": "no", "NOVACAST_WEBHOOKS_ALLOWED": "127.0.0.1"}
    async with receiving() as receiver, open_venue(tmp_path / "data", **own) as venue:
        token = await venue.token("owner")
        body = {"url": f"{receiver.url}/hook", "topics": ["collection.created.v1"]}
        made = await venue.ask("POST", f"/api/v1/organizations/{venue.org}/webhooks", token, body)
        assert made.status == 201, made.body
        receiver.held = {"/hook"}
        season = {"organization": venue.org, "title": "The season"}
        collection = await venue.ask("POST", "/api/v1/collections", token, season)
        await receiver.arrived.wait()
        venue.end(signal.SIGKILL)
        receiver.let_go.set()
        await venue.start()
        await until(lambda: len(receiver.got) == 2)
        first, second = receiver.got
        assert (first.id, first.body) == (second.id, second.body)
        told = Webhook(made.json["secret"]).verify(second.body, second.headers)
        assert told["type"] == "collection.created.v1"
        assert told["data"] == {"id": collection.json["id"], "organization": venue.org}
        assert await delivered(venue, made.json["id"], await venue.token("owner"))


async def delivered(venue: Venue, webhook: str, token: str) -> bool:
    found: list[Any] = []

    async def is_over() -> bool:
        found[:] = (await venue.ask("GET", f"/api/v1/webhooks/{webhook}/deliveries", token)).json["items"]
        return [one["state"] for one in found] == ["delivered"]

    await until(is_over)
    return len(found) == 1
