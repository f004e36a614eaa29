"""Pages and API of videos that are sold, behind the real web server."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from novacast.identity import Principal
from novacast.tickets.passes.pages import WatchDoor
from novacast.tickets.rentals.entrances import rental_routes, sales_door
from novacast.web import Call, Html, page
from tests.tickets.box import Box
from tests.tickets.rentals.shop import FILM, TRAILER, Shop, open_shop
from tests.tickets.serving import Served, serving

HTML = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Me:
    name: str = "Ada"
    email: str = "ada@example.org"


class Accounts:
    async def me(self, principal: Principal) -> Me:
        return Me()


class Trailers:
    async def open(self, principal: Principal, org_id: str, limit: int) -> Sequence[tuple[str, str]]:
        return [(TRAILER, "Coming / soon"), (FILM, "The film itself")]


class WatchPage:
    """As videos' page asks at its door."""

    def __init__(self, shop: Shop) -> None:
        class Admits:
            async def admitted(self, principal: Principal, media_id: str) -> Principal:
                houses = await shop.passes.opens(principal, media_id)
                return replace(principal, passes=frozenset((one, media_id) for one in houses))

        class Places:
            async def place(self, principal: Principal, media_id: str) -> Any:
                return await shop.films.film(principal, media_id)

            async def known(self, media_id: str) -> bool:
                return True

        own = shop.box.own
        tickets = WatchDoor(own.passes, own.performances, [Places()], own.clock, Admits())
        self._door = sales_door(shop.own, tickets, own.clock)

    @page("/watch/{video_id}", public=True)
    async def watch(self, call: Call, video_id: str) -> Html:
        if (await self._door.admitted(call.principal, video_id)).passes:
            return Html("error.html", {"status": 200, "title": "IT PLAYS", "message": "", "request_id": ""})
        found = await self._door.page(call, video_id)
        assert found is not None
        return found


@pytest.fixture
async def served(box: Box) -> AsyncIterator[Served]:
    shop = await open_shop(box)
    routes = [*rental_routes(shop.own, box.own, Accounts(), Trailers(), box.clock), WatchPage(shop)]
    async with serving(box, routes) as found:
        yield found


async def seen(served: Served, path: str, who: str = "") -> str:
    headers = HTML | ({"Authorization": f"Bearer {who}"} if who else {})
    async with served.client.get(f"{served.url}{path}", headers=headers) as response:
        assert response.status == 200, await response.text()
        return await response.text()


async def sent(served: Served, path: str, who: str, **fields: str) -> str:
    headers = HTML | {"Authorization": f"Bearer {who}"}
    async with served.client.post(f"{served.url}{path}", headers=headers, data=fields) as response:
        assert response.status in (200, 422), await response.text()
        return await response.text()


async def test_from_the_watch_page_over_payment_and_begin_to_the_player(served: Served) -> None:
    page = await seen(served, f"/watch/{FILM}")
    for told in ("The Seagull", "A film of the play.", "Buy · €12.00", "Rent · €4.50", "48 hours", "Log in"):
        assert told in page, told
    offers = (await served.ask("GET", f"/videos/{FILM}/offers")).json["items"]
    rent = next(one["id"] for one in offers if one["kind"] == "rent")
    asking = await seen(served, f"/watch/{FILM}/buy?offer={rent}", "ada")
    assert 'value="Ada"' in asking
    assert "20% tax is in it." in asking
    ordered = await sent(served, f"/watch/{FILM}/buy", "ada", offer=rent, name="Ada", method="sandbox")
    assert "Test payment" in ordered
    assert "Tickets" not in ordered.split("<main")[1].split("</main")[0]
    (order,) = (await served.ask("GET", "/me/orders", who="ada")).json["items"]
    token = served.box.own.orders.token(order["id"])
    assert "Watch" in await sent(served, f"/order/{token}/sandbox", "ada", paid="true")
    waiting = await seen(served, f"/watch/{FILM}", "ada")
    assert "You have rented this" in waiting
    assert "€4.50" not in waiting
    assert "48 hours from the first play" in await seen(served, "/account/videos", "ada")
    assert "IT PLAYS" in await sent(served, f"/watch/{FILM}/begin", "ada")
    assert "left." in await seen(served, "/account/videos", "ada")
    served.box.clock.advance(48 * 3600)
    assert "Rent · €4.50" in await seen(served, f"/watch/{FILM}", "ada")
    assert "Run out." in await seen(served, "/account/videos", "ada")


async def test_what_goes_wrong_is_said_on_the_page(served: Served) -> None:
    offers = (await served.ask("GET", f"/videos/{FILM}/offers")).json["items"]
    buy = next(one["id"] for one in offers if one["kind"] == "buy")
    assert "Choose how you pay." in await sent(
        served, f"/watch/{FILM}/buy", "ada", offer=buy, name="Ada", method="gold"
    )
    assert "Say who" in await sent(served, f"/watch/{FILM}/buy", "ada", offer=buy, name=" ", method="sandbox")


async def test_an_organizer_sets_prices_on_one_form(served: Served) -> None:
    assert "Prices" in await seen(served, f"/studio/videos/{TRAILER}/sale", "owner"), "also of what was never sold"
    path = f"/studio/videos/{FILM}/sale"
    assert 'value="12.00"' in await seen(served, path, "owner")
    kept = {"currency": "EUR", "tax": "5.5", "hours": "24", "days": "7"}
    assert "Saved." in await sent(served, path, "owner", buy="", rent="3,99", **kept)
    (offer,) = (await served.ask("GET", f"/videos/{FILM}/offers")).json["items"]
    assert (offer["price"], offer["tax_basis_points"], offer["hours"], offer["days"]) == (399, 550, 24, 7)
    assert "Write the price as 9.00." in await sent(served, path, "owner", buy="cheap", rent="", **kept)
    assert "everybody sees" in await sent(served, path, "owner", buy="1", rent="", trailer="none", **kept)
    named = f"Coming / soon · /watch/{TRAILER}"
    page = await sent(served, path, "owner", buy="1", rent="", trailer=named, **kept)
    assert f'name="trailer" type="text" value="{named}"' in page
    assert "The film itself" not in page


async def test_the_api_sells_and_lists(served: Served) -> None:
    assert (await served.ask("GET", "/videos/unknown/offers")).status == 404
    terms = {"currency": "EUR", "buy": {"price": 900}}
    assert (await served.ask("PUT", f"/videos/{FILM}/offers", terms, who="seller")).status == 403
    (offer,) = (await served.ask("PUT", f"/videos/{FILM}/offers", terms, who="owner")).json["items"]
    body = {"offer": offer["id"], "name": "Ada", "email": "ada@example.org", "method": "sandbox"}
    assert (await served.ask("POST", f"/videos/{FILM}/orders", body)).status == 401
    first = await served.ask("POST", f"/videos/{FILM}/orders", body, who="ada", key="k1")
    again = await served.ask("POST", f"/videos/{FILM}/orders", body, who="ada", key="k1")
    assert (first.status, first.body) == (201, again.body)
    await served.ask("POST", f"/orders/{first.json['token']}/sandbox", {"paid": True}, who="ada")
    had = await served.ask("POST", f"/videos/{FILM}/orders", body, who="ada")
    assert (had.status, had.json["code"]) == (409, "had_already")
    (mine,) = (await served.ask("GET", "/me/videos", who="ada")).json["items"]
    assert (mine["video"], mine["kind"], mine["open"]) == (FILM, "buy", True)
