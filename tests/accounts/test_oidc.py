"""Logging in by a provider of one's own; the stand-in speaks what the specifications say, over real HTTP."""

from typing import Any

import jwt
import pytest

from novacast.accounts.oidc.models import Waiting
from novacast.accounts.proofs.models import ProofNeeded
from novacast.accounts.sessions.models import SecondFactorNeeded, SignedIn
from novacast.errors import BadSettings, Conflict, Forbidden, NovaCastError, RateLimited, Unauthenticated, Unavailable
from novacast.identity import SYSTEM, Role
from novacast.settings import Settings
from tests.accounts.house import ORIGIN, PASSWORD, House
from tests.accounts.providing import come_back, let_in, with_provider
from tests.accounts.test_second_factor import switched_on
from tests.fakes.provider import Provider, new_key


async def test_a_first_log_in_makes_an_account_where_anyone_may_have_one(
    house: House, settings: Settings, provider: Provider
) -> None:
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        outcome = await come_back(own, provider)
        assert outcome.next == "/watch/1"
        assert isinstance(outcome.result, SignedIn)
        ada = await house.principal(outcome.result)
        assert ada.name == "Ada Byron"
        provider.person["email"] = "ada@elsewhere.example"
        assert (await let_in(house, own, provider)).person_id == ada.person_id
        assert (await own.people.me(ada)).email == "ada@example.org"
        assert (await own.oidc.linked(ada))[0].email == "ada@elsewhere.example"


@pytest.mark.parametrize(
    ("settings_", "claims"),
    [
        ({"accounts": "nobody"}, {}),
        ({"accounts": "invited"}, {}),
        ({"accounts": "anyone"}, {"email_verified": False}),
        ({"accounts": "anyone"}, {"email_verified": None}),
        ({"accounts": "anyone"}, {"email_verified": "true"}),
        ({"accounts": "anyone"}, {"email": "no address"}),
        ({"accounts": "anyone", "domains": ("venue.example",)}, {}),
    ],
)
async def test_who_may_have_no_account_gets_none(
    house: House, settings: Settings, provider: Provider, settings_: dict[str, Any], claims: dict[str, Any]
) -> None:
    provider.claims = claims
    async with with_provider(house, settings, provider, **settings_) as own:
        with pytest.raises(Forbidden):
            await come_back(own, provider)
    assert (await house.own.administration.people(SYSTEM, None, 10)).items == []


async def test_the_invited_get_an_account(house: House, settings: Settings, provider: Provider) -> None:
    owner = await house.person("olga@example.org", "Olga")
    stage = await house.own.organizations.create(owner, "The Stage")
    await house.own.invitations.invite(await house.again(owner), stage.id, "ada@example.org", Role.PRODUCER)
    async with with_provider(house, settings, provider, accounts="invited") as own:
        await let_in(house, own, provider)


async def test_an_address_alone_takes_over_no_account(house: House, settings: Settings, provider: Provider) -> None:
    await house.person()
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        result = (await come_back(own, provider)).result
        assert isinstance(result, Waiting)
        eve = await house.person("eve@example.org", "Eve")
        assert await own.oidc.waiting(eve, result.kept) is None
        with pytest.raises(Forbidden):
            await own.oidc.join(eve, result.kept, ORIGIN)
        with pytest.raises(Unauthenticated):
            await own.oidc.join(eve, result.kept + "x", ORIGIN)
        begun = await own.oidc.begin("/", ORIGIN.address)
        with pytest.raises(Unauthenticated):
            await own.oidc.join(eve, begun.kept, ORIGIN)
        assert isinstance((await come_back(own, provider)).result, Waiting)


async def test_its_owner_joins_account_and_provider_and_parts_them_again(
    house: House, settings: Settings, provider: Provider
) -> None:
    ada = await house.person()
    async with with_provider(house, settings, provider) as own:
        house.clock.advance(601)
        waiting = (await come_back(own, provider)).result
        assert isinstance(waiting, Waiting)
        assert await own.oidc.waiting(ada, waiting.kept) == "ada@example.org"
        with pytest.raises(ProofNeeded):
            await own.oidc.join(ada, waiting.kept, ORIGIN)
        await own.proofs.by_password(ada, PASSWORD)
        await own.oidc.join(ada, waiting.kept, ORIGIN)
        assert house.letterbox.last("provider_linked").to == "ada@example.org"
        again = await let_in(house, own, provider)
        assert again.person_id == ada.person_id
        assert await own.oidc.opened(again)
        assert not await own.oidc.opened(ada)
        with pytest.raises(Conflict):
            await own.oidc.join(ada, waiting.kept, ORIGIN)
        await own.oidc.part(ada, ORIGIN)
        assert house.letterbox.count("provider_unlinked") == 1
        assert isinstance((await come_back(own, provider)).result, Waiting)
        house.clock.advance(601)
        assert await own.oidc.waiting(ada, waiting.kept) is None


