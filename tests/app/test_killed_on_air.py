"""A real server that is killed on air again and again, and a viewer who keeps for ever what it was given."""

import random
import re
import signal
import socket
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin

import pytest

from tests.app.broadcasting import Show, ending
from tests.app.test_first_path import names, playlist
from tests.app.test_on_air import LISTEN, VIDEO
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import Windows, find_chromium
from tests.live.packaging.strict import History
from tests.waiting import until

pytestmark = pytest.mark.slow
LIVES = 4
FILE = re.compile(r"(?:init|seg|part)_\d+\.(?:mp4|m4s)")


class Viewer:
    """Of one rendition of a programme that is open to all, over any number of servers."""

    def __init__(self, track: str) -> None:
        self._track = track
        self._digests: dict[str, str] = {}
        self.history = History()
        self._address = ""
        self._asked: set[str] = set()

    async def finds(self, venue: Venue, programme: str) -> None:
        """The server that runs now. All that is listed is fetched anew: nothing may be another thing than it was."""
        master, text = await playlist(venue, "", programme)
        address = next(name for name in [*names(text), *re.findall(r'URI="([^"]+)"', text)] if self._track in name)
        self._address, self._asked = urljoin(master, address), set()
        fresh = (await venue.ask("GET", self._address)).body
        if self.history.latest is not None:
            self.history.outlive(fresh)

    async def looks(self, venue: Venue) -> None:
        answer = await venue.ask("GET", self._address)
        assert answer.status == 200, answer.body
        self.history.take(answer.body)
        for name in FILE.findall(answer.body.decode()):
            if name not in self._asked:
                self._asked.add(name)
                found = await venue.ask("GET", urljoin(self._address, name))
                if found.status == 200:
                    digest = sha256(found.body).hexdigest()
                    assert self._digests.setdefault(name, digest) == digest, f"{name} has other bytes now"

    @property
    def newest(self) -> int:
        return max(self.history.segments, default=-1)


@pytest.fixture
async def show(venue: Venue) -> AsyncIterator[Show]:
    with ending(await Show.prepare(venue, await venue.token("owner"), return_seconds=60)) as prepared:
        yield prepared


async def test_nothing_that_was_seen_comes_again_as_something_else(venue: Venue, show: Show) -> None:
    moment, viewers = random.Random(4), [Viewer("240p"), Viewer("audio")]
    show.feed()
    programme = await show.on_air()
    for life in range(LIVES):
        for viewer in viewers:
            await viewer.finds(venue, programme)
            await viewer.looks(venue)
        goal = max(viewer.newest for viewer in viewers) + moment.randrange(3, 6)

        async def watched(goal: int = goal) -> bool:
            for viewer in viewers:
                await viewer.looks(venue)
            return min(viewer.newest for viewer in viewers) >= goal

        await until(watched)
        if life < LIVES - 1:
            venue.end(signal.SIGKILL)
            show.close()
            await venue.start()
            show.moved()
            show.feed()
            assert await show.on_air() == programme
    for viewer in viewers:
        assert sum(one.gap for one in viewer.history.segments.values()) <= 5 * LIVES
        assert sum(one.discontinuity for one in viewer.history.segments.values()) >= LIVES - 1


@pytest.mark.browser
async def test_one_page_that_is_never_reloaded_outlives_a_server_that_is_killed(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    async with (
        open_venue(tmp_path / "data", NOVACAST_SERVER_PORT=port) as venue,
        Windows.start(find_chromium()) as opened,
    ):
        token = await venue.token("owner")
        with ending(await Show.prepare(venue, token, return_seconds=60, visibility="unlisted")) as show:
            show.feed()
            programme = await show.on_air()
            window = await opened.open(f"{venue.url}/watch/{programme}", before=LISTEN)
            page = window.page
            await page.wait_for_function(f"() => {VIDEO}?.currentTime > 3 && !{VIDEO}.paused", timeout=60_000)
            venue.end(signal.SIGKILL)
            show.close()
            await venue.start()
            show.moved()
            show.feed()
            assert await show.on_air() == programme
            edge = await page.evaluate(f"() => {VIDEO}.currentTime")
            await page.wait_for_function(f"() => {VIDEO}.currentTime > {edge} + 6 && !{VIDEO}.paused", timeout=60_000)
            seen = await page.evaluate("window.seen")
            assert (seen["sources"], seen["ended"]) == (1, 0)
            assert all(before - after < 2 for before, after in seen["back"])
