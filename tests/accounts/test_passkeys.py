"""Passkeys of an authenticator in software; what a browser makes of them is in test_passkey_pages."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from novacast.accounts.passkeys.models import PER_PERSON, Answer, Passkey
from novacast.accounts.proofs.models import ProofNeeded
from novacast.accounts.sessions.models import Kind, SecondFactorNeeded, SignedIn
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from novacast.identity import SYSTEM, Principal
from novacast.security import totp
from tests.accounts.house import ORIGIN, PASSWORD, House
from tests.accounts.test_second_factor import pending, switched_on
from tests.fakes.authenticator import BACKED_UP, BACKUP_ELIGIBLE, PRESENT, Authenticator

BROWSER = "a secret of this browser"


def whole(told: dict[str, Any]) -> Answer:
    return {**told, "rawId": told["id"], "type": "public-key"}


async def added(house: House, principal: Principal, one: Authenticator, name: str = "Laptop") -> Passkey:
    asked = await house.own.passkeys.begin(principal)
    return await house.own.passkeys.add(principal, asked.ticket, whole(one.make(asked.options)), name, ORIGIN)


async def log_in(house: House, one: Authenticator, **wrong: Any) -> SignedIn:
    asked = await house.own.passkey_entry.begin(BROWSER, ORIGIN.address)
    return await house.own.passkey_entry.sign_in(BROWSER, asked.ticket, whole(one.use(asked.options, **wrong)), ORIGIN)


async def test_a_passkey_logs_in_without_name_and_password(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    await added(house, principal, one)
    asked = await house.own.passkey_entry.begin(BROWSER, ORIGIN.address)
    assert asked.options["rpId"] == "localhost"
    assert asked.options.get("allowCredentials", []) == []
    assert asked.options["userVerification"] == "required"
    signed_in = await log_in(house, one)
    assert (await house.principal(signed_in)).person_id == principal.person_id
    (kept,) = await house.own.passkeys.listed(principal)
    assert kept.used_at == house.clock.now()
    assert kept.name == "Laptop"


async def test_an_answer_is_worth_one_log_in(house: House) -> None:
    principal, one = await house.person(), Authenticator(counts=False)
    await added(house, principal, one)
    asked = await house.own.passkey_entry.begin(BROWSER, ORIGIN.address)
    answer = whole(one.use(asked.options))
    await house.own.passkey_entry.sign_in(BROWSER, asked.ticket, answer, ORIGIN)
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.sign_in(BROWSER, asked.ticket, answer, ORIGIN)
    house.clock.advance(301)
    await house.own.sweep.run()
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.sign_in(BROWSER, asked.ticket, answer, ORIGIN)


async def test_of_two_who_bring_one_answer_at_once_one_comes_in(house: House) -> None:
    principal, one = await house.person(), Authenticator(counts=False)
    await added(house, principal, one)
    asked = await house.own.passkey_entry.begin(BROWSER, ORIGIN.address)
    answer = whole(one.use(asked.options))
    bring = (house.own.passkey_entry.sign_in(BROWSER, asked.ticket, answer, ORIGIN) for _ in range(4))
    results = await asyncio.gather(*bring, return_exceptions=True)
    assert [type(one) for one in results].count(SignedIn) == 1


async def test_a_challenge_is_good_for_its_browser_purpose_and_time_alone(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    await added(house, principal, one)
    asked = await house.own.passkey_entry.begin(BROWSER, ORIGIN.address)
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.sign_in("another", asked.ticket, whole(one.use(asked.options)), ORIGIN)
    proof = await house.own.passkey_entry.begin_proof(principal)
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.sign_in(BROWSER, proof.ticket, whole(one.use(proof.options)), ORIGIN)
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.sign_in(BROWSER, asked.ticket + "x", whole(one.use(asked.options)), ORIGIN)
    house.clock.advance(300)
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.sign_in(BROWSER, asked.ticket, whole(one.use(asked.options)), ORIGIN)


async def test_a_passkey_is_added_by_the_session_that_asked(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    other = await house.sign_in()
    asked = await house.own.passkeys.begin(principal)
    with pytest.raises(Unauthenticated):
        await house.own.passkeys.add(other, asked.ticket, whole(one.make(asked.options)), "", ORIGIN)
    await house.own.passkeys.add(principal, asked.ticket, whole(one.make(asked.options)), "", ORIGIN)
    with pytest.raises(Unauthenticated):
        await house.own.passkeys.add(principal, asked.ticket, whole(Authenticator().make(asked.options)), "", ORIGIN)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: replace(one, origin="http://localhost.evil.example"),
        lambda one: replace(one, origin="https://localhost"),
        lambda one: replace(one, rp_id="evil.example"),
        lambda one: replace(one, flags=PRESENT),
        lambda one: replace(one, flags=0),
    ],
    ids=["origin", "scheme", "party", "unverified", "absent"],
)
async def test_what_was_signed_for_another_place_or_by_nobody_is_refused(
    house: House, spoil: Callable[[Authenticator], Authenticator]
) -> None:
    principal, one = await house.person(), Authenticator()
    with pytest.raises(InvalidInput):
        await added(house, principal, spoil(one))
    await added(house, principal, one)
    with pytest.raises(Unauthenticated):
        await log_in(house, spoil(one))
    await log_in(house, one)


async def test_another_key_another_owner_and_another_kind_of_answer_are_refused(house: House) -> None:
    ada, one = await house.person(), Authenticator()
    await added(house, ada, one)
    for false in (replace(one, key=Authenticator().key), replace(one, handle=b"somebody"), Authenticator()):
        with pytest.raises(Unauthenticated):
            await log_in(house, false)
    with pytest.raises(Unauthenticated):
        await log_in(house, one, type="webauthn.create")
    with pytest.raises(Unauthenticated):
        await log_in(house, one, challenge="AAAA")


async def test_a_counter_that_goes_backwards_shuts_the_passkey_and_tells_its_owner(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    await added(house, principal, one)
    copy = replace(one)
    for _ in range(3):
        await log_in(house, one)
    with pytest.raises(Unauthenticated, match="copied"):
        await log_in(house, copy)
    assert house.letterbox.last("passkey_suspected").context["passkey"] == "Laptop"
    with pytest.raises(Unauthenticated, match="copied"):
        await log_in(house, one)
    assert house.letterbox.count("passkey_suspected") == 1
    (kept,) = await house.own.passkeys.listed(principal)
    assert kept.suspected_at is not None
    events = [one["kind"] for one in (await house.own.privacy.export(principal))["account_events"]]
    assert events.count("passkey_suspected") == 1


async def test_an_authenticator_that_never_counts_is_no_copy(house: House) -> None:
    principal, one = await house.person(), Authenticator(counts=False)
    await added(house, principal, one)
    await log_in(house, one)
    await log_in(house, one)


async def test_adding_and_removing_need_a_log_in_of_a_moment_ago(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    passkey = await added(house, principal, one)
    house.clock.advance(600)
    with pytest.raises(ProofNeeded):
        await house.own.passkeys.begin(principal)
    with pytest.raises(ProofNeeded):
        await house.own.passkeys.remove(principal, passkey.id, ORIGIN)
    with pytest.raises(InvalidInput):
        await house.own.proofs.by_password(principal, "not my password")
    await house.own.proofs.by_password(principal, PASSWORD)
    await house.own.passkeys.begin(principal)
    house.clock.advance(600)
    asked = await house.own.passkey_entry.begin_proof(principal)
    await house.own.passkey_entry.prove(principal, asked.ticket, whole(one.use(asked.options)), ORIGIN)
    await house.own.passkeys.remove(principal, passkey.id, ORIGIN)
    assert await house.own.passkeys.listed(principal) == []
    with pytest.raises(Unauthenticated):
        await log_in(house, one)


async def test_no_token_of_a_program_adds_a_way_in(house: House) -> None:
    browser = await house.person()
    programs = [await house.principal(await house.open(kind=Kind.API))]
    _, secret = await house.own.tokens.create(browser, PASSWORD, "script", ["admin"], 1, ORIGIN)
    programs.append(await house.own.authenticator.authenticate(_Bearer(secret)))
    for principal in programs:
        with pytest.raises(Forbidden):
            await house.own.passkeys.begin(principal)


async def test_the_owner_is_told_by_mail_of_what_is_added_and_removed(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    passkey = await added(house, principal, one, "Phone")
    assert house.letterbox.last("passkey_added").context["passkey"] == "Phone"
    await house.own.passkeys.remove(principal, passkey.id, ORIGIN)
    assert house.letterbox.last("passkey_removed").to == "ada@example.org"


async def test_a_passkey_belongs_to_its_owner_alone(house: House) -> None:
    ada, one = await house.person(), Authenticator()
    passkey = await added(house, ada, one)
    eve = await house.person("eve@example.org", "Eve")
    with pytest.raises(NotFound):
        await house.own.passkeys.remove(eve, passkey.id, ORIGIN)
    with pytest.raises(NotFound):
        await house.own.passkeys.rename(eve, passkey.id, "Mine", ORIGIN)
    with pytest.raises(Conflict):
        await added(house, eve, replace(one))
    asked = await house.own.passkeys.begin(ada)
    assert [known["id"] for known in asked.options["excludeCredentials"]] == [whole(one.make(asked.options))["id"]]


async def test_a_passkey_has_a_name_that_tells_it_from_others(house: House) -> None:
    principal = await house.person()
    first = await added(house, principal, Authenticator(), "")
    house.clock.advance(1)
    second = await added(house, principal, Authenticator(flags=Authenticator().flags | BACKUP_ELIGIBLE | BACKED_UP), "")
    assert (first.name, second.name) == ("Firefox on Linux", "Firefox on Linux 2")
    assert (first.synced, second.synced) == (False, True)
    await house.own.passkeys.rename(principal, second.id, "Phone", ORIGIN)
    assert [one.name for one in await house.own.passkeys.listed(principal)] == ["Firefox on Linux", "Phone"]
    with pytest.raises(InvalidInput):
        await house.own.passkeys.rename(principal, second.id, "", ORIGIN)


async def test_nobody_keeps_more_than_a_drawer_full(house: House) -> None:
    principal = await house.person()
    for _ in range(PER_PERSON):
        await added(house, principal, Authenticator())
    with pytest.raises(Conflict):
        await house.own.passkeys.begin(principal)


async def test_a_passkey_takes_the_place_of_a_one_time_code(house: House) -> None:
    principal, secret, _codes = await switched_on(house)
    one = Authenticator(flags=PRESENT)
    with pytest.raises(InvalidInput):
        await added(house, principal, one)
    await added(house, principal, replace(one, flags=Authenticator().flags))
    waiting = await pending(house)
    asked = await house.own.passkey_entry.begin_second_step(waiting)
    stranger = Authenticator(handle=(principal.person_id or "").encode())
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.second_step(waiting, asked.ticket, whole(stranger.use(asked.options)), ORIGIN)
    one.handle = (principal.person_id or "").encode()
    signed_in = await house.own.passkey_entry.second_step(waiting, asked.ticket, whole(one.use(asked.options)), ORIGIN)
    assert (await house.principal(signed_in)).person_id == principal.person_id
    code = totp.code_at(secret, house.clock.now())
    assert await house.own.sessions.sign_in_with_code(Kind.BROWSER, await pending(house), code, ORIGIN)


async def test_the_second_step_takes_passkeys_of_whoever_gave_the_password(house: House) -> None:
    await switched_on(house)
    eve, one = await house.person("eve@example.org", "Eve"), Authenticator()
    await added(house, eve, one)
    waiting = await pending(house)
    with pytest.raises(Conflict):
        await house.own.passkey_entry.begin_second_step(waiting)
    asked = await house.own.passkey_entry.begin_proof(eve)
    with pytest.raises(Unauthenticated):
        await house.own.passkey_entry.second_step(waiting, asked.ticket, whole(one.use(asked.options)), ORIGIN)


async def test_a_passkey_is_both_steps_at_once(house: House) -> None:
    principal, _secret, _codes = await switched_on(house)
    one = Authenticator()
    await added(house, principal, one)
    assert isinstance(
        await house.own.sessions.sign_in(Kind.BROWSER, "ada@example.org", PASSWORD, ORIGIN), SecondFactorNeeded
    )
    await log_in(house, one)


async def test_a_password_from_outside_takes_every_passkey_along(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    await added(house, principal, one)
    await house.own.people.request_reset("ada@example.org", ORIGIN.address)
    await house.own.people.reset(house.letterbox.last("password_reset").token, "eleven copper lanterns", ORIGIN.address)
    with pytest.raises(Unauthenticated):
        await log_in(house, one)
    assert house.letterbox.count("passkey_removed") == 1


async def test_a_shut_account_stays_shut_to_its_passkeys(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    await added(house, principal, one)
    assert principal.person_id is not None
    await house.own.operators.suspend(SYSTEM, principal.person_id, "spam")
    with pytest.raises(Unauthenticated, match="shut"):
        await log_in(house, one)


async def test_trying_passkeys_waits_longer_and_longer(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    await added(house, principal, one)
    false, waits = replace(one, key=Authenticator().key), list[float]()
    for _ in range(60):
        try:
            await log_in(house, false)
        except RateLimited as error:
            waits.append(error.retry_after)
            house.clock.advance(error.retry_after + 0.01)
        except Unauthenticated:
            pass
    assert len(waits) >= 3
    assert waits[2] > waits[1] > waits[0]


async def test_export_names_passkeys_and_erasure_takes_them(house: House) -> None:
    principal, one = await house.person(), Authenticator()
    await added(house, principal, one)
    export = await house.own.privacy.export(principal)
    assert export["passkeys"][0]["name"] == "Laptop"
    assert [event["kind"] for event in export["account_events"]] == ["passkey_added"]
    assert "public_key" not in str(export)
    await house.own.privacy.erase(principal, PASSWORD)
    with pytest.raises(Unauthenticated):
        await log_in(house, one)


class _Bearer:
    session = None
    address, user_agent = ORIGIN.address, ORIGIN.user_agent

    def __init__(self, bearer: str) -> None:
        self.bearer = bearer
