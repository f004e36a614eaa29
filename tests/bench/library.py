"""Lists, search and home with a few videos and with very many: what a page costs must not grow with the library.

Run: `python -m tests.bench.library [--few N] [--many N] [--requests N]`. Two venues run side by side, one with few
videos and one with many; each address is asked for in turn at both, and the table shows medians: of the times, and of
the ratios of two that follow each other.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import ClientSession, CookieJar

from novacast.clock import SECOND, SystemClock
from novacast.database import Database, Transaction
from novacast.folder import DataFolder
from novacast.identity import new_id
from tests.app.venue import PASSWORD, Venue, found

WORDS = (
    "opening", "night", "rehearsal", "concert", "lecture", "dance", "theatre", "winter", "summer", "choir", "orchestra",
    "poetry", "puppet", "circus", "opera", "jazz", "dialogue", "festival", "premiere", "matinee", "improvisation",
    "workshop", "storytelling", "cabaret", "quartet", "recital", "symphony",
)  # fmt: skip
VISIBILITIES = ("public", "public", "public", "signed_in", "organization", "unlisted", "private")
BATCH = 2000
WARM = 5
STRANGER = "stranger"
DEEP = "/api/v1/videos?limit=100"

INSERT = """INSERT INTO videos (id, org_id, owner_id, title, description, language, visibility, state, created_at,
    updated_at, published_at, duration, width, height, source_name, source_bytes, media_bytes, edition)
    VALUES (?, ?, NULL, ?, ?, 'en', ?, 'ready', ?, ?, ?, ?, 1920, 1080, 'film.mp4', 1000000, 900000, ?)"""
DONE = """INSERT INTO transcodes (video_id, state, progress, wake_at, queued_at, started_at, ended_at)
    VALUES (?, 'done', 1000, ?, ?, ?, ?)"""

PLACES = {
    "home page": "/",
    "library page": "/library",
    "library page, deep": "/library?cursor={cursor}",
    "search page, rare word": "/library?q=zebra",
    "search page, common word": "/library?q=concert",
    "search page, two words": "/library?q=winter%20jazz",
    "list by API": "/api/v1/videos?limit=50",
    "search by API": "/api/v1/videos?q=concert&limit=50",
    "search by API, two words": "/api/v1/videos?q=winter%20jazz&limit=50",
    "search by API, one letter": "/api/v1/videos?q=c&limit=50",
    "studio page": "/studio?org={org}",
    "studio, search": "/studio?org={org}&q=concert",
    "studio by API, failed ones": "/api/v1/organizations/{org}/videos?state=failed",
}


@dataclass(frozen=True, slots=True)
class Seat:
    """Someone's browser at a venue."""

    venue: Venue
    client: ClientSession


Seats = Sequence[Seat]


async def filled(folder: Path, count: int) -> Venue:
    venue = await found(folder)
    clock = SystemClock()
    db = await Database.open(DataFolder.at(folder).database, clock, readers=1)
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        await db.write(partial(_add, org=venue.org, numbers=numbers))
    await db.close()
    await venue.start()
    return venue


def _add(tx: Transaction, *, org: str, numbers: range) -> None:
    for number in numbers:
        title = f"{WORDS[number % len(WORDS)]} {WORDS[number * 7 % 23]} {number}".capitalize()
        rare = " zebra" if number < 1000 and number % 500 == 7 else ""
        text = " ".join(WORDS[(number * step) % len(WORDS)] for step in range(3, 25)) + rare
        at = tx.now - number * 60 * SECOND
        visibility = VISIBILITIES[number % len(VISIBILITIES)]
        video_id = new_id()
        tx.run(INSERT, (video_id, org, title, text, visibility, at, at, at, 600 * SECOND, new_id()))
        tx.run(DONE, (video_id, at, at, at, at))
        tx.run("UPDATE storage_weights SET renditions = 900000, at = ? WHERE video_id = ?", (tx.now, video_id))


async def measure(seats: Seats, place: str, requests: int) -> list[tuple[float, float]]:
    """Seconds of each request at the two venues, in turn."""
    paths = [await _address(seat, place) for seat in seats]
    took = []
    for _ in range(requests + WARM):
        few, many = [await _timed(seat, path) for seat, path in zip(seats, paths, strict=True)]
        took.append((few, many))
    return took[WARM:]


async def _timed(seat: Seat, path: str) -> float:
    start = time.perf_counter()
    async with seat.client.get(path) as answer:
        body = await answer.read()
    assert answer.status == 200, (path, answer.status, body[:200])
    return time.perf_counter() - start


async def _address(seat: Seat, place: str) -> str:
    cursor = ""
    if "{cursor}" in place:
        for _ in range(2):
            async with seat.client.get(f"/api/v1/videos?limit=100&cursor={cursor}" if cursor else DEEP) as answer:
                cursor = (await answer.json())["next"]
    return place.format(cursor=cursor, org=seat.venue.org)


@asynccontextmanager
async def seated(venues: Sequence[Venue], who: str) -> AsyncIterator[Seats]:
    """Someone at each venue, logged in unless it is a stranger."""
    async with AsyncExitStack() as stack:
        seats = []
        for venue in venues:
            # Cookies of an address without a name are kept only by an unsafe jar.
            client = await stack.enter_async_context(ClientSession(venue.url, cookie_jar=CookieJar(unsafe=True)))
            if who != STRANGER:
                body = {"email": f"{who}@venue.example", "password": PASSWORD}
                headers = {"Sec-Fetch-Site": "same-origin"}
                async with client.post("/api/v1/session", json=body, headers=headers) as answer:
                    assert answer.ok, await answer.text()
            seats.append(Seat(venue, client))
        yield seats


async def run(few: int, many: int, requests: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        venues = await filled(Path(folder) / "few", few), await filled(Path(folder) / "many", many)
        try:
            print(f"| asked for | {few:,} videos, ms | {many:,} videos, ms | ratio |\n|---|---|---|---|")
            for who in (STRANGER, "owner"):
                async with seated(venues, who) as seats:
                    for name, place in PLACES.items():
                        if who == STRANGER and "{org}" in place:
                            continue
                        took = await measure(seats, place, requests)
                        low, high = (statistics.median(pair[n] for pair in took) * 1000 for n in (0, 1))
                        ratio = statistics.median(many / few for few, many in took)
                        print(f"| {name}, {who} | {low:.2f} | {high:.2f} | {ratio:.2f} |", flush=True)
        finally:
            for venue in venues:
                venue.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=40)
    options = parser.parse_args()
    asyncio.run(run(options.few, options.many, options.requests))


if __name__ == "__main__":
    main()
