"""Two thousand buyers who want the same evening, and a house that dies thrice meanwhile."""

import asyncio
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from novacast.clock import SystemClock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.tables import GUARDS
from novacast.tickets.proof.service import Audit, Proof
from tests.app.venue import Venue, open_venue
from tests.tickets.crowd import Buyer, End, Evening
from tests.waiting import until

BUYERS, SEATS, ROOM = 2000, 600, 500
KILLED_AFTER = (300, 800, 1300)
"""Buyers that are done when the house dies."""
AT_ONCE = 200
LONG = 540.0


def sold(path: Path) -> tuple[Counter[str], int, int]:
    """Valid tickets by order, and how many are seated and standing."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as bare:
        rows = bare.execute(
            "SELECT t.order_id, c.seat_id, t.perf_id FROM tickets t JOIN claims c ON c.id = t.claim_id "
            "WHERE t.state = 'valid' AND c.state = 'sold'"
        ).fetchall()
    seats = [(perf, seat) for _, seat, perf in rows if seat is not None]
    assert len(seats) == len(set(seats)), "a seat was sold twice"
    return Counter(order for order, _, _ in rows), len(seats), len(rows) - len(seats)


def agree(path: Path, ends: list[End], seats: int, room: int) -> None:
    orders, seated, standing = sold(path)
    assert seated <= seats
    assert standing <= room
    for end in ends:
        if end.what == "tickets":
            assert orders[end.order] == end.units, "somebody lost a ticket"
    told = sum(end.units for end in ends if end.what == "tickets")
    assert sum(orders.values()) == told, "somebody has tickets that nobody was told of"


async def arranged(venue: Venue) -> tuple[str, str, str, list[str]]:
    """Performance, seated item, standing item, ids of the seats."""
    token = await venue.token("owner")

    async def make(path: str, body: object, method: str = "POST") -> str:
        answer = await venue.ask(method, f"/api/v1{path}", token, body)
        assert answer.status in (200, 201), answer.body
        return str(answer.json["id"])

    event = await make(f"/organizations/{venue.org}/events", {"title": "The last night"})
    rows = [{"name": str(row), "count": 30} for row in range(1, SEATS // 30 + 1)]
    hall = {"name": "Hall", "sections": [{"name": "S", "rows": rows}]}
    seat_map = await make(f"/organizations/{venue.org}/seat-maps", hall)
    hours = {"starts_at": "2030-01-01T20:00:00Z", "ends_at": "2030-01-01T23:00:00Z", "map": seat_map}
    night = await make(f"/events/{event}/performances", hours)
    seated = await make(f"/performances/{night}/items", {"name": "Seat", "kind": "seated", "price": 2000})
    standing = await make(f"/performances/{night}/items", {"name": "Standing", "kind": "general", "price": 1000})
    await make(f"/performances/{night}/quotas", {"name": "Room", "capacity": ROOM, "items": [standing]})
    await make(f"/events/{event}", {"published": True}, "PATCH")
    await make(f"/performances/{night}/state", {"state": "on_sale"})
    return night, seated, standing, [f"S/{row['name']}/{number}" for row in rows for number in range(1, 31)]


def _reached(evening: Evening, count: int) -> bool:
    return evening.done >= count


async def die(venue: Venue, evening: Evening) -> None:
    for after in KILLED_AFTER:
        await until(partial(_reached, evening, after), LONG)
        await asyncio.to_thread(venue.end, signal.SIGKILL)
        await venue.start()


@dataclass(frozen=True, slots=True)
class Outcome:
    ends: Counter[str]
    seated: int
    standing: int
    seconds: float
    audit: Audit


async def storm(folder: Path) -> Outcome:
    """All of them, with three deaths of the house; what nobody may have twice or lose is looked at in the end."""
    settings = {
        "NOVACAST_TICKETS_MODE": "test",
        "NOVACAST_TICKETS_HOLDS_PER_ADDRESS": "1000000",
        "NOVACAST_JOBS_WORKER": "false",
    }
    async with open_venue(folder, **settings) as venue, asyncio.timeout(LONG):
        night = await arranged(venue)
        connector = TCPConnector(limit=AT_ONCE)
        async with ClientSession(connector=connector, timeout=ClientTimeout(30)) as client:
            evening = Evening(client, lambda: venue.url, *night)
            began = time.perf_counter()
            death = asyncio.create_task(die(venue, evening))
            gate = asyncio.Semaphore(AT_ONCE)

            async def one(seed: int) -> End:
                async with gate:
                    return await Buyer(evening, seed).live()

            ends = await asyncio.gather(*(one(seed) for seed in range(BUYERS)))
            seconds = time.perf_counter() - began
            await death
        assert "Traceback" not in venue.said()
        venue.end()
    path = DataFolder.at(folder).database
    agree(path, ends, SEATS, ROOM)
    db = await Database.open(path, SystemClock(), readers=1, guards=GUARDS)
    audit = await Proof(db).audit()
    await db.close()
    _, seated, standing = sold(path)
    return Outcome(Counter(end.what for end in ends), seated, standing, seconds, audit)
