from novacast.database import Query
from novacast.identity import SYSTEM
from novacast.live.keeping import rules
from novacast.operations.retention.service import Retention
from novacast.settings import Retention as Days
from tests.live.conftest import House, hello

DAY = 86_400


async def addresses(house: House) -> list[tuple[str, str]]:
    return await house.db.all(Query("SELECT address, software FROM feeds ORDER BY id", (), tuple))


async def test_who_did_what_and_where_encoders_came_from_is_forgotten_and_the_programme_is_not(house: House) -> None:
    channel = await house.channel()
    await house.key(channel, "secret")
    over = await house.airing.admit(hello("secret"))
    await house.airing.ended(over.programme.id)
    retention = Retention(house.db, rules(Days(live_days=30)))
    house.clock.advance(30 * DAY - 1)
    on_air = await house.airing.admit(hello("secret"))
    assert [one.rows for one in await retention.report(SYSTEM)] == [0]
    house.clock.advance(2)
    (due,) = await retention.report(SYSTEM)
    assert due.rows > 1
    assert await retention.sweep() == due.rows
    assert await retention.sweep() == 0
    assert sorted(await addresses(house)) == [("", ""), ("192.0.2.1", "OBS 31.0")]
    assert on_air.programme.id != over.programme.id