async def test_one_time_codes_are_asked_for_behind_the_provider_as_well(
    house: House, settings: Settings, provider: Provider
) -> None:
    ada, _secret, _codes = await switched_on(house)
    async with with_provider(house, settings, provider) as own:
        waiting = (await come_back(own, provider)).result
        assert isinstance(waiting, Waiting)
        await own.oidc.join(ada, waiting.kept, ORIGIN)
        assert isinstance((await come_back(own, provider)).result, SecondFactorNeeded)


async def test_a_shut_account_stays_shut_to_the_provider(house: House, settings: Settings, provider: Provider) -> None:
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        ada = await let_in(house, own, provider)
        assert ada.person_id is not None
        await own.operators.suspend(SYSTEM, ada.person_id, "spam")
        with pytest.raises(Unauthenticated, match="shut"):
            await come_back(own, provider)


async def test_what_the_browser_brings_back_counts_once_and_for_it_alone(
    house: House, settings: Settings, provider: Provider
) -> None:
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        begun, other = await own.oidc.begin("/", ORIGIN.address), await own.oidc.begin("/", ORIGIN.address)
        brought = provider.log_in(begun.url)
        for kept, state in ((other.kept, brought["state"]), (begun.kept, "x"), ("", brought["state"])):
            with pytest.raises(Unauthenticated):
                await own.oidc.finish(kept, state, brought["code"], None, "en", ORIGIN)
        assert "/token" not in provider.asked
        await own.oidc.finish(begun.kept, brought["state"], brought["code"], None, "en", ORIGIN)
        with pytest.raises(Unauthenticated):
            await own.oidc.finish(begun.kept, brought["state"], brought["code"], None, "en", ORIGIN)
        assert provider.asked.count("/token") == 1
        house.clock.advance(600)
        stolen = provider.log_in(other.url)
        with pytest.raises(Unauthenticated):
            await own.oidc.finish(other.kept, stolen["state"], stolen["code"], None, "en", ORIGIN)


async def test_a_code_of_another_log_in_is_worth_nothing(house: House, settings: Settings, provider: Provider) -> None:
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        stolen = provider.log_in((await own.oidc.begin("/", ORIGIN.address)).url)["code"]
        with pytest.raises(Unauthenticated):
            await come_back(own, provider, code=stolen)


async def test_providers_are_not_mixed_up(house: House, settings: Settings, provider: Provider) -> None:
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        with pytest.raises(Unauthenticated):
            await come_back(own, provider, iss="https://evil.example")
        await come_back(own, provider, iss=provider.issuer)
    provider.document = {"authorization_response_iss_parameter_supported": True}
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        with pytest.raises(Unauthenticated):
            await come_back(own, provider)
    assert provider.asked.count("/token") == 1


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "http://user@127.0.0.1/"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
async def test_a_document_that_is_not_the_issuers_is_refused(
    house: House, settings: Settings, provider: Provider, document: dict[str, Any]
) -> None:
    provider.document = document
    async with with_provider(house, settings, provider) as own:
        with pytest.raises(Unavailable):
            await own.oidc.begin("/", ORIGIN.address)


@pytest.mark.parametrize("inside", ["http://10.0.0.1/token", "http://169.254.169.254/token", "http://[::1]:1/token"])
async def test_a_provider_sends_the_server_nowhere_inside(
    house: House, settings: Settings, provider: Provider, inside: str
) -> None:
    provider.document = {"token_endpoint": inside}
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        with pytest.raises(Unavailable):
            await come_back(own, provider)


async def test_a_provider_that_is_down_says_so_and_is_not_asked_again_at_once(
    house: House, settings: Settings, provider: Provider
) -> None:
    provider.down = True
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        for _ in range(3):
            with pytest.raises(Unavailable, match="another way"):
                await own.oidc.begin("/", ORIGIN.address)
        assert len(provider.asked) == 1
        provider.down = False
        house.clock.advance(10)
        await let_in(house, own, provider)


async def test_new_keys_of_the_provider_are_found_and_old_ones_forgotten(
    house: House, settings: Settings, provider: Provider
) -> None:
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        await let_in(house, own, provider)
        before = provider.key
        provider.key, provider.kid = new_key(), "k2"
        house.clock.advance(11)
        await let_in(house, own, provider)
        assert provider.asked.count("/keys") == 2
        provider.sign = lambda _, claims: jwt.encode(claims, before, algorithm="RS256", headers={"kid": "k1"})
        with pytest.raises(Unauthenticated):
            await come_back(own, provider)
        assert provider.asked.count("/keys") == 2  # asked a moment ago
        assert provider.asked.count("/.well-known/openid-configuration") == 1


