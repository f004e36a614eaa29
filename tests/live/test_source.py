"""What is on air as playback finds it."""

from pathlib import Path

import pytest

from novacast.errors import NotFound, Unauthenticated, Unavailable
from novacast.folder import DataFolder
from novacast.live.models import ProgrammeState
from novacast.visibility import Visibility
from tests.live.conftest import GUEST, PRODUCER, STRANGER, House


class Engine:
    """What a test says is in memory."""

    def __init__(self, *ids: str) -> None:
        self.ids = ids

    def find(self, name: str, query: str) -> object:
        return self, name

    def on_air(self, programme_id: str) -> "Engine | None":
        return self if programme_id in self.ids else None


async def test_what_is_on_air_or_interrupted_can_be_watched(house: House, folder: DataFolder) -> None:
    programme = await house.on_air(await house.channel(profile="ultra"))
    house.own.antenna.air = engine = Engine(programme.id)
    for move in (house.airing.interrupted, house.airing.resumed):
        found = await house.own.source.locate(STRANGER, programme.id)
        assert (found.kind, found.master, found.media_id) == ("live", "master.m3u8", programme.id)
        assert found.folder == Path(folder.live) / programme.id
        assert (found.part, found.latency) == (200_000, 850_000)
        assert found.on_air is not None
        assert found.on_air.find("master.m3u8", "") == (engine, "master.m3u8")
        await move(programme.id)


async def test_a_profile_without_parts_is_three_segments_behind(house: House) -> None:
    programme = await house.on_air(await house.channel(profile="standard"))
    found = await house.own.source.locate(STRANGER, programme.id)
    assert (found.part, found.latency) == (None, 6_000_000)


async def test_who_asks_before_the_engine_is_back_waits_and_needs_not_ask_anew(house: House) -> None:
    programme = await house.on_air(await house.channel())
    found, other = [await house.own.source.locate(STRANGER, programme.id) for _ in range(2)]
    assert found.on_air is not None
    assert found.on_air is other.on_air
    with pytest.raises(Unavailable):
        found.on_air.find("master.m3u8", "")
    house.own.antenna.air = engine = Engine(programme.id)
    assert found.on_air.find("master.m3u8", "") == (engine, "master.m3u8")


async def test_what_is_to_come_says_when_and_what_is_over_is_not_there(house: House) -> None:
    channel = await house.channel()
    planned = await house.programme(channel, planned_start=house.clock.now())
    with pytest.raises(NotFound, match="begins on 15 Jun 2025 15:06 UTC"):
        await house.own.source.locate(STRANGER, planned.id)
    standby = await house.programme(channel, state=ProgrammeState.STANDBY, planned_start=None)
    with pytest.raises(NotFound, match="not begun"):
        await house.own.source.locate(STRANGER, standby.id)
    await house.airing.on_air(standby.id)
    await house.airing.ended(standby.id)
    with pytest.raises(NotFound, match="over"):
        await house.own.source.locate(STRANGER, standby.id)


async def test_it_is_found_by_those_alone_whom_it_is_shown_to(house: House) -> None:
    private = await house.on_air(await house.channel(visibility=Visibility.PRIVATE), "one")
    invited = await house.on_air(await house.channel(visibility=Visibility.SIGNED_IN), "two")
    with pytest.raises(NotFound):
        await house.own.source.locate(GUEST, private.id)
    with pytest.raises(Unauthenticated):
        await house.own.source.locate(STRANGER, invited.id)
    await house.own.source.locate(PRODUCER, private.id)
    await house.own.source.locate(GUEST, invited.id)
