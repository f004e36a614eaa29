"""Devices at doors: paired once, for one list, ended at once; what they did without a network comes in later."""

import base64
from collections.abc import Sequence
from typing import Any

import pytest

from novacast import outbox
from novacast.clock import HOUR, SECOND
from novacast.errors import Conflict, Forbidden, Gone, NotFound, RateLimited, Unauthenticated
from novacast.identity import Principal, new_id
from novacast.outbox import Event as Fact
from novacast.tickets.door.devices.models import Device
from novacast.tickets.door.models import CheckinList, Decided, Standing, Verdict, Wish
from tests.tickets.box import ADA, DOOR, ORG, OUTSIDER, OWNER, PRODUCER, SELLER, Box
from tests.tickets.doors import codes, door, scan, sold_code


async def paired(box: Box, at: CheckinList, gate: str = "North") -> tuple[Device, str]:
    _, code = await box.own.door.devices.invite(OWNER, at.id, f"Phone at {gate}", gate)
    return await box.own.door.devices.pair(code, "a phone", "192.0.2.1")


def decided(
    box: Box, code: str, *, passed: bool = True, ago: float = 0, offset: int | None = 0, **wish: Any
) -> Decided:
    """`ago`: seconds by the device's clock, which lacks `offset`."""
    at = box.clock.now() - round(ago * SECOND) - (offset or 0)
    return Decided(Wish(**{"id": new_id(), "code": code, **wish}), passed, at, offset)


async def deliver(box: Box, token: str, *scans: Decided, fast: int = 0) -> Sequence[tuple[str, bool]]:
    """`fast`: microseconds that the device's clock is ahead."""
    _, post = await box.own.door.devices.post(token)
    done = await box.own.door.scanning.deliver(post, box.clock.now() + fast, scans)
    return [(one.verdict.value, incident) for one, incident in done]


async def test_a_code_pairs_one_device_once_and_for_ten_minutes(box: Box) -> None:
    front, devices = await door(box, gates=("North", "South")), box.own.door.devices
    invited, code = await devices.invite(OWNER, front.id, "Phone", "")
    assert (invited.gate, invited.state(box.clock.now())) == ("North", "waiting")
    device, token = await devices.pair(f" {code[:5].lower()}-{code[5:]} ", "a phone", "192.0.2.1")
    assert (device.id, (await devices.known(token)).list_id) == (invited.id, front.id)
    with pytest.raises(Gone):
        await devices.pair(code, "another", "192.0.2.2")
    late, code = await devices.invite(OWNER, front.id, "Late", "South")
    box.clock.advance(601)
    with pytest.raises(Gone):
        await devices.pair(code, "late", "192.0.2.3")
    _, fresh = await devices.renew(DOOR, late.id)
    await devices.pair(fresh, "late", "192.0.2.3")
    with pytest.raises(Conflict):
        await devices.renew(DOOR, late.id)


async def test_codes_cannot_be_guessed_by_trying(box: Box) -> None:
    for number in range(10):
        with pytest.raises(Gone):
            await box.own.door.devices.pair(f"GUESS{number}", "x", "192.0.2.9")
    with pytest.raises(RateLimited):
        await box.own.door.devices.pair("GUESS", "x", "192.0.2.9")


async def test_a_device_is_revoked_in_the_middle_of_its_work(box: Box) -> None:
    front, devices = await door(box), box.own.door.devices
    device, token = await paired(box, front)
    _, post = await devices.post(token)
    await box.own.door.scanning.scan(post, Wish(new_id(), await sold_code(box)))
    await devices.revoke(DOOR, device.id)
    # It had been let in already when its token was revoked.
    with pytest.raises(Unauthenticated):
        await box.own.door.scanning.scan(post, Wish(new_id(), await sold_code(box)))
    for attempt in (devices.known(token), devices.principal(token), deliver(box, token)):
        with pytest.raises(Unauthenticated):
            await attempt
    assert [one.subject for one in await box.facts("session.revoked")] == [device.id]
    (listed,) = await devices.of_performance(DOOR, box.night.id)
    assert listed.state(box.clock.now()) == "revoked"


async def test_a_device_hears_of_its_list_and_performance_alone(box: Box) -> None:
    front, other, devices = await door(box), await door(box), box.own.door.devices
    device, token = await paired(box, front)
    who = await devices.principal(token)
    assert (who.device_id, who.signed_in, dict(who.roles)) == (device.id, False, {})
    looked = [await devices.may_look(who, one) for one in (front.id, box.night.id, other.id, ORG)]
    assert looked == [True, True, False, False]
    assert not await devices.may_look(Principal(person_id="x", session_id=device.id), front.id)
    await devices.leave(token)
    assert not await devices.may_look(who, front.id)


