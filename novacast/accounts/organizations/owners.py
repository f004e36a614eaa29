"""Owners of organizations, for other slices that have to tell them something."""

from collections.abc import Sequence

from novacast.accounts.organizations import store
from novacast.accounts.people import store as people
from novacast.accounts.people.models import Addressee
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal, Role


class Owners:
    def owners(self, tx: Transaction, org_id: str) -> Sequence[Addressee]:
        members = [one for one in tx.all(store.all_members(org_id)) if one.role is Role.OWNER]
        found = [tx.one(people.addressee(one.person_id)) for one in members]
        return [one for one in found if one is not None]

    def name(self, tx: Transaction, org_id: str) -> str:
        """Empty where the organization is gone."""
        found = tx.one(store.organization(org_id))
        return "" if found is None else found.name


class Houses:
    """Organizations as people follow them. Fits notifications' `Nameable`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def name(self, principal: Principal, org_id: str) -> str:
        """Whoever knows its id knows it from a page of its own. Raises NotFound."""
        found = await self._db.one(store.organization(org_id))
        if found is None:
            raise NotFound(text("There is no such organization."))
        return found.name

    def path(self, org_id: str) -> str:
        """It has none."""
        return ""
