"""A programme that a real encoder feeds, as the console sees it and steers it."""

import asyncio
from pathlib import Path

import pytest

from novacast.errors import Conflict
from novacast.overview import ProgrammeNow, Tonight
from novacast_admin.client import Client, Place
from tests.app.broadcasting import Show, ending
from tests.app.venue import open_venue

WITHIN = 60


async def _seen(client: Client, wanted: str) -> ProgrammeNow:
    """The first look at a programme of which that is true."""
    tests = {
        "measured": lambda now: bool(
            now.programme.on == "main" and now.programme.fps and now.programme.bitrate and now.programme.rungs
        ),
        "one rung": lambda now: len(now.programme.rungs) == 1,
        "slate": lambda now: now.programme.on == "slate",
    }
    async with asyncio.timeout(WITHIN):
        async for news in client.watch():
            if isinstance(news, Tonight) and news.programmes and tests[wanted](news.programmes[0]):
                return news.programmes[0]
    raise AssertionError(wanted)


@pytest.mark.slow
async def test_a_programme_is_seen_with_its_numbers_and_steered_from_the_console(tmp_path: Path) -> None:
    async with open_venue(tmp_path / "data") as venue, Client(Place.local(venue.folder)) as console:
        with ending(await Show.prepare(venue, await venue.token("owner"))) as show:
            show.feed()
            programme = await show.on_air()
            now = (await _seen(console, "measured")).programme
            assert (now.id, now.channel, now.on, now.state) == (programme, "Main stage", "main", "on_air")
            assert now.fps == pytest.approx(25, abs=5)
            assert now.keyframe_seconds == pytest.approx(1, abs=0.5)
            assert {feed.role: feed.connected for feed in now.feeds} == {"main": True}
            assert [rung.name for rung in now.rungs] == ["144p", "240p"]
            assert now.headroom is not None
            children = {child.name for child in (await console.overview()).machine.children}
            assert any("ffmpeg" in name for name in children), children
            assert await console.drop_rung(programme) == "240p"
            await _seen(console, "one rung")
            with pytest.raises(Conflict):
                await console.drop_rung(programme)
            await console.cut(programme, "slate")
            await _seen(console, "slate")
            await console.end(programme)
            deeds = [deed.action.rpartition("/")[2] for deed in (await console.audit()).items]
            assert deeds[:3] == ["end", "cut", "drop-rung"]
