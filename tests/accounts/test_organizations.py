import asyncio
from collections.abc import Awaitable, Callable

import pytest

from novacast.accounts.organizations.models import Organization
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.identity import PERMISSIONS, SYSTEM, Action, Principal, Role
from tests.accounts.house import House


async def founded(house: House) -> tuple[Principal, Organization]:
    owner = await house.person("owner@example.org", "Olga")
    organization = await house.own.organizations.create(owner, "The Stage")
    return await house.again(owner), organization


async def joined(house: House, organization: Organization, role: Role) -> Principal:
    one = await house.person(f"a-{role}@example.org", f"A {role}")
    assert one.person_id is not None
    await house.own.administration.set_role(SYSTEM, organization.id, one.person_id, role)
    return await house.again(one)


async def test_whoever_makes_it_owns_it_at_once(house: House) -> None:
    owner, organization = await founded(house)
    assert owner.roles == {organization.id: Role.OWNER}
    (fact,) = await house.facts("member.changed")
    assert (fact.subject, fact.audience) == (owner.person_id, f"org:{organization.id}")
    assert fact.payload == {"org_id": organization.id, "person_id": owner.person_id, "role": "owner"}


@pytest.mark.parametrize(
    ("name", "slug"), [("Das Große Haus", "das-grosse-haus"), ("  A — B!  ", "a-b"), ("劇場", "org")]
)
async def test_short_names_are_made_of_names(house: House, name: str, slug: str) -> None:
    owner = await house.person()
    assert (await house.own.organizations.create(owner, name)).slug == slug
    second = await house.own.organizations.create(owner, name)
    assert second.slug.startswith(f"{slug}-")


