"""One good request for each route of the box office that takes an Idempotency-Key, in an order that suits them."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

from novacast.folder import DataFolder
from tests.app.venue import Venue

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
    hall = {"name": "Hall", "sections": [{"name": "S", "rows": [{"name": "A", "count": 4}]}]}
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
    scans = f"{API}/checkin-lists/{answered(venue)['id']}/scans"
    tickets = await venue.ask("GET", f"{API}/orders/{sold['token']}/tickets")
    code = next(one["code"] for one in tickets.json["items"] if one["code"])
    yield f"{API}/checkin-lists/{{list_id}}/scans", scans, "door", {"code": code}
    cancel = f"{org}/orders/{sold['order']['id']}/cancel"
    yield f"{OF_ORG}/orders/{{order_id}}/cancel", cancel, "owner", {"reason": "ill"}
    by_transfer = {"lines": lines, "method": "transfer"} | BUYER
    sale = await venue.ask("POST", f"{path}/sales", await venue.token("owner"), by_transfer)
    paid = f"{org}/orders/{sale.json['order']['id']}/paid"
    yield f"{OF_ORG}/orders/{{order_id}}/paid", paid, "owner", {}


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
