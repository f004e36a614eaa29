"""Tickets: codes that nobody can forge, doors that let nobody in twice, and what a ticket opens and when no more."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import HOUR, SECOND
from novacast.errors import Forbidden, NotFound
from novacast.folder import DataFolder
from novacast.security.signing import SigningKey, new_signing_key
from novacast.settings import Tickets
from novacast.tickets.admission.tokens import (
    LENGTH,
    BadToken,
    Token,
    as_scanned,
    base45,
    checked,
    from_base45,
    opened,
    sealed,
)
from novacast.tickets.door.models import Rules, Verdict
from novacast.tickets.events.models import NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind
from tests.fakes.clock import FakeClock
from tests.tickets.box import ADA, BEN, DOOR, ORG, OUTSIDER, OWNER, SELLER, Box, open_box, services
from tests.tickets.doors import codes, door, scan

TOKEN = Token(7, 2**48 - 1, 20_000, 3, 65_535, False, 1_800_000_000)


@given(st.binary(max_size=100))
def test_base45_gives_back_what_it_was_given(data: bytes) -> None:
    assert from_base45(base45(data)) == data


def test_base45_is_that_of_the_standard() -> None:
    # RFC 9285 section 4.3
    assert base45(b"AB") == "BB8"
    assert base45(b"Hello!!") == "%69 VD92EX0"
    assert from_base45("QED8WEX0") == b"ietf!"
    for wrong in ("GGW", "a", "A", "::::"):
        with pytest.raises(BadToken):
            from_base45(wrong)


def test_a_code_is_132_signs_and_comes_back_as_it_was() -> None:
    secret, public = new_signing_key()
    code = sealed(TOKEN, SigningKey(secret))
    assert len(code) == LENGTH
    assert checked(code, {7: public}) == TOKEN


def test_a_code_that_begins_with_a_space_survives_scanners() -> None:
    secret, public = new_signing_key()
    code = sealed(replace(TOKEN, key_id=5 << 24), SigningKey(secret))
    assert code.startswith(" ")
    for scanned in (code, code.strip(), f"\t{code}\r\n", f"{code} \n"):
        assert checked(as_scanned(scanned), {5 << 24: public}).ordinal == TOKEN.ordinal


@given(st.integers(0, LENGTH - 1), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
def test_a_code_with_one_sign_changed_is_refused(place: int, sign: str) -> None:
    secret, public = new_signing_key()
    code = sealed(TOKEN, SigningKey(secret))
    altered = code[:place] + sign + code[place + 1 :]
    if altered != code:
        with pytest.raises(BadToken):
            checked(altered, {7: public})


def test_a_code_of_another_key_is_refused() -> None:
    _, public = new_signing_key()
    other, _ = new_signing_key()
    with pytest.raises(BadToken, match="signature"):
        checked(sealed(TOKEN, SigningKey(other)), {7: public})
    with pytest.raises(BadToken, match="key is not known"):
        checked(sealed(TOKEN, SigningKey(other)), {8: public})


async def test_a_ticket_lets_in_once(box: Box) -> None:
    (code,), front = await codes(box, await box.sold()), await door(box)
    first = await scan(box, front, code)
    box.clock.advance(60)
    second = await scan(box, front, code)
    assert (first.verdict, second.verdict) == (Verdict.OK, Verdict.USED)
    assert second.before is not None
    assert (second.before.gate, second.before.at) == ("A", box.clock.now() - 60 * SECOND)
    await box.clean()


async def test_a_ticket_that_is_shown_at_two_gates_at_once_lets_one_in(box: Box) -> None:
    (code,), front = await codes(box, await box.sold()), await door(box)
    verdicts = [one.verdict for one in await asyncio.gather(*(scan(box, front, code) for _ in range(10)))]
    assert sorted(verdicts) == [Verdict.OK, *[Verdict.USED] * 9]


async def test_whoever_left_comes_in_again_where_the_list_allows_it(box: Box) -> None:
    (code,) = await codes(box, await box.sold())
    for reentry, verdict in ((True, Verdict.OK), (False, Verdict.USED)):
        front = await door(box, reentry=reentry)
        await scan(box, front, code)
        assert (await scan(box, front, code, leaving=True)).verdict is Verdict.EXIT
        assert (await scan(box, front, code)).verdict is verdict


async def test_somebody_let_in_although_the_door_says_no_is_written_down(box: Box) -> None:
    (code,), front = await codes(box, await box.sold()), await door(box)
    await scan(box, front, code)
    forced = await scan(box, front, code, force=True)
    assert forced.verdict is Verdict.USED
    assert forced.checkin is not None
    assert forced.checkin.forced
    page = await box.own.door.lists.passed(DOOR, front.id, None, 10)
    assert sorted(one.forced for one in page.items) == [False, True]


async def test_a_door_takes_what_is_on_its_list(box: Box) -> None:
    (code,) = await codes(box, await box.sold())
    elsewhere = await door(box, box.seats.id)
    assert (await scan(box, elsewhere, code)).verdict is Verdict.WRONG_LIST
    assert (await scan(box, await door(box, box.room.id), code)).verdict is Verdict.OK


async def test_what_nobody_here_made_never_opens_a_door(box: Box) -> None:
    (code,), front = await codes(box, await box.sold()), await door(box)
    token, _, _ = opened(code)
    secret, _ = new_signing_key()
    for wrong in (sealed(token, SigningKey(secret)), code[:-1], "", "HELLO", sealed(TOKEN, SigningKey(secret))):
        assert (await scan(box, front, wrong, force=True)).verdict is Verdict.FORGED
    unsold = replace(token, ordinal=99)
    _, key = await box.own.keyring.signing(ORG)
    assert (await scan(box, front, sealed(unsold, key))).verdict is Verdict.FORGED


async def test_a_ticket_made_anew_is_another_and_the_old_one_is_void(box: Box) -> None:
    receipt, front = await box.sold(), await door(box)
    (old,) = await codes(box, receipt)
    new = await box.own.admission.reissue(SELLER, ORG, receipt.tickets[0].id, "Ben")
    assert (new.serial, new.ordinal) == (2, receipt.tickets[0].ordinal)
    assert (await scan(box, front, old)).verdict is Verdict.VOID
    (code,) = await codes(box, receipt)
    assert (await scan(box, front, code)).verdict is Verdict.OK
    await box.clean()


async def test_a_cancelled_order_opens_no_door(box: Box) -> None:
    receipt, front = await box.sold(), await door(box)
    (code,) = await codes(box, receipt)
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    assert (await scan(box, front, code)).verdict is Verdict.VOID


async def test_a_key_that_was_replaced_signs_for_nobody_any_more(box: Box) -> None:
    receipt, front = await box.sold(), await door(box)
    (old,) = await codes(box, receipt)
    key_id, public = await box.own.keyring.replace(OWNER, ORG)
    assert await box.own.keyring.publics(ORG) == {key_id: public}
    assert (await scan(box, front, old)).verdict is Verdict.FORGED
    (new,) = await codes(box, receipt)
    assert (await scan(box, front, new)).verdict is Verdict.OK


async def test_a_ticket_is_good_until_the_day_after(box: Box) -> None:
    (code,), front = await codes(box, await box.sold()), await door(box)
    box.clock.advance((24 + 3 + 24 + 1) * 3600)
    assert (await scan(box, front, code)).verdict is Verdict.VOID


async def test_a_door_asks_who_scans(box: Box) -> None:
    front = await door(box)
    for who, refusal in ((OUTSIDER, NotFound), (ADA, NotFound)):
        with pytest.raises(refusal):
            await scan(box, front, "X", who=who)
    with pytest.raises(Forbidden):
        await box.own.door.lists.create(DOOR, box.night.id, Rules("Mine"))


async def test_a_ticket_of_the_sandbox_is_worth_nothing_at_a_real_door(folder: DataFolder, clock: FakeClock) -> None:
    async with open_box(folder.database, clock) as box:
        (code,), front = await codes(box, await box.bought(await box.standing())), await door(box)
        assert opened(code)[0].test
        live = services(box.db, clock, Tickets())
        assert (await scan(box, front, code, own=live)).verdict is Verdict.VOID


async def test_a_pass_opens_the_programme_for_its_hours_and_a_replay_until_its_date(box: Box) -> None:
    add, night = box.own.performances.add_item, box.night
    online = await add(OWNER, night.id, NewItem("Online", ItemKind.ONLINE, price=500, opens_live=True), [box.quota.id])
    until = night.ends_at + 48 * HOUR
    replay = await add(
        OWNER, night.id, NewItem("Replay", ItemKind.REPLAY, price=300, replay_until=until), [box.quota.id]
    )
    await box.own.performances.edit(
        OWNER, night.id, PerformanceChanges(frozenset({"programme_id"}), programme_id="programme1")
    )
    await box.bought(await box.take(Wish(online.id, 1), who=ADA), who=ADA)
    await box.bought(await box.take(Wish(replay.id, 1), who=BEN), who=BEN)
    entitled = box.own.admission.entitled
    hours = {
        night.starts_at - 2 * HOUR: (False, False),
        night.starts_at: (True, True),
        night.ends_at + 7 * HOUR: (False, True),
        until: (False, False),
    }
    for at, (ada, ben) in hours.items():
        assert bool(await entitled("ada", "programme1", at)) is ada
        assert bool(await entitled("ben", "programme1", at)) is ben
    assert await entitled("ada", "programme1", night.starts_at) == {ORG}
    assert not await entitled("ada", "another", night.starts_at)
    assert not await entitled("seller", "programme1", night.starts_at)


async def test_a_void_pass_opens_nothing_and_whoever_watches_is_looked_at_again(box: Box) -> None:
    online = await box.own.performances.add_item(
        OWNER, box.night.id, NewItem("Online", ItemKind.ONLINE, price=500, opens_live=True), [box.quota.id]
    )
    await box.own.performances.edit(
        OWNER, box.night.id, PerformanceChanges(frozenset({"programme_id"}), programme_id="programme1")
    )
    receipt = await box.bought(await box.take(Wish(online.id, 1), who=ADA), who=ADA)
    assert await box.own.admission.entitled("ada", "programme1", box.night.starts_at)
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    assert not await box.own.admission.entitled("ada", "programme1", box.night.starts_at)
    facts = await box.facts("media.tickets_changed")
    assert (facts[-1].subject, facts[-1].payload["person_id"]) == ("programme1", "ada")
