"""People who came over are taken back, as long as they have done nothing here. Fits `importing.Undoes`."""

from collections.abc import Collection

from novacast.accounts.imports import store
from novacast.accounts.imports.models import role_id, role_of
from novacast.accounts.organizations import store as organizations
from novacast.accounts.organizations.service import member_changed
from novacast.accounts.people import store as people
from novacast.accounts.people.models import Account
from novacast.accounts.privacy.service import Privacy
from novacast.database import Database, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Role
from novacast.importing import Made, Mine


class PeopleUndoing:
    def __init__(self, db: Database, privacy: Privacy) -> None:
        self._db, self._privacy = db, privacy

    async def look(self, made: Made) -> None:
        """Raises Conflict."""
        if made.kind != "person":
            return
        account = await self._db.one(people.account(made.id))
        if account is not None and await self._privacy.used(account):
            raise _touched(account)

    def undo(self, tx: Transaction, who: str | None, made: Made, mine: Mine) -> Collection[str]:
        """Roles go with people who were made; those of others go by themselves. Raises Conflict."""
        if made.kind == "role":
            return _take_away(tx, made, mine)
        account = tx.one(people.account(made.id))
        if account is None:
            return [made.id]
        roles = [role_id(made.id, one.organization.id, one.role) for one in tx.all(organizations.of_person(made.id))]
        if tx.one(store.touched(made.id)) or not all(mine(tx, "role", one) for one in roles):
            raise _touched(account)
        try:
            self._privacy.end(tx, account)
        except Conflict as error:
            raise _last(account) from error
        return [made.id, *roles]


def _take_away(tx: Transaction, made: Made, mine: Mine) -> Collection[str]:
    person_id, org_id, role = role_of(made.id)
    if mine(tx, "person", person_id):
        return ()
    has, account = tx.one(organizations.role(org_id, person_id)), tx.one(people.account(person_id))
    if account is not None and has is not None:
        if has.value != role:
            raise Conflict(text("{email} has another role since.", email=account.person.email))
        if has is Role.OWNER and tx.one(organizations.owners(org_id)) == 1:
            raise _last(account)
        organizations.drop_member(tx, org_id, person_id)
        member_changed(tx, org_id, person_id, None)
    return [made.id]


def _touched(account: Account) -> Conflict:
    return Conflict(text("{email} has used the account, or was changed, since.", email=account.person.email))


def _last(account: Account) -> Conflict:
    return Conflict(text("{email} is the last owner of an organization.", email=account.person.email))
