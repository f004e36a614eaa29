"""What a ticket opens in a whole venue: page, talk and stream of a programme that is hidden from others."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.broadcasting import Show, ending
from tests.app.selling import offered
from tests.app.test_chat import planned
from tests.app.test_revoked_on_air import Viewer
from tests.app.venue import Venue, open_venue
from tests.waiting import until

API = "/api/v1"
HTML = {"Accept": "text/html"}


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    async with open_venue(tmp_path / "data", NOVACAST_TICKETS_MODE="test") as opened:
        yield opened


async def good(venue: Venue, method: str, path: str, token: str, body: Any = None) -> Any:
    answer = await venue.ask(method, f"{API}{path}", token, body)
    assert answer.status in (200, 201), (path, answer.body)
    return answer.json


async def on_sale(venue: Venue, owner: str, programme: str, starts: timedelta) -> tuple[str, str]:
    """Ids of a performance of this programme and of its online pass, of which there are ten."""
    event = await good(venue, "POST", f"/organizations/{venue.org}/events", owner, {"title": "Hamlet"})
    begin = datetime.now(UTC) + starts
    hours = {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(hours=2)).isoformat()}
    performance = await good(venue, "POST", f"/events/{event['id']}/performances", owner, hours)
    path = f"/performances/{performance['id']}"
    await good(venue, "PATCH", path, owner, {"programme": programme})
    new = {"name": "Stream pass", "kind": "online", "price": 700}
    item = await good(venue, "POST", f"{path}/items", owner, new)
    quota = {"name": "Passes", "capacity": 10, "items": [item["id"]]}
    await good(venue, "POST", f"{path}/quotas", owner, quota)
    await good(venue, "PATCH", f"/events/{event['id']}", owner, {"published": True})
    await good(venue, "POST", f"{path}/state", owner, {"state": "on_sale"})
    return performance["id"], item["id"]


async def buy(venue: Venue, performance: str, item: str, who: str) -> Any:
    lines = {"lines": [{"item": item, "quantity": 1}]}
    hold = await good(venue, "POST", f"/performances/{performance}/holds", who, lines)
    buyer = {"name": "Vera", "email": "vera@venue.example", "method": "sandbox"}
    order = await good(venue, "POST", f"/holds/{hold['token']}/order", who, buyer)
    return await good(venue, "POST", f"/orders/{order['token']}/sandbox", who, {"paid": True})


async def watched(venue: Venue, programme: str, token: str = "") -> str:
    answer = await venue.ask("GET", f"/watch/{programme}", token, headers=HTML)
    assert answer.status == 200, answer.body
    return answer.body.decode()


async def test_a_pass_opens_page_and_talk_and_who_has_none_is_told_what_to_buy(venue: Venue) -> None:
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    programme = await planned(venue)
    await good(venue, "PATCH", f"/programmes/{programme}", owner, {"visibility": "private"})
    said = {"text": "Bravo"}
    assert (await venue.ask("GET", f"/watch/{programme}", headers=HTML)).status == 404
    assert b"Next on our stage" not in (await venue.ask("GET", "/", headers=HTML)).body
    performance, item = await on_sale(venue, owner, programme, timedelta(minutes=30))
    assert re.search(rb"Next on our stage.*Hamlet", (await venue.ask("GET", "/", headers=HTML)).body, re.DOTALL)
    for token in ("", visitor):
        page = await watched(venue, programme, token)
        assert "€7.00" in page
        assert f'href="/performances/{performance}"' in page
        assert (await venue.ask("POST", f"{API}/rooms/{programme}/messages", token, said)).status in (401, 404)
    order = await buy(venue, performance, item, "")
    assert "Stream pass" in await watched(venue, programme, visitor)
    await good(venue, "POST", f"/orders/{order['token']}/claim", visitor)
    page = await watched(venue, programme, visitor)
    assert "First night" in page
    assert "€7.00" not in page
    message = await good(venue, "POST", f"/rooms/{programme}/messages", visitor, said)
    assert message["author"]["badges"] == [{"kind": "ticket", "label": "Stream pass"}]
    await good(venue, "PATCH", f"/rooms/{programme}/rules", owner, {"who": "tickets"})
    await good(venue, "POST", f"/rooms/{programme}/messages", visitor, said)
    path = f"/organizations/{venue.org}/orders/{order['order']['id']}/cancel"
    await good(venue, "POST", path, owner, {"reason": "ill"})
    assert (await venue.ask("POST", f"{API}/rooms/{programme}/messages", visitor, said)).status == 404
    assert "€7.00" in await watched(venue, programme, visitor)
    await good(venue, "PATCH", f"/programmes/{programme}", owner, {"visibility": "public"})
    refused = await venue.ask("POST", f"{API}/rooms/{programme}/messages", visitor, said)
    assert (refused.status, refused.json["code"]) == (403, "not_for_you")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["whole order", "single ticket", "handed on"])
async def test_a_ticket_that_ends_closes_the_stream_at_the_next_segment(venue: Venue, how: str) -> None:
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    with ending(await Show.prepare(venue, owner, visibility="private")) as show:
        show.feed()
        programme = await show.on_air()
        performance, item = await on_sale(venue, owner, programme, timedelta(minutes=-10))
        assert (await venue.ask("GET", f"{API}/streams/{programme}", visitor)).status == 404
        order = await buy(venue, performance, item, visitor)
        await good(
            venue, "PUT", f"/performances/{performance}/items/{item}/pass", owner, {"opens_live": True, "devices": 1}
        )
        viewer = await Viewer.opened(venue, visitor, programme)
        seen = await viewer.watches(2)
        assert (await venue.ask("GET", f"{API}/streams/{programme}", visitor)).status == 409, "one device at a time"
        stays = await Viewer.opened(venue, owner, programme)
        await end(venue, how, owner, order)
        hint = await stays.hinted()
        refused = [await viewer.get(name) for name in (hint, "", seen[-1])]
        assert all(one.status in (403, 404, 410) for one in refused), [one.status for one in refused]
        assert not any(b"moof" in one.body for one in refused)
        assert len(await stays.watches(1)) == 1


async def end(venue: Venue, how: str, owner: str, order: Any) -> None:
    """It is true when this returns."""
    ticket, of_org = order["tickets"][0]["id"], f"/organizations/{venue.org}/orders/{order['order']['id']}"
    if how == "whole order":
        await good(venue, "POST", f"{of_org}/cancel", owner, {})
    elif how == "single ticket":
        await good(venue, "POST", f"{of_org}/cancel-tickets", owner, {"tickets": [ticket]})
    else:
        to = {"name": "Ben", "email": "ben@venue.example"}
        await good(venue, "POST", f"/orders/{order['token']}/tickets/{ticket}/offer", "", to)
        await until(lambda: bool(offered(venue)))
        await good(venue, "POST", f"/tickets/{offered(venue)[-1]}/accept", "")
