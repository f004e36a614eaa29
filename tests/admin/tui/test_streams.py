"""The keys of the screen Streams, in a running server."""

from pathlib import Path

import pytest

from novacast_admin.client import Client, Place
from novacast_admin.tui.screens.streams import Streams
from tests.admin.tui.desk import at_the_console
from tests.admin.tui.proofs import API, yes
from tests.admin.tui.proofs_of_streams import stands_by, switch_target, walk
from tests.app.broadcasting import Show, ending
from tests.app.venue import open_venue
from tests.operations.admin.conftest import House


@pytest.mark.slow
async def test_a_programme_stands_by_and_ends_and_a_target_is_switched_without_an_encoder(house: House) -> None:
    token = await house.token("owner", "read", "write")
    status, channel = await house.ask(
        "POST", f"/organizations/{house.org}/channels", token, {"name": "Main stage", "visibility": "public"}
    )
    assert status == 201, channel
    there = {"name": "Elsewhere", "url": "rtmps://ingest.example/app", "key": "it is", "enabled": False}
    assert (await house.ask("POST", f"/channels/{channel['id']}/targets", token, there))[0] == 201
    async with at_the_console(house.settings.data) as desk:
        await desk.go(Streams)
        await stands_by(desk, house.operator, channel["id"])
        await switch_target(desk, house.operator, channel["id"], lambda one: bool(one["enabled"]))
        await desk.press("e")
        await yes(desk)

        async def nothing() -> bool:
            return not (await house.operator.streams()).items[0].programmes

        await desk.until(nothing)
    done = [one.action.removeprefix(f"POST {API}") for one in (await house.operator.audit()).items]
    assert any(one.endswith("/end") for one in done), done


@pytest.mark.slow
async def test_every_key_steers_a_programme_that_encoders_feed(tmp_path: Path) -> None:
    async with (
        open_venue(tmp_path / "data", NOVACAST_LIVE_PRIVATE_TARGETS="true") as venue,
        Client(Place.local(venue.folder)) as operator,
    ):
        with ending(await Show.prepare(venue, await venue.token("owner"))) as show:
            async with at_the_console(venue.folder) as desk:
                await desk.go(Streams)
                await walk(desk, show, operator)
