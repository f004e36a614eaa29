"""Roles that a provider's groups give. What was given by hand stays as it is."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from novacast.accounts.oidc import store
from novacast.accounts.organizations import store as organizations
from novacast.accounts.organizations.service import join, member_changed
from novacast.database import Transaction
from novacast.errors import BadSettings, Conflict
from novacast.identity import Role
from novacast.records import dataclass

_STRONGEST_FIRST = tuple(Role)


@dataclass(frozen=True, slots=True)
class Grants:
    """Short name of an organization -> group -> role."""

    by_org: Mapping[str, Mapping[str, Role]]

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Grants":
        """Raises BadSettings."""
        found: dict[str, dict[str, Role]] = {}
        for entry in entries:
            group, _, right = entry.rpartition("=")
            slug, _, role = right.partition(":")
            if not group.strip() or not slug.strip() or role.strip() not in set(Role):
                raise BadSettings(
                    f"[oidc] roles: {entry!r} is not written as group=organization:role, with a role of "
                    f"{', '.join(Role)}."
                )
            found.setdefault(slug.strip(), {})[group.strip()] = Role(role.strip())
        return cls(found)

    def keep_up(self, tx: Transaction, person_id: str, groups: frozenset[str]) -> None:
        """Bring the person's roles to what their groups say now."""
        for slug, roles in self.by_org.items():
            organization = tx.one(organizations.by_slug(slug))
            if organization is not None:
                wanted = sorted((roles[one] for one in groups & roles.keys()), key=_STRONGEST_FIRST.index)
                _settle(tx, person_id, organization.id, wanted[0] if wanted else None)


def _settle(tx: Transaction, person_id: str, org_id: str, wanted: Role | None) -> None:
    has, given = tx.one(organizations.role(org_id, person_id)), tx.one(store.provided(person_id, org_id))
    if given is None and has is not None:
        return  # given by hand
    if given is not None and has is None and wanted is not None:
        return  # taken away by hand: whoever did so need not do it again at each log-in
    if given is not None and has is not given:
        store.withdraw(tx, person_id, org_id)  # changed by hand since: from now on it is as if given by hand
        return
    if wanted is has or (has is Role.OWNER and tx.one(organizations.owners(org_id)) == 1):
        return
    if wanted is None:
        organizations.drop_member(tx, org_id, person_id)
        member_changed(tx, org_id, person_id, None)
        store.withdraw(tx, person_id, org_id)
        return
    with suppress(Conflict):  # of somebody who is in as many organizations as one can be
        join(tx, org_id, person_id, wanted)
        store.provide(tx, person_id, org_id, wanted)
