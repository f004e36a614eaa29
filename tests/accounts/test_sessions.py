import asyncio
from dataclasses import replace

import pytest

from novacast.accounts.sessions import store
from novacast.accounts.sessions.models import Kind, Origin, SignedIn, device
from novacast.clock import DAY
from novacast.database import Transaction
from novacast.errors import NotFound, Overloaded, RateLimited, Unauthenticated
from novacast.security.passwords import Passwords
from tests.accounts.house import ORIGIN, PASSWORD, House, Presented


async def refused(house: House, signed_in: SignedIn) -> bool:
    try:
        await house.principal(signed_in)
    except Unauthenticated:
        return True
    return False


async def test_a_cookie_opens_until_it_is_revoked_and_not_one_request_longer(house: House) -> None:
    principal = await house.person()
    signed_in = await house.open()
    assert (await house.principal(signed_in)).person_id == principal.person_id
    await house.own.sessions.revoke(principal, signed_in.session.id)
    assert await refused(house, signed_in)
    assert await house.own.sessions.principal_of(signed_in.session.id) is None


async def test_a_revocation_is_told_with_the_session_and_its_person(house: House) -> None:
    principal = await house.person()
    await house.own.sessions.sign_out(principal)
    (fact,) = await house.facts("session.revoked")
    assert fact.subject == principal.session_id
    assert fact.audience == f"person:{principal.person_id}"
    assert fact.payload["person_id"] == principal.person_id
    await house.own.sessions.sign_out(principal)
    assert len(await house.facts("session.revoked")) == 1


async def test_nobody_ends_another_ones_session(house: House) -> None:
    ada = await house.person()
    eve = await house.person("eve@example.org", "Eve")
    assert ada.session_id is not None
    with pytest.raises(NotFound):
        await house.own.sessions.revoke(eve, ada.session_id)
    assert await house.again(ada) == ada


async def test_all_other_sessions_end_at_once(house: House) -> None:
    principal = await house.person()
    others = [await house.open(), await house.open(kind=Kind.API)]
    assert await house.own.sessions.revoke_others(principal) == 2
    assert [await refused(house, other) for other in others] == [True, True]
    assert (await house.again(principal)).signed_in


async def test_only_digests_of_secrets_are_stored(house: House) -> None:
    await house.person()
    browser, program = await house.open(), await house.open(kind=Kind.API)
    assert browser.secret is not None
    assert program.tokens is not None
    raw = b"".join(path.read_bytes() for path in house.db.path.parent.glob("novacast.db*"))
    for secret in (browser.secret, program.tokens.refresh, program.tokens.access, PASSWORD):
        assert secret.encode() not in raw


async def test_a_session_lives_on_while_it_is_used_and_dies_when_it_is_not(house: House) -> None:
    await house.person()
    signed_in = await house.open()
    for _ in range(3):
        house.clock.advance(20 * 86400)
        assert (await house.principal(signed_in)).signed_in
    house.clock.advance(31 * 86400)
    assert await refused(house, signed_in)


async def test_last_seen_is_written_every_few_minutes_at_most(house: House) -> None:
    principal = await house.person()
    signed_in = await house.open()

    async def seen() -> tuple[int, str]:
        found = next(one for one in await house.own.sessions.listed(principal) if one.id == signed_in.session.id)
        return found.seen_at, found.address

    began = await seen()
    house.clock.advance(60)
    await house.own.authenticator.authenticate(Presented(signed_in.secret, address="198.51.100.9"))
    assert await seen() == began
    house.clock.advance(300)
    await house.own.authenticator.authenticate(Presented(signed_in.secret, address="198.51.100.9"))
    assert await seen() == (house.clock.now(), "198.51.100.9")


async def test_the_list_tells_device_and_place(house: House) -> None:
    principal = await house.person()
    (session,) = await house.own.sessions.listed(principal)
    assert (session.device, session.address, session.kind) == ("Firefox on Linux", "203.0.113.7", Kind.BROWSER)


async def test_the_longest_unseen_session_makes_room(house: House) -> None:
    principal = await house.person()
    first = await house.open()

    def fill(tx: Transaction) -> None:
        row = tx.one(store.live(first.session.id, tx.now))
        assert row is not None
        for number in range(store.PER_PERSON - 2):
            store.insert(tx, replace(row, id=f"filler-{number}", seen_at=tx.now + number + 1), bytes([number]) * 32)
        store.touch(tx, principal.session_id or "", "", tx.now + DAY)

    house.clock.advance(1)
    await house.db.write(fill)
    house.clock.advance(1)
    await house.open()
    assert len(await house.own.sessions.listed(principal)) == store.PER_PERSON
    assert await refused(house, first)


