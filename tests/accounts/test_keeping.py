from dataclasses import replace

from novacast.accounts.keeping import rules
from novacast.identity import SYSTEM
from novacast.operations.retention.service import Retention
from novacast.settings import Retention as Days
from tests.accounts.house import House
from tests.accounts.test_passkeys import added
from tests.fakes.authenticator import Authenticator

DAY = 86_400


async def due(retention: Retention) -> dict[str, int]:
    return {one.rule.name: one.rows for one in await retention.report(SYSTEM)}


async def test_sessions_and_journals_go_when_their_time_is_over_and_not_before(house: House) -> None:
    ada = await house.person()
    await added(house, ada, Authenticator())
    gone = await house.sign_in()
    await house.own.sessions.sign_out(gone)
    retention = Retention(house.db, rules(Days(sessions_days=10, account_days=20)))
    house.clock.advance(10 * DAY - 1)
    assert await due(retention) == {"sessions": 0, "account": 0}
    assert await retention.sweep() == 0
    house.clock.advance(2)
    assert await due(retention) == {"sessions": 1, "account": 0}
    assert await due(retention) == {"sessions": 1, "account": 0}
    assert await retention.sweep() == 1
    house.clock.advance(10 * DAY)
    assert await due(retention) == {"sessions": 0, "account": 1}
    assert await retention.sweep() == 1
    assert [one.id for one in await house.own.sessions.listed(ada)] == [ada.session_id]


async def test_what_is_kept_for_ever_stays(house: House) -> None:
    await house.own.sessions.sign_out(await house.person())
    retention = Retention(house.db, rules(replace(Days(), sessions_days=0, account_days=0)))
    house.clock.advance(40_000 * DAY)
    assert await due(retention) == {"sessions": 0, "account": 0}
    assert await retention.sweep() == 0
