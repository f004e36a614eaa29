"""Organizations and their members."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from novacast import outbox
from novacast.accounts.listing import behind
from novacast.accounts.organizations import store
from novacast.accounts.organizations.authority import MISSING, demand, demand_for_role, keep_an_owner
from novacast.accounts.organizations.models import (
    LONGEST_SLUG,
    Member,
    Membership,
    Organization,
    clean_description,
    clean_slug,
    slug_from,
)
from novacast.accounts.people.models import clean_name
from novacast.clock import Clock
from novacast.database import Database, Page, Then, Transaction
from novacast.errors import Conflict, FieldError, Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import PERMISSIONS, Action, Principal, Role, new_id, person_of

PER_PERSON = 100
"""Organizations one person may belong to."""


def member_changed(tx: Transaction, org_id: str, person_id: str, role: Role | None) -> None:
    """`role` None: not a member any more. Invitations that they sent end with the right to send them."""
    rights = PERMISSIONS[role] if role else frozenset[Action]()
    if Action.MEMBER_MANAGE not in rights:
        store.drop_invitations_by(tx, org_id, person_id, tuple(Role))
    elif Action.OWNER_MANAGE not in rights:
        store.drop_invitations_by(tx, org_id, person_id, (Role.OWNER,))
    payload = {"org_id": org_id, "person_id": person_id, "role": role}
    outbox.emit(tx, "member.changed", person_id, outbox.org(org_id), **payload)


def organization_changed(tx: Transaction, org_id: str) -> None:
    outbox.emit(tx, "organization.changed", org_id, outbox.org(org_id), org_id=org_id)


def join(tx: Transaction, org_id: str, person_id: str, role: Role) -> None:
    if len(tx.all(store.of_person(person_id))) >= PER_PERSON:
        raise Conflict(text("A person can belong to {most} organizations at most.", most=PER_PERSON))
    store.set_member(tx, org_id, person_id, role)
    member_changed(tx, org_id, person_id, role)


class Organizations:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def create(
        self,
        principal: Principal,
        name: str,
        slug: str | None = None,
        description: str = "",
        then: Then[Organization] | None = None,
    ) -> Organization:
        """The caller becomes its owner. Without `slug` one is made of the name."""
        person_id = person_of(principal)
        wanted = None if slug is None else clean_slug(slug)
        name, description = clean_name(name), clean_description(description)

        def unit(tx: Transaction) -> Organization:
            chosen = _free(tx, wanted) if wanted else _made(tx, name)
            new = Organization(new_id(), name, chosen, description, tx.now)
            store.insert(tx, new)
            join(tx, new.id, person_id, Role.OWNER)
            if then:
                then(tx, new)
            return new

        return await self._db.write(unit)

    async def mine(self, principal: Principal) -> Sequence[Membership]:
        return await self._db.all(store.of_person(person_of(principal)))

    async def show(self, principal: Principal, org_id: str) -> Organization:
        found = await self._db.one(store.organization(org_id))
        if found is None or not principal.allows(Action.ORG_VIEW, org_id):
            raise NotFound(MISSING)
        return found

    async def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Names by id, for other slices."""
        return dict(await self._db.all(store.names(ids)))

    async def edit(
        self,
        principal: Principal,
        org_id: str,
        *,
        name: str | None = None,
        slug: str | None = None,
        description: str | None = None,
    ) -> Organization:
        """Change what is not None."""
        new_name = None if name is None else clean_name(name)
        new_slug = None if slug is None else clean_slug(slug)
        new_text = None if description is None else clean_description(description)

        def unit(tx: Transaction) -> Organization:
            before = demand(tx, principal, Action.ORG_EDIT, org_id)
            if new_slug and new_slug != before.slug:
                _free(tx, new_slug)
            after = replace(
                before,
                name=new_name or before.name,
                slug=new_slug or before.slug,
                description=before.description if new_text is None else new_text,
            )
            store.update(tx, after)
            organization_changed(tx, org_id)
            return after

        return await self._db.write(unit)

    async def delete(self, principal: Principal, org_id: str) -> None:
        """Everyone loses their role; what others keep of it (orders, say) still knows its name."""

        def unit(tx: Transaction) -> None:
            demand(tx, principal, Action.ORG_DELETE, org_id)
            for member in tx.all(store.all_members(org_id)):
                store.drop_member(tx, org_id, member.person_id)
                member_changed(tx, org_id, member.person_id, None)
            store.delete(tx, org_id)
            outbox.emit(tx, "organization.deleted", org_id, outbox.INTERNAL, org_id=org_id)

        await self._db.write(unit)

    async def members(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Member]:
        """Newest first."""
        await self._may_see_members(principal, org_id)
        rows = await self._db.all(store.members(org_id, behind(cursor), limit + 1))
        return Page.of(rows, limit, lambda member: (member.joined_at, member.person_id))

    async def set_role(self, principal: Principal, org_id: str, person_id: str, role: Role) -> Member:
        """Change a member's role. Raises Conflict rather than leave the organization without an owner."""

        def unit(tx: Transaction) -> Member:
            before = tx.one(store.member(org_id, person_id))
            demand_for_role(tx, principal, org_id, role, before.role if before else None)
            if before is None:
                raise NotFound(text("This person is no member. Invite them first."))
            store.set_member(tx, org_id, person_id, role)
            keep_an_owner(tx, org_id)
            member_changed(tx, org_id, person_id, role)
            return replace(before, role=role)

        return await self._db.write(unit)

    async def remove(self, principal: Principal, org_id: str, person_id: str) -> None:
        """Remove a member, or leave oneself, which needs no permission."""

        def unit(tx: Transaction) -> None:
            before = tx.one(store.member(org_id, person_id))
            if before is None or person_id != principal.person_id:
                demand_for_role(tx, principal, org_id, before.role if before else None)
            if before is None:
                raise NotFound(text("This person is no member."))
            store.drop_member(tx, org_id, person_id)
            keep_an_owner(tx, org_id)
            member_changed(tx, org_id, person_id, None)

        await self._db.write(unit)

    async def _may_see_members(self, principal: Principal, org_id: str) -> None:
        organization = await self.show(principal, org_id)
        if not principal.allows(Action.MEMBER_VIEW, org_id):
            raise Forbidden(
                text("Your role in {organization} doesn't show you its members.", organization=organization.name)
            )


def _free(tx: Transaction, slug: str) -> str:
    if tx.one(store.by_slug(slug)) is not None:
        message = text("Another organization has this short name. Choose another.")
        raise Conflict(message, errors=[FieldError("slug", "taken", message)])
    return slug


def _made(tx: Transaction, name: str) -> str:
    slug = slug_from(name)
    if tx.one(store.by_slug(slug)) is not None:
        slug = f"{slug}-{new_id()[:5]}"[:LONGEST_SLUG]
    return _free(tx, slug)
