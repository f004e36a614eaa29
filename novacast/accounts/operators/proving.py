"""Operators who sit at a browser: that it is they, asked anew before anything reaches so far."""

from novacast.accounts.operators import store
from novacast.accounts.people import store as people
from novacast.accounts.people.service import People
from novacast.accounts.rates import Gates
from novacast.accounts.second_factor.service import SecondFactor
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, InvalidInput
from novacast.i18n import text
from novacast.identity import Principal


class Proving:
    def __init__(self, db: Database, people_: People, second_factor: SecondFactor, gates: Gates) -> None:
        self._db, self._people, self._second_factor, self._gates = db, people_, second_factor, gates

    async def operates(self, person_id: str) -> bool:
        return await self._db.one(store.is_operator_at_all(person_id)) is not None

    async def has_second_factor(self, principal: Principal) -> bool:
        return (await self._second_factor.status(principal)).on

    async def prove(self, principal: Principal, password: str, code: str) -> None:
        """By the password, and by a code where they have a second factor, which is used up.

        Raises Forbidden for who is no operator, InvalidInput for what is wrong, RateLimited.
        """
        account = await self._people.confirm_password(principal, password)
        person_id = account.person.id
        if not await self.operates(person_id):
            raise Forbidden(text("Only operators of this server may open its console."))
        if account.totp_secret is None:
            return
        self._gates.code(person_id)

        def unit(tx: Transaction) -> bool:
            now = tx.one(people.account(person_id))
            return now is not None and self._second_factor.accepts(tx, now, code)

        if not await self._db.write(unit):
            raise InvalidInput.field("code", _WRONG, "wrong_code")
        self._gates.code_right(person_id)


_WRONG = text("This code is not right, or was used before. Wait for the next one that your app shows.")
