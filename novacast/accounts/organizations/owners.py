"""Owners of organizations, for other slices that have to tell them something."""

from collections.abc import Sequence

from novacast.accounts.organizations import store
from novacast.accounts.people import store as people
from novacast.accounts.people.models import Addressee
from novacast.database import Transaction
from novacast.identity import Role


class Owners:
    def owners(self, tx: Transaction, org_id: str) -> Sequence[Addressee]:
        members = [one for one in tx.all(store.all_members(org_id)) if one.role is Role.OWNER]
        found = [tx.one(people.addressee(one.person_id)) for one in members]
        return [one for one in found if one is not None]

    def name(self, tx: Transaction, org_id: str) -> str:
        """Empty where the organization is gone."""
        found = tx.one(store.organization(org_id))
        return "" if found is None else found.name