async def test_a_short_name_belongs_to_one(house: House) -> None:
    owner, _ = await founded(house)
    with pytest.raises(Conflict) as refused:
        await house.own.organizations.create(owner, "Another", "the-stage")
    assert refused.value.errors[0].field == "slug"
    results = await asyncio.gather(
        *(house.own.organizations.create(owner, "Race", "race") for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(result, Organization) for result in results) == 1


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a b", "ä", "a" * 41, "a/b", "deleted:x"])
async def test_short_names_fit_into_addresses(house: House, slug: str) -> None:
    owner = await house.person()
    with pytest.raises(InvalidInput):
        await house.own.organizations.create(owner, "Name", slug)


async def test_strangers_cant_tell_whether_it_exists(house: House) -> None:
    _, organization = await founded(house)
    eve = await house.person("eve@example.org", "Eve")
    own = house.own.organizations
    for org_id in (organization.id, "unknown"):
        for attempt in (
            own.show(eve, org_id),
            own.edit(eve, org_id, name="Mine"),
            own.delete(eve, org_id),
            own.members(eve, org_id, None, 10),
            own.set_role(eve, org_id, eve.person_id or "", Role.OWNER),
            own.remove(eve, org_id, "x"),
            house.own.invitations.invite(eve, org_id, "a@example.org", Role.DOOR),
            house.own.invitations.listed(eve, org_id, None, 10),
            house.own.invitations.withdraw(eve, org_id, "x"),
        ):
            with pytest.raises(NotFound):
                await attempt


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_does_what_the_table_says_and_no_more(house: House, role: Role) -> None:
    _, organization = await founded(house)
    one = await joined(house, organization, role)
    other = await house.person("other@example.org", "Other")
    await house.own.administration.set_role(SYSTEM, organization.id, other.person_id or "", Role.DOOR)
    own, org_id = house.own.organizations, organization.id
    attempts: dict[Action, Callable[[], Awaitable[object]]] = {
        Action.ORG_VIEW: lambda: own.show(one, org_id),
        Action.MEMBER_VIEW: lambda: own.members(one, org_id, None, 10),
        Action.ORG_EDIT: lambda: own.edit(one, org_id, description="Better"),
        Action.MEMBER_MANAGE: lambda: own.set_role(one, org_id, other.person_id or "", Role.MODERATOR),
        Action.OWNER_MANAGE: lambda: own.set_role(one, org_id, other.person_id or "", Role.OWNER),
        Action.ORG_DELETE: lambda: own.delete(one, org_id),
    }
    for action, attempt in attempts.items():
        if action in PERMISSIONS[role]:
            await attempt()
        else:
            with pytest.raises(Forbidden):
                await attempt()


async def test_managers_leave_owners_alone(house: House) -> None:
    owner, organization = await founded(house)
    manager = await joined(house, organization, Role.MANAGER)
    own, org_id = house.own.organizations, organization.id
    assert owner.person_id is not None
    for attempt in (
        own.set_role(manager, org_id, owner.person_id, Role.DOOR),
        own.remove(manager, org_id, owner.person_id),
        own.set_role(manager, org_id, manager.person_id or "", Role.OWNER),
        house.own.invitations.invite(manager, org_id, "new@example.org", Role.OWNER),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_the_last_owner_cant_go(house: House) -> None:
    owner, organization = await founded(house)
    own, org_id, owner_id = house.own.organizations, organization.id, owner.person_id or ""
    for attempt in (own.remove(owner, org_id, owner_id), own.set_role(owner, org_id, owner_id, Role.MANAGER)):
        with pytest.raises(Conflict):
            await attempt
    with pytest.raises(Conflict):
        await house.own.administration.set_role(SYSTEM, org_id, owner_id, None)
    second = await joined(house, organization, Role.MANAGER)
    await own.set_role(owner, org_id, second.person_id or "", Role.OWNER)
    await own.remove(owner, org_id, owner_id)
    assert (await house.again(owner)).roles == {}


async def test_of_two_owners_who_leave_at_once_one_stays(house: House) -> None:
    owner, organization = await founded(house)
    second = await joined(house, organization, Role.OWNER)
    results = await asyncio.gather(
        *(house.own.organizations.remove(one, organization.id, one.person_id or "") for one in (owner, second)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1


async def test_a_role_taken_away_counts_for_requests_under_way(house: House) -> None:
    """The principal was made before; what counts is the row in the transaction."""
    owner, organization = await founded(house)
    manager = await joined(house, organization, Role.MANAGER)
    await house.own.organizations.set_role(owner, organization.id, manager.person_id or "", Role.DOOR)
    with pytest.raises(Forbidden):
        await house.own.organizations.edit(manager, organization.id, name="Still mine")
    await house.own.organizations.remove(owner, organization.id, manager.person_id or "")
    with pytest.raises(NotFound):
        await house.own.organizations.edit(manager, organization.id, name="Still mine")


async def test_everyone_may_leave(house: House) -> None:
    _, organization = await founded(house)
    door = await joined(house, organization, Role.DOOR)
    await house.own.organizations.remove(door, organization.id, door.person_id or "")
    facts = await house.facts("member.changed")
    assert facts[-1].payload == {"org_id": organization.id, "person_id": door.person_id, "role": None}


async def test_deleted_it_is_gone_for_its_members_and_its_short_name_free(house: House) -> None:
    owner, organization = await founded(house)
    door = await joined(house, organization, Role.DOOR)
    await house.own.organizations.delete(owner, organization.id)
    assert [(await house.again(one)).roles for one in (owner, door)] == [{}, {}]
    assert await house.own.organizations.mine(owner) == []
    assert [fact.subject for fact in await house.facts("organization.deleted")] == [organization.id]
    assert await house.own.organizations.names([organization.id]) == {organization.id: "The Stage"}
    await house.own.organizations.create(owner, "The Stage", "the-stage")


async def test_members_come_in_pages(house: House) -> None:
    owner, organization = await founded(house)
    for number in range(4):
        house.clock.advance(1)
        person = await house.own.administration.create_person(
            SYSTEM, f"m{number}@example.org", f"M {number}", "seven wooden trumpets"
        )
        await house.own.administration.set_role(SYSTEM, organization.id, person.id, Role.DOOR)
    first = await house.own.organizations.members(owner, organization.id, None, 3)
    second = await house.own.organizations.members(owner, organization.id, first.next, 3)
    assert [member.name for member in (*first.items, *second.items)] == ["M 3", "M 2", "M 1", "M 0", "Olga"]
    assert second.next is None
    with pytest.raises(InvalidInput):
        await house.own.organizations.members(owner, organization.id, "nonsense", 3)
