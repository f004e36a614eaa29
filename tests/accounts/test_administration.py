import pytest

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.identity import SYSTEM, Role
from tests.accounts.house import PASSWORD, House


async def test_nobody_but_the_system_administers(house: House) -> None:
    person = await house.person()
    own = house.own.administration
    for attempt in (
        own.create_person(person, "x@example.org", "X", PASSWORD),
        own.people(person, None, 10),
        own.find(person, "ada@example.org"),
        own.set_password(person, person.person_id or "", PASSWORD),
        own.set_role(person, "any", person.person_id or "", Role.OWNER),
        own.organizations(person, None, 10),
        own.find_organization(person, "any"),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_the_operator_makes_people_and_gives_roles(house: House) -> None:
    own = house.own.administration
    owner = await house.person("owner@example.org", "Olga")
    organization = await house.own.organizations.create(owner, "The Stage")
    person = await own.create_person(SYSTEM, "ada@example.org", "Ada", PASSWORD, "de")
    member = await own.set_role(SYSTEM, organization.id, person.id, Role.MANAGER)
    assert member is not None
    assert member.role is Role.MANAGER
    assert (await house.sign_in()).roles == {organization.id: Role.MANAGER}
    assert await own.set_role(SYSTEM, organization.id, person.id, None) is None
    assert (await own.find(SYSTEM, "ADA@example.org")).id == person.id
    assert (await own.find_organization(SYSTEM, "the-stage")).id == organization.id
    with pytest.raises(Conflict):
        await own.create_person(SYSTEM, "Ada@example.org", "Ada", PASSWORD)
    for attempt in (own.find(SYSTEM, "no@example.org"), own.set_role(SYSTEM, "none", person.id, Role.DOOR)):
        with pytest.raises(NotFound):
            await attempt


async def test_a_password_set_by_the_operator_ends_all_sessions(house: House) -> None:
    person = await house.person()
    with pytest.raises(InvalidInput):
        await house.own.administration.set_password(SYSTEM, person.person_id or "", "short")
    await house.own.administration.set_password(SYSTEM, person.person_id or "", "eleven copper lanterns")
    assert await house.own.sessions.principal_of(person.session_id or "") is None
    with pytest.raises(Unauthenticated):
        await house.sign_in()
    await house.sign_in(password="eleven copper lanterns")


async def test_people_come_in_pages(house: House) -> None:
    for number in range(3):
        house.clock.advance(1)
        await house.person(f"p{number}@example.org", f"P {number}")
    first = await house.own.administration.people(SYSTEM, None, 2)
    second = await house.own.administration.people(SYSTEM, first.next, 2)
    assert [person.name for person in (*first.items, *second.items)] == ["P 2", "P 1", "P 0"]