async def test_a_device_is_over_a_day_after_its_performance(box: Box) -> None:
    front = await door(box)
    device, token = await paired(box, front)
    box.clock.advance((24 + 3 + 24) * 3600 + 1)
    with pytest.raises(Unauthenticated):
        await box.own.door.devices.known(token)
    with pytest.raises(Conflict):
        await box.own.door.devices.invite(OWNER, front.id, "Late", "")
    assert device.until == box.night.ends_at + 24 * HOUR


async def test_devices_end_with_the_role_of_who_paired_them(box: Box) -> None:
    front, devices = await door(box), box.own.door.devices
    _, code = await devices.invite(SELLER, front.id, "Phone", "")
    _, token = await devices.pair(code, "a phone", "192.0.2.1")

    def fact(role: str | None) -> Fact:
        payload = {"org_id": ORG, "person_id": "seller", "role": role}
        return Fact(1, box.clock.now(), "member.changed", "seller", f"org:{ORG}", payload)

    await devices.hear(fact("door"))
    await devices.known(token)
    await devices.hear(fact("moderator"))
    with pytest.raises(Unauthenticated):
        await devices.known(token)
    _, other = await paired(box, front)
    await devices.hear(Fact(2, box.clock.now(), "organization.deleted", ORG, f"org:{ORG}", {}))
    with pytest.raises(Unauthenticated):
        await devices.known(other)


@pytest.mark.parametrize(("who", "refusal"), [(ADA, NotFound), (OUTSIDER, NotFound)])
async def test_strangers_pair_and_revoke_nothing(box: Box, who: Principal, refusal: type[Exception]) -> None:
    front = await door(box)
    device, _ = await paired(box, front)
    for attempt in (
        box.own.door.devices.invite(who, front.id, "Mine", ""),
        box.own.door.devices.revoke(who, device.id),
        box.own.door.devices.of_performance(who, box.night.id),
    ):
        with pytest.raises(refusal):
            await attempt


async def test_two_devices_without_a_network_let_one_ticket_in_and_that_is_an_incident(box: Box) -> None:
    front, code = await door(box), await sold_code(box)
    north, south = [(await paired(box, front, gate))[1] for gate in ("North", "South")]
    box.clock.advance(600)
    at_north, at_south = decided(box, code, ago=300), decided(box, code, ago=240)
    assert await deliver(box, south, at_south) == [("ok", False)]
    assert await deliver(box, north, at_north) == [("used", True)]
    (incident,) = await box.own.door.lists.incidents(DOOR, box.night.id)
    assert (incident.gate, incident.other_gate, incident.verdict) == ("North", "South", Verdict.USED)
    assert incident.other_at is not None
    assert incident.other_at - incident.at == 60 * SECOND
    # The network breaks before the answer comes: the same again does nothing.
    assert await deliver(box, north, at_north) == [("used", True)]
    assert len(await box.own.door.lists.incidents(DOOR, box.night.id)) == 1
    gates, _ = await box.own.door.lists.gates(DOOR, front.id)
    assert [(one.name, one.entries) for one in gates] == [("North", 1), ("South", 1)]
    settled = await box.own.door.lists.settle(DOOR, incident.id)
    assert (settled.settled_at, settled.settled_by) == (box.clock.now(), "door")
    await box.clean()


async def test_what_a_device_refused_is_written_down_and_lets_nobody_in(box: Box) -> None:
    front, code = await door(box), await sold_code(box)
    _, token = await paired(box, front)
    assert await deliver(box, token, decided(box, code, passed=False)) == [("ok", False)]
    assert (await scan(box, front, code)).verdict is Verdict.OK


async def test_a_scan_whose_answer_was_lost_is_the_same_scan(box: Box) -> None:
    front, code = await door(box), await sold_code(box)
    _, token = await paired(box, front)
    _, post = await box.own.door.devices.post(token)
    first = await box.own.door.scanning.scan(post, Wish("scan-lost-1", code))
    assert await deliver(box, token, decided(box, code, id="scan-lost-1")) == [("ok", False)]
    # The answer that was lost said no, and the device had let them in by then.
    await box.own.door.scanning.scan(post, Wish("scan-lost-2", code))
    for _ in range(2):
        assert await deliver(box, token, decided(box, code, id="scan-lost-2")) == [("used", True)]
    (incident,) = await box.own.door.lists.incidents(DOOR, box.night.id)
    assert first.checkin is not None
    assert incident.other_at == first.checkin.at


async def test_tickets_that_were_cancelled_or_signed_by_an_old_key_meanwhile_are_incidents(box: Box) -> None:
    front, receipt = await door(box), await box.sold()
    (code,) = await codes(box, receipt)
    old = await sold_code(box)
    _, token = await paired(box, front)
    scans = [decided(box, code), decided(box, old)]
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    await box.own.keyring.replace(OWNER, ORG)
    assert [incident for _, incident in await deliver(box, token, *scans)] == [True, True]
    found = await box.own.door.lists.incidents(DOOR, box.night.id)
    assert {one.verdict for one in found} == {Verdict.FORGED}


