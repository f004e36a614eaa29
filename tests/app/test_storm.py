"""Everybody at once, in the first minute of a sold-out evening."""

import asyncio
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import pytest
from aiohttp import ClientSession, ClientTimeout, CookieJar

from tests.app.test_contract import UNLIMITED, public_video
from tests.app.test_first_path import names
from tests.app.venue import PASSWORD, PEOPLE, Venue, open_venue

CROWD = [f"guest-{number}" for number in range(200)]
LONG = 240.0
"""Seconds in which all of it ends, on two busy cores."""


class Guest:
    """A browser of its own: one person, one jar of cookies, its own connections."""

    def __init__(self, name: str, client: ClientSession) -> None:
        self._name, self._client = name, client
        self.answers: Counter[int] = Counter()

    async def get(self, path: str) -> tuple[str, bytes]:
        """Where it led, and what was there."""
        async with self._client.get(path) as response:
            self.answers[response.status] += 1
            return str(response.url), await response.read()

    async def log_in(self) -> None:
        body = {"email": f"{self._name}@venue.example", "password": PASSWORD}
        async with self._client.post("/api/v1/session", json=body, headers={"Sec-Fetch-Site": "same-origin"}) as answer:
            self.answers[answer.status] += 1

    async def browse(self, video: str) -> None:
        for path in ("/", "/api/v1/videos", f"/watch/{video}", "/api/v1/me", "/static/css/novacast.css"):
            await self.get(path)

    async def watch(self, video: str) -> bytes:
        """All of the first rung, as a player would ask for it."""
        async with self._client.get(f"/api/v1/streams/{video}") as response:
            self.answers[response.status] += 1
            address = (await response.json())["url"]
        master, text = await self.get(address)
        rung, text = await self.get(urljoin(master, names(text.decode())[0]))
        return b"".join([(await self.get(urljoin(rung, name)))[1] for name in names(text.decode())])


async def evening(venue: Venue, name: str, video: str, doors: asyncio.Barrier) -> tuple[Counter[int], bytes]:
    # Cookies of an address without a name are kept only by an unsafe jar.
    async with ClientSession(venue.url, cookie_jar=CookieJar(unsafe=True), timeout=ClientTimeout(LONG)) as client:
        guest = Guest(name, client)
        await doors.wait()
        await guest.log_in()
        await guest.browse(video)
        return guest.answers, await guest.watch(video)


@pytest.mark.storm
async def test_two_hundred_people_log_in_browse_and_watch_at_once_and_no_one_is_turned_away(
    tmp_path: Path, clip: Path
) -> None:
    people = PEOPLE | dict.fromkeys(CROWD)
    async with open_venue(tmp_path / "data", people=people, **UNLIMITED) as venue, asyncio.timeout(LONG):
        video = await public_video(venue, clip)
        doors = asyncio.Barrier(len(CROWD))
        seen = await asyncio.gather(*(evening(venue, name, video, doors) for name in CROWD))
        # Logging in, five pages, an address, a playlist, its rung, and at least one segment.
        assert all(set(answers) == {200} for answers, _ in seen), sum((answers for answers, _ in seen), Counter())
        assert all(answers[200] > 9 for answers, _ in seen)
        assert len({picture for _, picture in seen}) == 1
        assert len(seen[0][1]) > 10_000
        assert (await venue.ask("GET", "/api/v1/videos")).status == 200
        assert "Traceback" not in venue.said()