@pytest.mark.parametrize(
    "presented",
    [
        Presented(session="wrong"),
        Presented(session=""),
        Presented(session="x" * 100_000),
        Presented(session="caf\udce9"),
        Presented(bearer="nct_wrong"),
        Presented(bearer="a.b.c"),
        Presented(bearer="caf\udce9"),
        Presented(bearer="nct_" + "x" * 100_000),
        Presented(),
    ],
)
async def test_what_we_never_gave_out_opens_nothing(house: House, presented: Presented) -> None:
    await house.person()
    with pytest.raises(Unauthenticated):
        await house.own.authenticator.authenticate(presented)


async def test_secrets_of_one_kind_open_nothing_as_another(house: House) -> None:
    principal = await house.person()
    browser, program = await house.open(), await house.open(kind=Kind.API)
    _, named = await house.own.tokens.create(principal, PASSWORD, "script", ["read"], 30, ORIGIN)
    assert program.tokens is not None
    for presented in (
        Presented(bearer=browser.secret),
        Presented(session=named),
        Presented(session=program.tokens.refresh),
        Presented(bearer=program.tokens.refresh),
        Presented(session=program.tokens.access),
    ):
        with pytest.raises(Unauthenticated):
            await house.own.authenticator.authenticate(presented)


async def test_wrong_and_unknown_answer_alike(house: House) -> None:
    await house.person()
    messages = set()
    for email, password in (
        ("ada@example.org", "not the password"),
        ("nobody@example.org", PASSWORD),
        ("no address at all", PASSWORD),
        ("ada@example.org", "x" * 5000),
        ("ada@example.org", ""),
        ("ada@example.org", "lone \ud800 surrogate"),
    ):
        with pytest.raises(Unauthenticated) as error:
            await house.own.sessions.sign_in(Kind.BROWSER, email, password, ORIGIN)
        messages.add(error.value.message)
    assert len(messages) == 1


async def test_a_weaker_hash_is_renewed_when_the_password_comes_by(house: House) -> None:
    principal = await house.person()
    old = await Passwords(8192, 2).hash(PASSWORD)
    await house.db.write(lambda tx: tx.run("UPDATE people SET password = ?", (old,)))
    await house.sign_in()
    account = await house.own.people.account(principal)
    assert account.password.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    await house.sign_in()


async def test_tries_on_one_account_wait_longer_and_longer(house: House) -> None:
    await house.person()

    async def wrong(address: str) -> None:
        await house.own.sessions.sign_in(Kind.BROWSER, "ada@example.org", "wrong password", Origin(address, ""))

    waits: list[float] = []
    for number in range(60):
        try:
            # Another address each time: the account itself is counted.
            await wrong(f"192.0.2.{number}")
        except RateLimited as error:
            waits.append(error.retry_after)
            house.clock.advance(error.retry_after + 0.01)
        except Unauthenticated:
            pass
    assert len(waits) >= 4
    assert waits[1] >= 2 * waits[0] * 0.9
    assert max(waits) <= 900.1


async def test_tries_from_one_address_are_counted_over_accounts(house: House) -> None:
    results = await asyncio.gather(
        *(house.own.sessions.sign_in(Kind.BROWSER, f"p{n}@example.org", "wrong password", ORIGIN) for n in range(42)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Unauthenticated] * 40 + [RateLimited] * 2


async def test_a_success_forgives_the_account(house: House) -> None:
    await house.person()
    for _ in range(6):
        for _ in range(5):
            with pytest.raises(Unauthenticated):
                await house.open(password="wrong password")
        await house.open()


async def test_hashing_is_bounded(house: House) -> None:
    narrow = Passwords(8192, 1, threads=1, waiting=2)
    results = await asyncio.gather(*(narrow.verify(PASSWORD, None) for _ in range(6)), return_exceptions=True)
    narrow.close()
    assert sum(isinstance(result, Overloaded) for result in results) == 3
    assert [result for result in results if not isinstance(result, Overloaded)] == [False] * 3


@pytest.mark.parametrize(
    ("agent", "plain"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("NovaClient/1.0 (+x)", "NovaClient"),
        ("", "unknown"),
        ("\x00\x1b[31m", "[31m"),
    ],
)
def test_devices_are_called_by_plain_words(agent: str, plain: str) -> None:
    assert device(agent) == plain