async def test_somebody_let_in_on_purpose_without_a_network_is_no_incident(box: Box) -> None:
    front, code = await door(box), await sold_code(box)
    _, token = await paired(box, front)
    await scan(box, front, code)
    assert await deliver(box, token, decided(box, code, force=True)) == [("used", False)]
    page = await box.own.door.lists.passed(DOOR, front.id, None, 10)
    assert sorted(one.forced for one in page.items) == [False, True]


@pytest.mark.parametrize("wrong", [-3 * 365 * 24 * HOUR, 7 * HOUR])
async def test_a_device_with_a_wrong_clock_is_corrected(box: Box, wrong: int) -> None:
    front = await door(box, reentry=True)
    _, token = await paired(box, front)
    box.clock.advance(1000)
    entry, leaving = await codes(box, await box.sold(2))
    scans = [
        decided(box, entry, ago=500, offset=wrong),
        decided(box, leaving, ago=500, offset=wrong),
        decided(box, leaving, ago=100, offset=wrong, leaving=True),
    ]
    assert await deliver(box, token, *scans, fast=-wrong) == [("ok", False), ("ok", False), ("exit", False)]
    page = await box.own.door.lists.passed(DOOR, front.id, None, 10)
    assert [(box.clock.now() - one.at) // SECOND for one in page.items] == [100, 500, 500]


async def test_a_device_that_never_heard_the_server_is_corrected_as_it_delivers(box: Box) -> None:
    front, code = await door(box), await sold_code(box)
    _, token = await paired(box, front)
    box.clock.advance(1000)
    behind = 5 * HOUR
    at = box.clock.now() - behind - 60 * SECOND
    done = Decided(Wish(new_id(), code), True, at, None)
    assert await deliver(box, token, done, fast=-behind) == [("ok", False)]
    page = await box.own.door.lists.passed(DOOR, front.id, None, 10)
    assert page.items[0].at == box.clock.now() - 60 * SECOND


async def test_an_exit_that_comes_before_its_entry_leaves_nobody_inside(box: Box) -> None:
    front, code = await door(box, reentry=True), await sold_code(box)
    north, south = [(await paired(box, front, gate))[1] for gate in ("North", "South")]
    box.clock.advance(600)
    await deliver(box, south, decided(box, code, ago=60, leaving=True))
    assert await deliver(box, north, decided(box, code, ago=300)) == [("ok", False)]
    gates, _ = await box.own.door.lists.gates(DOOR, front.id)
    assert sum(one.inside for one in gates) == 0


async def test_the_picture_tells_how_each_ticket_stands_and_facts_keep_it_true(box: Box) -> None:
    front = await door(box, reentry=True)
    gone, inside, left, anew = [await box.sold() for _ in range(4)]
    await box.own.orders.cancel(SELLER, ORG, gone.order.id, "")
    for receipt in (inside, left):
        await scan(box, front, (await codes(box, receipt))[0])
    await scan(box, front, (await codes(box, left))[0], leaving=True)
    await box.own.admission.reissue(SELLER, ORG, anew.tickets[0].id, "Ben")
    picture = await box.own.door.pictures.take(front)
    bits = base64.b64decode(picture.standings)
    found = [bits[n // 4] >> n % 4 * 2 & 3 for n in range(5)]
    assert found == [Standing.NONE, Standing.NONE, Standing.INSIDE, Standing.LEFT, Standing.EXPECTED]
    assert list(picture.serials) == [(4, 2)]
    assert picture.taken == [box.seats.number, box.room.number]
    told = [(one.topic, one.payload["ordinals"], one.payload["serial"]) for one in await facts(box, "ticket.")]
    assert told[-2:] == [("ticket.voided", [[1, 1]], 1), ("ticket.reissued", [[4, 4]], 2)]
    assert all(one.seq <= picture.seq for one in await facts(box, "ticket."))


async def facts(box: Box, family: str) -> Sequence[Fact]:
    return [one for one in await box.db.all(outbox.after(0, 10_000)) if one.topic.startswith(family)]


async def test_ten_thousand_tickets_are_told_as_one_stretch(box: Box) -> None:
    await box.sold(5)
    (told,) = await facts(box, "ticket.issued")
    assert (told.subject, told.payload) == (box.night.id, {"ordinals": [[1, 5]], "serial": 1})


async def test_who_lets_in_may_pair_and_others_of_the_house_may_not(box: Box) -> None:
    front = await door(box)
    await box.own.door.devices.invite(DOOR, front.id, "Phone", "")
    with pytest.raises(Forbidden):
        await box.own.door.devices.invite(PRODUCER, front.id, "Phone", "")
