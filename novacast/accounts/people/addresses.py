"""People by their addresses, for other slices that are given one."""

from novacast.accounts.people import store
from novacast.accounts.people.models import EmailAddress
from novacast.database import Database
from novacast.errors import InvalidInput


class Addresses:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def person_id(self, email: str) -> str | None:
        """None: nobody has this address, or it is none."""
        try:
            key = EmailAddress.parse(email).key
        except InvalidInput:
            return None
        account = await self._db.one(store.account_by_key(key))
        return None if account is None else account.person.id
