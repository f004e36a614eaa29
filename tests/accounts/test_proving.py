"""Operators at a browser prove once more that it is they."""

import pytest

from novacast.errors import Forbidden, InvalidInput
from novacast.identity import SYSTEM, Principal
from novacast.security import totp
from tests.accounts.house import PASSWORD, House
from tests.accounts.test_second_factor import switched_on


async def granted(house: House, principal: Principal) -> Principal:
    assert principal.person_id is not None
    await house.own.operators.grant(SYSTEM, principal.person_id)
    return principal


async def test_the_password_proves_an_operator_and_nobody_else(house: House) -> None:
    ada = await house.person()
    with pytest.raises(Forbidden):
        await house.own.proving.prove(ada, PASSWORD, "")
    await granted(house, ada)
    with pytest.raises(InvalidInput):
        await house.own.proving.prove(ada, "another", "")
    await house.own.proving.prove(ada, PASSWORD, "")
    assert await house.own.proving.operates(str(ada.person_id))
    assert not await house.own.proving.has_second_factor(ada)
    await house.own.operators.withdraw(SYSTEM, str(ada.person_id))
    assert not await house.own.proving.operates(str(ada.person_id))


async def test_with_a_second_factor_a_code_is_needed_and_used_up(house: House) -> None:
    ada, secret, recovery = await switched_on(house)
    await granted(house, ada)
    assert await house.own.proving.has_second_factor(ada)
    code = totp.code_at(secret, house.clock.now())
    for wrong in ("", "000000" if code != "000000" else "111111"):
        with pytest.raises(InvalidInput):
            await house.own.proving.prove(ada, PASSWORD, wrong)
    await house.own.proving.prove(ada, PASSWORD, code)
    with pytest.raises(InvalidInput):
        await house.own.proving.prove(ada, PASSWORD, code)
    await house.own.proving.prove(ada, PASSWORD, recovery[0])
