import asyncio

import pytest

from novacast.errors import Conflict, Forbidden, Gone, InvalidInput, RateLimited
from novacast.identity import SYSTEM, Principal, Role
from tests.accounts.house import ORIGIN, PASSWORD, House

WHERE = ORIGIN.address


async def invited(
    house: House, email: str = "new@example.org", role: Role = Role.PRODUCER
) -> tuple[Principal, str, str]:
    """The owner, the organization's id, and the token that was mailed."""
    owner = await house.person("owner@example.org", "Olga")
    organization = await house.own.organizations.create(owner, "The Stage")
    await house.own.invitations.invite(owner, organization.id, email, role)
    return await house.again(owner), organization.id, house.letterbox.last("invitation").token


async def test_a_stranger_accepts_by_signing_up_without_another_mail(house: House) -> None:
    _, org_id, token = await invited(house)
    offer = await house.own.invitations.offer(token, WHERE)
    assert (offer.organization, offer.email, offer.role, offer.has_account) == (
        "The Stage",
        "new@example.org",
        Role.PRODUCER,
        False,
    )
    await house.own.invitations.accept_as_new(token, "Nora", "en", PASSWORD, WHERE)
    assert (await house.sign_in("new@example.org")).roles == {org_id: Role.PRODUCER}
    assert house.letterbox.count("sign_up") == 0


async def test_the_invited_may_sign_up_in_a_closed_house(house: House) -> None:
    _, _, token = await invited(house)
    house.own.registration.is_open = False
    await house.own.invitations.accept_as_new(token, "Nora", "en", PASSWORD, WHERE)
    assert (await house.sign_in("new@example.org")).signed_in


async def test_who_has_an_account_accepts_with_it(house: House) -> None:
    nora = await house.person("new@example.org", "Nora")
    _, org_id, token = await invited(house, "NEW@example.org")
    assert (await house.own.invitations.offer(token, WHERE)).has_account
    with pytest.raises(Conflict):
        await house.own.invitations.accept_as_new(token, "Nora", "en", PASSWORD, WHERE)
    joined = await house.own.invitations.accept(nora, token)
    assert (joined.organization.id, joined.role) == (org_id, Role.PRODUCER)
    assert (await house.again(nora)).roles == {org_id: Role.PRODUCER}


async def test_a_forwarded_invitation_is_worth_nothing_to_another_account(house: House) -> None:
    _, _, token = await invited(house)
    eve = await house.person("eve@example.org", "Eve")
    with pytest.raises(Forbidden):
        await house.own.invitations.accept(eve, token)
    assert (await house.again(eve)).roles == {}


async def test_of_two_who_accept_at_once_one_does(house: House) -> None:
    nora = await house.person("new@example.org", "Nora")
    _, _, token = await invited(house)
    results = await asyncio.gather(
        *(house.own.invitations.accept(nora, token) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(result, Gone) for result in results) == 2


async def test_of_two_sign_ups_by_one_invitation_one_makes_an_account(house: House) -> None:
    _, _, token = await invited(house)
    results = await asyncio.gather(
        *(house.own.invitations.accept_as_new(token, "Nora", "en", PASSWORD, WHERE) for _ in range(3)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Gone) for result in results) == 2


async def test_withdrawn_replaced_or_old_it_opens_nothing(house: House) -> None:
    owner, org_id, first = await invited(house)
    second = await house.own.invitations.invite(owner, org_id, "new@example.org", Role.DOOR)
    replaced = house.letterbox.last("invitation").token
    with pytest.raises(Gone):
        await house.own.invitations.offer(first, WHERE)
    await house.own.invitations.withdraw(owner, org_id, second.id)
    with pytest.raises(Gone):
        await house.own.invitations.accept_as_new(replaced, "Nora", "en", PASSWORD, WHERE)
    await house.own.invitations.invite(owner, org_id, "new@example.org", Role.DOOR)
    house.clock.advance(14 * 86400)
    with pytest.raises(Gone):
        await house.own.invitations.offer(house.letterbox.last("invitation").token, WHERE)
    assert (await house.own.invitations.listed(owner, org_id, None, 10)).items == []


async def test_an_invitation_to_a_deleted_organization_is_void(house: House) -> None:
    owner, org_id, token = await invited(house)
    await house.own.organizations.delete(owner, org_id)
    with pytest.raises(Gone):
        await house.own.invitations.accept_as_new(token, "Nora", "en", PASSWORD, WHERE)


async def test_members_are_not_invited_again_and_the_list_shows_who_is_open(house: House) -> None:
    owner, org_id, _ = await invited(house)
    with pytest.raises(Conflict):
        await house.own.invitations.invite(owner, org_id, "owner@example.org", Role.DOOR)
    (open_one,) = (await house.own.invitations.listed(owner, org_id, None, 10)).items
    assert (open_one.email, open_one.role) == ("new@example.org", Role.PRODUCER)


async def test_invitations_are_no_way_to_write_to_the_world(house: House) -> None:
    owner, org_id, _ = await invited(house)
    with pytest.raises(InvalidInput):
        await house.own.invitations.invite(owner, org_id, "no address", Role.DOOR)
    results = await asyncio.gather(
        *(house.own.invitations.invite(owner, org_id, f"p{number}@example.org", Role.DOOR) for number in range(60)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, RateLimited) for result in results) == 11


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        (Role.OWNER, None, {Role.OWNER, Role.PRODUCER}),
        (Role.OWNER, Role.DOOR, {Role.OWNER, Role.PRODUCER}),
        (Role.OWNER, Role.MANAGER, {Role.OWNER}),
        (Role.MANAGER, Role.OWNER, set()),
    ],
)
async def test_invitations_end_with_the_right_to_send_them(
    house: House, before: Role, after: Role | None, lost: set[Role]
) -> None:
    owner, org_id, _ = await invited(house, "other@example.org")
    helper = await house.person("helper@example.org", "Hel")
    assert helper.person_id is not None
    await house.own.administration.set_role(SYSTEM, org_id, helper.person_id, before)
    helper = await house.again(helper)
    tokens = {}
    for role in (Role.OWNER, Role.PRODUCER) if before is Role.OWNER else (Role.PRODUCER,):
        await house.own.invitations.invite(helper, org_id, f"a-{role}@example.org", role)
        tokens[role] = house.letterbox.last("invitation").token
    if after is None:
        await house.own.organizations.remove(owner, org_id, helper.person_id)
    else:
        await house.own.organizations.set_role(owner, org_id, helper.person_id, after)
    for role, token in tokens.items():
        if role in lost:
            with pytest.raises(Gone):
                await house.own.invitations.accept_as_new(token, "Ghost", "en", PASSWORD, WHERE)
        else:
            await house.own.invitations.accept_as_new(token, "Guest", "en", PASSWORD, WHERE)
    left = await house.own.invitations.listed(owner, org_id, None, 10)
    assert [one.email for one in left.items] == ["other@example.org"]
