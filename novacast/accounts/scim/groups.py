"""Groups as a client keeps them in step. One that is bound makes its members something in an organization."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from novacast.accounts.organizations import store as organizations
from novacast.accounts.scim import documents, store
from novacast.accounts.scim.models import Document, GivenGroup, Group, Order, bound, invalid
from novacast.accounts.scim.paging import page
from novacast.accounts.scim.patching import patched
from novacast.accounts.scim.users import settle
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal, Role, new_id, operates


class ProvisionedGroups:
    def __init__(self, db: Database, root: str) -> None:
        self._db, self._root = db, root

    async def listed(
        self, principal: Principal, written: str, start: int, count: int, order: Order | None = None
    ) -> tuple[int, Sequence[Document]]:
        """How many there are, and some of them; `start` counts from 1. Raises Forbidden, InvalidInput."""
        operates(principal)
        total, some = await page(self._db, written, start, count, store.count_groups, store.groups, order)
        return total, [documents.group(one, self._root) for one in some]

    async def show(self, principal: Principal, group_id: str) -> Document:
        """Raises Forbidden, NotFound."""
        operates(principal)
        found = await self._db.one(store.group(group_id))
        return documents.group(_there(found), self._root)

    async def create(self, principal: Principal, document: Document) -> Document:
        """Raises Forbidden, InvalidInput, Conflict."""
        operates(principal)
        given = GivenGroup.of(document)

        def unit(tx: Transaction) -> Group:
            return _set(tx, Group(new_id(), given.name, given.external_id, None, None, tx.now, tx.now), given)

        return documents.group(await self._db.write(unit), self._root)

    async def replace(self, principal: Principal, group_id: str, document: Document, match: str = "") -> Document:
        """`match`: as If-Match has it. Raises Forbidden, NotFound, InvalidInput, Conflict, PreconditionFailed."""
        operates(principal)
        given = GivenGroup.of(document)
        made = await self._db.write(lambda tx: _set(tx, self._known(tx, group_id, match), given))
        return documents.group(made, self._root)

    async def patch(self, principal: Principal, group_id: str, body: Document, match: str = "") -> Document:
        """Raises Forbidden, NotFound, InvalidInput, Conflict, PreconditionFailed."""
        operates(principal)

        def unit(tx: Transaction) -> Group:
            one = self._known(tx, group_id, match)
            return _set(tx, one, GivenGroup.of(patched(documents.group(one, self._root), body)))

        return documents.group(await self._db.write(unit), self._root)

    async def remove(self, principal: Principal, group_id: str, match: str = "") -> None:
        """What it made of its members ends. Raises Forbidden, NotFound, Conflict, PreconditionFailed."""
        operates(principal)

        def unit(tx: Transaction) -> None:
            one = self._known(tx, group_id, match)
            store.drop_group(tx, group_id)
            _settle(tx, one, one.members)

        await self._db.write(unit)

    def _known(self, tx: Transaction, group_id: str, match: str) -> Group:
        one = _there(tx.one(store.group(group_id)))
        documents.demand(match, documents.group(one, self._root))
        return one

    async def all(self, principal: Principal) -> Sequence[Group]:
        """The first thousand, with what they make of their members. Raises Forbidden."""
        operates(principal)
        return await self._db.all(store.groups(None, 0, 1000))

    async def bind(self, principal: Principal, group_id: str, org_id: str | None, role: Role | None) -> Group:
        """Say what its members are, and where; None: nothing. Raises Forbidden, NotFound, Conflict."""
        operates(principal)

        def unit(tx: Transaction) -> Group:
            before = _there(tx.one(store.group(group_id)))
            if org_id is not None and tx.one(organizations.organization(org_id)) is None:
                raise NotFound(text("There is no such organization."))
            store.keep_group(tx, replace(before, org_id=org_id, role=role if org_id is not None else None))
            after = _there(tx.one(store.group(group_id)))
            _settle(tx, before, before.members)
            _settle(tx, after, after.members)
            return after

        return await self._db.write(unit)


def _set(tx: Transaction, before: Group, given: GivenGroup) -> Group:
    new = sorted(set(given.members) - set(before.members))
    missing = [one for one in new if tx.one(store.user(one)) is None]
    if missing:
        raise invalid("invalidValue", text("There is no user {id}.", id=missing[0][:60]))
    named = replace(before, name=given.name, external_id=given.external_id)
    if given.name != before.name or before.org_id is None:
        named = _bound(tx, named)
    store.keep_group(tx, named)
    store.set_members(tx, before.id, given.members)
    after = _there(tx.one(store.group(before.id)))
    others = set(before.members) ^ set(after.members)
    if (before.org_id, before.role) != (after.org_id, after.role):
        _settle(tx, before, before.members)
        others |= set(after.members)
    _settle(tx, after, others)
    return after


def _bound(tx: Transaction, one: Group) -> Group:
    """By its name, where that says so; else as it was."""
    meant = bound(one.name)
    house = None if meant is None else tx.one(organizations.by_slug(meant[0]))
    return one if house is None or meant is None else replace(one, org_id=house.id, role=meant[1])


def _settle(tx: Transaction, one: Group, members: Iterable[str]) -> None:
    if one.org_id is not None:
        for person_id in sorted(members):
            settle(tx, person_id, one.org_id)


def _there(one: Group | None) -> Group:
    if one is None:
        raise NotFound(text("There is no such group."))
    return one
