import pytest

from novacast.chat.keeping.rules import rules
from novacast.identity import SYSTEM
from novacast.operations.retention.service import BATCH, Retention
from novacast.settings import Retention as Days
from tests.chat.world import World
from tests.fakes.clock import FakeClock

DAY = 86_400


async def test_a_room_goes_as_a_whole_when_nothing_was_said_in_it_for_long(world: World, clock: FakeClock) -> None:
    for number in range(3):
        await world.say("anna", f"say {number}")
    retention = Retention(world.db, rules(Days(chat_days=30)))
    clock.advance(20 * DAY)
    await world.say("ben", "still here")
    clock.advance(20 * DAY)
    assert await retention.sweep() == 0
    clock.advance(10 * DAY + 1)
    assert [one.rows for one in await retention.report(SYSTEM)] == [4]
    assert await retention.sweep() == 4
    assert await retention.sweep() == 0
    async with world.inside("anna") as anna:
        assert anna.said() == []
        assert (await anna.does(type="send", text="and again"))["type"] == "done"


@pytest.mark.slow
async def test_a_large_room_goes_some_at_a_time(world: World, clock: FakeClock) -> None:
    first = (await world.say("anna", "first"))["id"]
    columns = "room_id, kind, state, name, badges, text, at, sent_at, reactions"
    many = f"""WITH RECURSIVE n(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < {2 * BATCH})
        INSERT INTO chat_messages (id, seq, changed_seq, {columns})
        SELECT 'm' || n, n, n, {columns} FROM n, chat_messages WHERE chat_messages.id = ?"""
    await world.db.write(lambda tx: tx.run(many, (first,)))
    clock.advance(31 * DAY)
    assert await Retention(world.db, rules(Days(chat_days=30))).sweep() == 2 * BATCH