async def test_a_key_that_the_provider_does_not_show_counts_for_nothing(
    house: House, settings: Settings, provider: Provider
) -> None:
    provider.known = False
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        with pytest.raises(Unauthenticated):
            await come_back(own, provider)


async def test_what_the_token_leaves_out_userinfo_tells_of_the_same_person_alone(
    house: House, settings: Settings, provider: Provider
) -> None:
    provider.in_token = False
    async with with_provider(house, settings, provider, accounts="anyone") as own:
        ada = await let_in(house, own, provider)
        assert (await own.people.me(ada)).email == "ada@example.org"
        provider.claims, provider.person = {"sub": "u-1"}, {**provider.person, "sub": "u-2"}
        with pytest.raises(Unauthenticated):
            await come_back(own, provider)


async def test_groups_give_roles_and_take_them_and_leave_what_was_given_by_hand(
    house: House, settings: Settings, provider: Provider
) -> None:
    owner = await house.person("olga@example.org", "Olga")
    stage = await house.own.organizations.create(owner, "The Stage", "stage")
    annex = await house.own.organizations.create(owner, "The Annex", "annex")
    roles = ("crew=stage:producer", "boss=stage:manager", "crew=annex:door")
    provider.claims = {"groups": ["crew", "boss", 7]}
    async with with_provider(house, settings, provider, accounts="anyone", roles=roles) as own:
        ada = await let_in(house, own, provider)
        assert ada.roles == {stage.id: Role.MANAGER, annex.id: Role.DOOR}
        provider.claims = {"groups": "crew"}
        assert (await let_in(house, own, provider)).roles == {stage.id: Role.PRODUCER, annex.id: Role.DOOR}
        assert ada.person_id is not None
        await own.administration.set_role(SYSTEM, stage.id, ada.person_id, Role.MODERATOR)
        provider.claims = {}
        assert (await let_in(house, own, provider)).roles == {stage.id: Role.MODERATOR}
        provider.claims = {"groups": ["boss"]}
        assert (await let_in(house, own, provider)).roles == {stage.id: Role.MODERATOR}


async def test_whoever_was_taken_out_by_hand_stays_out_until_they_left_the_group(
    house: House, settings: Settings, provider: Provider
) -> None:
    owner = await house.person("olga@example.org", "Olga")
    stage = await house.own.organizations.create(owner, "The Stage", "stage")
    provider.claims = {"groups": ["crew"]}
    async with with_provider(house, settings, provider, accounts="anyone", roles=("crew=stage:door",)) as own:
        ada = await let_in(house, own, provider)
        assert ada.person_id is not None
        await own.administration.set_role(SYSTEM, stage.id, ada.person_id, None)
        for _ in range(3):
            assert (await let_in(house, own, provider)).roles == {}
        provider.claims = {}
        await let_in(house, own, provider)
        provider.claims = {"groups": ["crew"]}
        assert (await let_in(house, own, provider)).roles == {stage.id: Role.DOOR}


async def test_the_last_owner_stays_one_whatever_their_groups_say(
    house: House, settings: Settings, provider: Provider
) -> None:
    olga = await house.person("olga@example.org", "Olga")
    stage = await house.own.organizations.create(olga, "The Stage", "stage")
    provider.claims = {"groups": ["boss"]}
    async with with_provider(house, settings, provider, accounts="anyone", roles=("boss=stage:owner",)) as own:
        await let_in(house, own, provider)
        assert olga.person_id is not None
        await own.administration.set_role(SYSTEM, stage.id, olga.person_id, Role.MANAGER)
        provider.claims = {}
        assert (await let_in(house, own, provider)).roles == {stage.id: Role.OWNER}


@pytest.mark.parametrize("entry", ["crew", "crew=stage", "crew=stage:king", "=stage:door", "crew=:door"])
async def test_roles_that_make_no_sense_are_refused_at_the_start(
    house: House, settings: Settings, provider: Provider, entry: str
) -> None:
    with pytest.raises(BadSettings):
        async with with_provider(house, settings, provider, roles=(entry,)):
            pass


async def test_coming_back_over_and_over_has_to_wait(house: House, settings: Settings, provider: Provider) -> None:
    async with with_provider(house, settings, provider) as own:
        for _ in range(settings.accounts.tries_per_address):
            with pytest.raises(Unauthenticated):
                await own.oidc.finish("x", "x", "x", None, "en", ORIGIN)
        with pytest.raises(RateLimited):
            await own.oidc.finish("x", "x", "x", None, "en", ORIGIN)


async def test_without_a_provider_there_is_nothing_here(house: House) -> None:
    assert not house.own.oidc.possible
    with pytest.raises(NovaCastError):
        await house.own.oidc.begin("/", ORIGIN.address)
