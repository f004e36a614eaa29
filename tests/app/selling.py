"""One good request for each route of the box office that takes an Idempotency-Key, in an order that suits them."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

from novacast.folder import DataFolder
from tests.app.venue import Venue
from tests.waiting import until

API = "/api/v1"
PERFORMANCE = f"{API}/performances/{{performance_id}}"
HOLD = f"{API}/holds/{{token}}"
ORDER = f"{API}/orders/{{token}}"
OF_ORG = f"{API}/organizations/{{org_id}}"
BUYER = {"name": "Ada", "email": "ada@venue.example"}


def answered(venue: Venue) -> Any:
    """The answer that was remembered last."""
    place = f"file:{DataFolder(venue.folder).database}?mode=ro"
    with closing(sqlite3.connect(place, uri=True)) as connection:
        sql = "SELECT body FROM web_answers ORDER BY created_at DESC LIMIT 1"
        return json.loads(connection.execute(sql).fetchone()[0])


def pay_elsewhere(venue: Venue) -> None:
    with closing(sqlite3.connect(DataFolder(venue.folder).database, timeout=30)) as connection, connection:
        connection.execute("UPDATE sandbox_payments SET state = 'paid'")


async def sales(venue: Venue) -> AsyncIterator[tuple[str, str, str, Any]]:
    """As `test_repetitions.wishes`."""
    org = f"{API}/organizations/{venue.org}"
    yield f"{OF_ORG}/events", f"{org}/events", "owner", {"title": "Hamlet"}
    event = answered(venue)["id"]
    hall = {"name": "Hall", "sections": [{"name": "S", "rows": [{"name": "A", "count": 4}, {"name": "B", "count": 6}]}]}
    yield f"{OF_ORG}/seat-maps", f"{org}/seat-maps", "owner", hall
    seat_map = answered(venue)["id"]
    publication = f"{API}/seat-maps/{{map_id}}/publication"
    yield publication, f"{API}/seat-maps/{seat_map}/publication", "owner", hall
    hours = {"starts_at": "2027-12-31T20:00:00+01:00", "ends_at": "2027-12-31T23:00:00+01:00"}
    yield f"{API}/events/{{event_id}}/performances", f"{API}/events/{event}/performances", "owner", hours
    path = f"{API}/performances/{answered(venue)['id']}"
    yield f"{PERFORMANCE}/seat-map", f"{path}/seat-map", "owner", {"map": seat_map}
    yield f"{PERFORMANCE}/items", f"{path}/items", "owner", {"name": "Standing", "kind": "general", "price": 900}
    item = answered(venue)["id"]
    room = {"name": "Room", "capacity": 50, "items": [item]}
    yield f"{PERFORMANCE}/quotas", f"{path}/quotas", "owner", room
    opened = await venue.ask("PATCH", f"{API}/events/{event}", await venue.token("owner"), {"published": True})
    assert opened.status == 200, opened.body
    yield f"{PERFORMANCE}/state", f"{path}/state", "owner", {"state": "on_sale"}
    async for wish in what_is_sold(venue, event, path):
        yield wish
    async for wish in baskets(venue, path, item):
        yield wish
    lines = [{"item": item, "quantity": 1}]
    yield f"{PERFORMANCE}/sales", f"{path}/sales", "owner", {"lines": lines, "method": "cash"}
    sold = answered(venue)
    ticket = f"{org}/tickets/{sold['tickets'][0]['id']}"
    yield f"{OF_ORG}/tickets/{{ticket_id}}/reissue", f"{ticket}/reissue", "owner", {"name": "Ben"}
    yield f"{OF_ORG}/ticket-keys", f"{org}/ticket-keys", "owner", None
    yield f"{PERFORMANCE}/checkin-lists", f"{path}/checkin-lists", "owner", {"name": "Front"}
    listed = f"{API}/checkin-lists/{answered(venue)['id']}"
    scans = f"{listed}/scans"
    tickets = await venue.ask("GET", f"{API}/orders/{sold['token']}/tickets")
    code = next(one["code"] for one in tickets.json["items"] if one["code"])
    yield f"{API}/checkin-lists/{{list_id}}/scans", scans, "door", {"code": code}
    incident = await an_incident(venue, path, listed, code)
    yield f"{API}/incidents/{{incident_id}}/settle", f"{API}/incidents/{incident}/settle", "door", None
    async for wish in given_back(org, f"{org}/orders/{sold['order']['id']}", venue):
        yield wish
    by_transfer = {"lines": lines, "method": "transfer"} | BUYER
    sale = await venue.ask("POST", f"{path}/sales", await venue.token("owner"), by_transfer)
    paid = f"{org}/orders/{sale.json['order']['id']}/paid"
    yield f"{OF_ORG}/orders/{{order_id}}/paid", paid, "owner", {}
    seated = {"name": "Seat", "kind": "seated", "price": 900}
    made = await venue.ask("POST", f"{path}/items", await venue.token("owner"), seated)
    places = [{"item": made.json["id"], "seats": ["S/A/1", "S/A/2"]}, {"item": item, "quantity": 2}]
    async for wish in carried(venue, path, event, places):
        yield wish


async def given_back(org: str, order: str, venue: Venue) -> AsyncIterator[tuple[str, str, str, Any]]:
    """Of an order that was paid in cash, so that nobody but the house gives anything back."""
    of_order, of_refund = f"{OF_ORG}/orders/{{order_id}}", f"{OF_ORG}/refunds/{{refund_id}}"
    seller = {"name": "The House", "address": ["1 High Street"], "number": "DE123"}
    said = await venue.ask("PUT", f"{org}/invoice-seller", await venue.token("owner"), seller)
    assert said.status == 200, said.body
    yield f"{of_order}/invoices", f"{order}/invoices", "owner", {"buyer": ["Ada", "2 Low Street"]}
    yield f"{of_order}/refunds", f"{order}/refunds", "owner", {"amount": 100, "given": 0}
    refund = f"{org}/refunds/{answered(venue)['id']}"
    yield f"{of_refund}/call-off", f"{refund}/call-off", "owner", None
    yield f"{of_refund}/again", f"{refund}/again", "owner", {"way": "transfer"}
    refund = f"{org}/refunds/{answered(venue)['id']}"
    yield f"{of_refund}/given", f"{refund}/given", "owner", {"way": "transfer", "reference": "4711"}
    yield f"{of_order}/cancel", f"{order}/cancel", "owner", {"reason": "ill"}


async def carried(venue: Venue, path: str, event: str, lines: list[dict[str, Any]]) -> AsyncIterator[Any]:
    """What becomes of tickets that are sold."""
    owner = await venue.token("owner")
    rules = await venue.ask("PUT", f"{API}/events/{event}/return-policy", owner, {"policy": {"hours": 0}})
    assert rules.status == 200, rules.body
    sale = await venue.ask("POST", f"{path}/sales", owner, {"lines": lines, "method": "cash"} | BUYER)
    assert sale.status == 201, sale.body
    token, of_org = sale.json["token"], f"{API}/organizations/{venue.org}/orders/{sale.json['order']['id']}"
    order, first = f"{API}/orders/{token}", f"{OF_ORG}/orders/{{order_id}}"
    seat, _, returned, handed = (one["id"] for one in sale.json["tickets"])
    yield f"{ORDER}/claim", f"{order}/claim", "visitor", None
    yield f"{ORDER}/resend", f"{order}/resend", "", None
    yield f"{first}/resend", f"{of_org}/resend", "owner", None
    yield f"{ORDER}/invoices", f"{order}/invoices", "", {}
    to = {"name": "Ben", "email": "ben@venue.example"}
    yield f"{ORDER}/tickets/{{ticket_id}}/offer", f"{order}/tickets/{handed}/offer", "", to
    await until(lambda: bool(offered(venue)))
    yield f"{API}/tickets/{{token}}/accept", f"{API}/tickets/{offered(venue)[-1]}/accept", "", None
    yield f"{API}/tickets/{{token}}/claim", f"{API}/tickets/{offered(venue)[-1]}/claim", "visitor", None
    yield f"{ORDER}/return", f"{order}/return", "", {"tickets": [returned], "back": 900}
    yield f"{first}/cancel-tickets", f"{of_org}/cancel-tickets", "owner", {"tickets": [seat], "back": 0}
    other = await venue.ask("POST", f"{path}/sales", owner, {"lines": lines[:1], "method": "cash"} | BUYER)
    assert other.status == 409, "the second seat is somebody's still"
    again = {"lines": [{"item": lines[0]["item"], "seats": ["S/A/3"]}], "method": "cash"} | BUYER
    sold = await venue.ask("POST", f"{path}/sales", owner, again)
    place = f"/organizations/{venue.org}/orders/{sold.json['order']['id']}/tickets/{sold.json['tickets'][0]['id']}/move"
    yield f"{first}/tickets/{{ticket_id}}/move", f"{API}{place}", "owner", {"seat": "S/A/4"}
    known, seated = place.rpartition("/tickets/")[0], lines[0]["item"]
    swap = f"{API}{known}/tickets/{still_good(venue)}/exchange"
    yield f"{first}/tickets/{{ticket_id}}/exchange", swap, "owner", {"item": seated, "seat": "S/B/1", "difference": 0}
    swap = f"{API}/orders/{sold.json['token']}/tickets/{still_good(venue)}/exchange"
    yield f"{ORDER}/tickets/{{ticket_id}}/exchange", swap, "", {"item": seated, "seat": "S/B/3", "back": 0}
    box = {"name": "Box", "kind": "seated", "price": 1900}
    dear = await venue.ask("POST", f"{path}/items", owner, box)
    wanted = {"item": dear.json["id"], "seat": "S/A/1"}
    swap = f"{API}/orders/{sold.json['token']}/tickets/{still_good(venue)}/exchange/dearer"
    yield f"{ORDER}/tickets/{{ticket_id}}/exchange/dearer", swap, "", wanted
    more = {"lines": [{"item": seated, "seats": ["S/B/4"]}], "method": "cash"}
    yield f"{first}/add", f"{API}{known}/add", "owner", more
    hours = {"starts_at": "2028-01-01T20:00:00+01:00", "ends_at": "2028-01-01T23:00:00+01:00"}
    unsold = await venue.ask("POST", f"{API}/events/{event}/performances", owner, hours)
    path = f"{API}/performances/{unsold.json['id']}"
    off = await venue.ask("POST", f"{path}/state", owner, {"state": "cancelled"})
    assert off.status == 200, off.body
    yield f"{PERFORMANCE}/refunds", f"{path}/refunds", "owner", None


def still_good(venue: Venue) -> str:
    """The ticket of the order that was just answered."""
    return next(str(one["id"]) for one in answered(venue)["tickets"] if one["state"] == "valid")


def offered(venue: Venue) -> list[str]:
    """Tokens of links by which tickets are taken, as they were mailed."""
    place = f"file:{DataFolder(venue.folder).database}?mode=ro"
    with closing(sqlite3.connect(place, uri=True)) as connection:
        sql = "SELECT context FROM mail WHERE template = 'ticket_offered' ORDER BY rowid"
        return [json.loads(one)["url"].rpartition("/")[2] for (one,) in connection.execute(sql)]


async def an_incident(venue: Venue, path: str, listed: str, code: str) -> str:
    """Of a device that let in without a network what had come in already."""
    owner = await venue.token("owner")
    invited = await venue.ask("POST", f"{listed}/devices", owner, {"name": "Phone"})
    paired = await venue.ask("POST", f"{API}/door/pairing", body={"code": invited.json["code"]})
    scan = {"id": "scan-at-the-door", "code": code, "passed": True, "at": 1}
    done = await venue.ask("POST", f"{API}/door/deliveries", paired.json["token"], {"sent_at": 2, "scans": [scan]})
    assert done.json["items"][0]["incident"], done.body
    found = await venue.ask("GET", f"{path}/incidents", owner)
    return str(found.json["items"][0]["id"])


async def what_is_sold(venue: Venue, event: str, path: str) -> AsyncIterator[tuple[str, str, str, Any]]:
    of_event, place = f"{API}/events/{{event_id}}", f"{API}/events/{event}"
    yield f"{of_event}/codes", f"{place}/codes", "owner", {"code": "SPRING", "percent_basis_points": 1000}
    yield f"{of_event}/codes/many", f"{place}/codes/many", "owner", {"count": 2, "amount_off": 100}
    question = {"label": "How did you hear of us?", "kind": "text", "scope": "order"}
    yield f"{of_event}/questions", f"{place}/questions", "owner", question
    rule = {"performance": path.rpartition("/")[2], "rule": "FREQ=WEEKLY;COUNT=3"}
    yield f"{of_event}/recurrences", f"{place}/recurrences", "owner", rule
    gone = {"name": "Gone", "kind": "general"}
    added = await venue.ask("POST", f"{path}/items", await venue.token("owner"), gone)
    wanted = {"item": added.json["id"], "email": "eve@venue.example"}
    yield f"{PERFORMANCE}/waiting", f"{path}/waiting", "", wanted


async def baskets(venue: Venue, path: str, item: str) -> AsyncIterator[tuple[str, str, str, Any]]:
    lines = {"lines": [{"item": item, "quantity": 1}]}
    yield f"{PERFORMANCE}/holds", f"{path}/holds", "", lines
    hold = f"{API}/holds/{answered(venue)['token']}"
    yield f"{HOLD}/extend", f"{hold}/extend", "", None
    yield f"{HOLD}/code", f"{hold}/code", "", {"code": "SPRING"}
    hold = f"{API}/holds/{answered(venue)['token']}"
    yield f"{HOLD}/adopt", f"{hold}/adopt", "visitor", None
    yield f"{HOLD}/order", f"{hold}/order", "visitor", BUYER | {"method": "sandbox"}
    order = f"{API}/orders/{answered(venue)['token']}"
    yield f"{ORDER}/pay", f"{order}/pay", "", None
    pay_elsewhere(venue)
    yield f"{ORDER}/refresh", f"{order}/refresh", "", None
    for end, body in (("sandbox", {"paid": True}), ("give-up", None)):
        taken = await venue.ask("POST", f"{path}/holds", body=lines)
        placed = await venue.ask("POST", f"{API}/holds/{taken.json['token']}/order", body=BUYER | {"method": "sandbox"})
        yield f"{ORDER}/{end}", f"{API}/orders/{placed.json['token']}/{end}", "", body
    async for wish in bought_together(venue, path, lines):
        yield wish


async def bought_together(venue: Venue, path: str, lines: dict[str, Any]) -> AsyncIterator[tuple[str, str, str, Any]]:
    """Each of three purchases of two baskets ends in its own way."""
    purchases = f"{API}/purchases"
    for end, body in (("refresh", None), ("sandbox", {"paid": True}), ("give-up", None)):
        taken = [await venue.ask("POST", f"{path}/holds", body=lines) for _ in range(2)]
        wanted = {"baskets": [one.json["token"] for one in taken], "method": "sandbox"}
        yield purchases, purchases, "", BUYER | wanted
        made = f"{purchases}/{answered(venue)['token']}"
        yield f"{purchases}/{{token}}/pay", f"{made}/pay", "", None
        if end == "refresh":
            pay_elsewhere(venue)
        yield f"{purchases}/{{token}}/{end}", f"{made}/{end}", "", body
