"""A viewer of what is on air who may not watch it any more, by the whole path: a real server, a real encoder, and a
client of Low-Latency HLS that asks for the next part before it is there.
"""

import re
from collections.abc import AsyncIterator
from urllib.parse import urljoin

import pytest

from tests.app.broadcasting import Show, ending
from tests.app.test_first_path import names, playlist
from tests.app.venue import Answer, Venue

pytestmark = pytest.mark.slow
HINT = re.compile(r'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+)"')


class Viewer:
    """One session, of one rendition."""

    def __init__(self, venue: Venue, address: str) -> None:
        self._venue, self._address = venue, address

    @classmethod
    async def opened(cls, venue: Venue, token: str, programme: str) -> "Viewer":
        master, text = await playlist(venue, token, programme)
        return cls(venue, urljoin(master, names(text)[0]))

    async def get(self, name: str = "") -> Answer:
        return await self._venue.ask("GET", urljoin(self._address, name))

    async def hinted(self) -> str:
        """The part that comes next."""
        found = HINT.search((await self.get()).body.decode())
        assert found is not None
        return found[1]

    async def watches(self, parts: int) -> list[str]:
        """Each as soon as it is there; their names."""
        seen = []
        for _ in range(parts):
            name = await self.hinted()
            part = await self.get(name)
            assert part.status == 200
            assert part.body[4:8] == b"moof"
            seen.append(name)
        return seen


@pytest.fixture
async def show(venue: Venue) -> AsyncIterator[Show]:
    with ending(await Show.prepare(venue, await venue.token("owner"), visibility="signed_in")) as prepared:
        yield prepared


@pytest.mark.parametrize("how", ["logged out", "device stopped", "made private"])
async def test_the_next_part_is_refused_to_who_may_not_watch_any_more(venue: Venue, show: Show, how: str) -> None:
    show.feed()
    programme = await show.on_air()
    token, other = await venue.token("visitor"), await venue.token("owner")
    viewer, stays = await Viewer.opened(venue, token, programme), await Viewer.opened(venue, other, programme)
    seen = await viewer.watches(3)
    assert seen == sorted(set(seen))

    await revoke(venue, show, how, token, programme)
    hint = await stays.hinted()
    refused = [await viewer.get(name) for name in (hint, "", seen[-1], "init_0.mp4", "seg_00000.m4s")]
    assert all(one.status in (401, 403, 404, 410) for one in refused), [one.status for one in refused]
    assert not any(b"moof" in one.body or b"#EXTM3U" in one.body for one in refused)
    assert len(await stays.watches(2)) == 2


async def revoke(venue: Venue, show: Show, how: str, token: str, programme: str) -> None:
    """It is true when this returns."""
    match how:
        case "logged out":
            answer = await venue.ask("DELETE", "/api/v1/session", token)
        case "device stopped":
            listed = await venue.ask("GET", "/api/v1/viewing-sessions", token)
            (session,) = listed.json["items"]
            answer = await venue.ask("DELETE", f"/api/v1/viewing-sessions/{session['id']}", token)
        case _:
            body = {"visibility": "private"}
            answer = await venue.ask("PATCH", f"/api/v1/programmes/{programme}", show.token, body)
    assert answer.status in (200, 204), answer.body
