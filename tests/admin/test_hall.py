"""The demo's evening: made once, looked after at each start, with sales in every state and books that are in order."""

from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.identity import ANONYMOUS, SYSTEM, Principal
from novacast.settings import Server, Settings, Tickets
from novacast.tables import MIGRATIONS
from novacast.tickets.reports.models import Place
from novacast.tickets.sales.models import Wanted
from novacast.wiring import Services, services
from novacast_admin import demo, hall
from novacast_admin.main_stage import MainStage
from tests.app.venue import CHEAP
from tests.databases import migrated


@pytest.mark.slow
async def test_the_demo_sells_an_evening_and_its_books_are_in_order(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, accounts=CHEAP, server=Server(port=0), tickets=Tickets(mode="test"))
    folder = DataFolder.at(tmp_path)
    folder.prepare()
    migrated(folder.database, MIGRATIONS)
    async with services(settings, SystemClock(), readers=1) as own:
        organization = await demo.cast(own)
        path = (await hall.tonight(own, None)).event
        again = await hall.tonight(own, None)
        assert again.event == path
        found = await own.tickets.sales.find(SYSTEM, organization.id, Wanted(), None, 100)
        states = {one.order.state for one in found.items}
        assert states == {"paid", "awaiting_payment", "cancelled"}
        ways = {one.order.method for one in found.items}
        assert {"free", "sandbox", "transfer", "cash", "card_terminal", "complimentary"} == ways
        nights = (await own.tickets.events.show(SYSTEM, path.rpartition("/")[2])).performances
        standing = (await own.tickets.reports.standings(SYSTEM, organization.id, [nights[0].id]))[nights[0].id]
        assert [(one.place, one.capacity) for one in standing.groups] == [(Place.HOUSE, 330), (Place.ONLINE, 1000)]
        (wanted,) = await own.tickets.door.lists.of_performance(SYSTEM, nights[0].id)
        device, _token = await own.tickets.door.devices.pair(again.door.rpartition("=")[2], "a browser", "::1")
        assert device.list_id == wanted.id
        assert (await hall.tonight(own, None)).door == "/door/"
        assert (await own.tickets.proof.audit()).clean


@pytest.mark.slow
async def test_the_demo_hides_its_evening_from_who_has_no_ticket(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, accounts=CHEAP, server=Server(port=0), tickets=Tickets(mode="test"))
    folder = DataFolder.at(tmp_path)
    folder.prepare()
    migrated(folder.database, MIGRATIONS)
    async with services(settings, SystemClock(), readers=1) as own:
        await demo.cast(own)
        stage = MainStage()
        async with stage.running(own, None):
            assert stage.shown is not None
            programme = stage.shown.next.rpartition("/")[2]
            visitor = next(one for one in demo.CAST if one.role is None)
            person = await own.accounts.administration.find(SYSTEM, visitor.email)
            vera = await own.passes.admitted(Principal(person_id=person.id), programme)
            assert not await own.live.programmes.may_look(ANONYMOUS, programme)
            assert await own.tickets.passes.sold_of(programme, await house(own)), "the page says what would open it"
            assert stage.shown.door.startswith("/door/#pair=")
            assert [one.item.name for one in await own.tickets.passes.held(vera, programme)] == [hall.PASS]


async def house(own: Services) -> str:
    return (await own.accounts.administration.find_organization(SYSTEM, demo.SLUG)).id
