"""What the house says of an event, and when it is rehearsed for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from novacast.clock import DAY, HOUR, SystemClock
from novacast.errors import NotFound
from novacast.folder import DataFolder
from novacast.identity import SYSTEM, Principal
from novacast.live.channels.models import Setup
from novacast.live.programmes.models import Changes
from novacast.settings import Server, Settings
from novacast.tables import MIGRATIONS
from novacast.tickets.arranging.models import Evening, Kind
from novacast.tickets.events.models import EventChanges, NewItem, PerformanceChanges
from novacast.tickets.models import ItemKind
from novacast.wiring import Services, services
from novacast_admin.rehearsal import expectation
from tests.app.venue import CHEAP
from tests.databases import migrated


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[Services, str]]:
    """And the id of its organization."""
    data = DataFolder.at(folder)
    data.prepare()
    migrated(data.database, MIGRATIONS)
    async with services(Settings(data=folder, accounts=CHEAP, server=Server(port=0)), SystemClock(), readers=1) as own:
        ada = await own.accounts.administration.create_person(
            SYSTEM, "ada@lantern.example", "Ada", "a stage with 9 lamps"
        )
        organization = await own.accounts.organizations.create(Principal(person_id=ada.id), "The Lantern")
        yield own, organization.id


async def evening(own: Services, org_id: str, programme_id: str | None, start: int) -> str:
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + 3 * HOUR)
    kinds = (
        Kind(NewItem("Standing", ItemKind.GENERAL, price=1000), 80),
        Kind(NewItem("Pass", ItemKind.ONLINE, price=500, opens_live=True), 400),
    )
    about, planned = EventChanges(title="The last night", currency="EUR"), Evening(hours, kinds)
    event, night = await own.tickets.arranging.create(SYSTEM, org_id, about, planned, on_sale=True)
    if programme_id is not None:
        changes = PerformanceChanges(frozenset({"programme_id"}), programme_id=programme_id)
        await own.tickets.performances.edit(SYSTEM, night.id, changes)
    return event.id


async def test_an_event_expects_as_many_as_it_has_passes_in_the_ladder_of_its_channel(tmp_path: Path) -> None:
    async with house(tmp_path) as (own, org_id):
        wide = Setup(name="Hall", heights=(240, 480, 1080), profile="ultra", record=False)
        channel = await own.live.channels.create(SYSTEM, org_id, wide)
        programme = await own.live.programmes.create(SYSTEM, channel.id, Changes(title="The last night"))
        event = await evening(own, org_id, programme.id, own.clock.now() + DAY)
        expected, ladder = await expectation.of_event(own, event)
    assert (expected.title, expected.viewers, expected.hours, expected.places) == ("The last night", 400, 3.0, 480)
    assert expected.rungs == ["240p", "480p", "1080p"]
    assert not expected.recorded
    assert (ladder.heights, ladder.profile) == ((240, 480, 1080), "ultra")


async def test_without_a_programme_the_dearest_channel_of_the_house_is_taken(tmp_path: Path) -> None:
    async with house(tmp_path) as (own, org_id):
        assert await expectation.largest(own) == expectation.Ladder()
        for heights in ((144, 240), (720, 1080), (360,)):
            await own.live.channels.create(SYSTEM, org_id, Setup(name=str(heights[0]), heights=heights))
        event = await evening(own, org_id, None, own.clock.now() + DAY)
        _, ladder = await expectation.of_event(own, event)
        assert ladder.heights == (720, 1080)
        assert await expectation.on_air(own) == []


async def test_an_event_that_there_is_not_can_not_be_rehearsed(tmp_path: Path) -> None:
    async with house(tmp_path) as (own, _):
        with pytest.raises(NotFound):
            await expectation.of_event(own, "nothing")
