"""Lists of a door and their rules: who passes where, when, how often; and all that is said is written down."""

import asyncio

import pytest

from novacast.clock import HOUR, SECOND
from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.tickets import store as books
from novacast.tickets.door.models import Rules, Verdict
from novacast.tickets.events.models import NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method, buyer_of
from tests.tickets.box import ADA, DOOR, ORG, OUTSIDER, OWNER, SELLER, Box
from tests.tickets.doors import codes, door, scan, sold_code


async def test_a_list_opens_and_closes_at_its_hours(box: Box) -> None:
    code, now = await sold_code(box), box.clock.now()
    front = await door(box, opens_at=now + HOUR, closes_at=now + 2 * HOUR)
    assert (await scan(box, front, code)).verdict is Verdict.TOO_EARLY
    box.clock.advance(2 * 3600)
    assert (await scan(box, front, code)).verdict is Verdict.TOO_LATE
    box.clock.advance(-1)
    assert (await scan(box, front, code)).verdict is Verdict.OK


async def test_whoever_is_inside_may_leave_after_the_list_has_closed(box: Box) -> None:
    code, now = await sold_code(box), box.clock.now()
    front = await door(box, closes_at=now + HOUR)
    await scan(box, front, code)
    box.clock.advance(2 * 3600)
    assert (await scan(box, front, code, leaving=True)).verdict is Verdict.EXIT


async def test_nobody_leaves_who_is_not_inside(box: Box) -> None:
    code, front = await sold_code(box), await door(box)
    assert (await scan(box, front, code, leaving=True)).verdict is Verdict.NOT_INSIDE
    assert (await scan(box, front, code)).verdict is Verdict.OK


async def test_a_list_takes_seats_of_its_categories_alone(box: Box) -> None:
    parts = [{"name": name, "category": name, "rows": [{"name": "A", "count": 2}]} for name in ("Stalls", "Balcony")]
    seat_map = await box.own.seat_maps.create(OWNER, ORG, "Two parts", {"sections": parts})
    night = await box.own.performances.create(OWNER, box.night.event_id, later(box), seat_map.id)
    item = await box.own.performances.add_item(OWNER, night.id, NewItem("Seat", ItemKind.SEATED, True, 2000), [])
    balcony = await box.own.door.lists.create(OWNER, night.id, Rules("Upstairs", categories=("Balcony",)))
    found = []
    for name in ("Stalls", "Balcony"):
        wishes, buyer = [Wish(item.id, seats=(f"{name}/A/1",))], buyer_of("", "", "en", needed=False)
        receipt = await box.own.orders.sell(SELLER, night.id, wishes, buyer, Method.CASH)
        scanned = await scan(box, balcony, (await codes(box, receipt))[0])
        assert scanned.shown is not None
        found.append((scanned.verdict, scanned.shown.seat))
    assert found == [(Verdict.WRONG_LIST, "Stalls A 1"), (Verdict.OK, "Balcony A 1")]
    assert (await box.own.door.pictures.take(balcony)).elsewhere == "Ag=="
    assert (await box.own.door.lists.gates(DOOR, balcony.id))[1] == 1
    with pytest.raises(InvalidInput, match="no category"):
        await door(box, categories=("Balcony",))


async def test_a_ticket_is_used_at_each_list_by_itself(box: Box) -> None:
    code, front, bar = await sold_code(box), await door(box), await door(box)
    assert [(await scan(box, one, code)).verdict for one in (front, bar, front)] == ["ok", "ok", "used"]


async def test_a_gate_that_a_list_does_not_have_is_a_slip_of_the_asker(box: Box) -> None:
    front = await door(box, gates=("North", "South"))
    with pytest.raises(InvalidInput, match="North, South"):
        await scan(box, front, await sold_code(box), gate="West")


async def test_a_ticket_made_anew_after_its_entry_lets_nobody_in_again(box: Box) -> None:
    receipt, front = await box.sold(), await door(box)
    (old,) = await codes(box, receipt)
    await scan(box, front, old)
    await box.own.admission.reissue(SELLER, ORG, (await box.own.admission.of_order(receipt.order.id))[0].id, "Ben")
    (new,) = await codes(box, receipt)
    again = await scan(box, front, new)
    assert (again.verdict, again.before and again.before.gate) == (Verdict.USED, "A")
    assert (await scan(box, front, old)).verdict is Verdict.VOID


async def test_a_ticket_of_another_performance_is_for_another_list(box: Box) -> None:
    code = await sold_code(box)
    other = await box.own.performances.create(OWNER, box.night.event_id, later(box))
    elsewhere = await box.own.door.lists.create(OWNER, other.id, Rules("Other night"))
    assert (await scan(box, elsewhere, code)).verdict is Verdict.WRONG_LIST


def later(box: Box) -> PerformanceChanges:
    start = box.clock.now() + 48 * HOUR
    return PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + 3 * HOUR)


async def test_the_same_scan_again_gets_the_same_answer_and_lets_nobody_in_twice(box: Box) -> None:
    code, front = await sold_code(box), await door(box)
    first, again = [await scan(box, front, code, id="scan-0001") for _ in range(2)]
    assert (first.verdict, again.verdict) == (Verdict.OK, Verdict.OK)
    assert first.checkin == again.checkin
    assert (await scan(box, front, code, id="scan-0002")).verdict is Verdict.USED
    both = await asyncio.gather(*(scan(box, front, code, id="scan-0003", force=True) for _ in range(5)))
    assert len({one.checkin.id for one in both if one.checkin}) == 1


async def test_every_gate_counts_who_passed_it(box: Box) -> None:
    front = await door(box, reentry=True)
    first, second = await codes(box, await box.sold(2))
    for gate, code, leaving in (
        ("North", first, False), ("South", second, False), ("South", first, True), ("North", second, False)
    ):  # fmt: skip
        await scan(box, front, code, gate=gate, leaving=leaving)
    gates, expected = await box.own.door.lists.gates(DOOR, front.id)
    assert [(one.name, one.entries, one.exits, one.refused, one.inside) for one in gates] == [
        ("North", 1, 0, 1, 0),
        ("South", 1, 1, 0, 1),
    ]
    assert expected == 2
    counted = (await box.facts("checkin.counted"))[-1]
    assert counted.payload["gates"][0] == {"gate": "North", "entries": 1, "exits": 0, "refused": 1, "inside": 0}


async def test_a_ticket_is_found_by_name_order_and_number_and_let_in_without_its_code(box: Box) -> None:
    buyer = buyer_of("Žofia O'Brien", "z@example.org", "en")
    receipt = await box.own.orders.sell(SELLER, box.night.id, [Wish(box.room.id, 1)], buyer, Method.CASH)
    front, scanning = await door(box), box.own.door.scanning
    for words in ("o'bri", receipt.order.code.lower(), "1"):
        (found,) = await scanning.find(front, words)
        assert (found.shown.ticket.name, found.before) == ("Žofia O'Brien", None)
    assert not await scanning.find(front, "100%_")
    with pytest.raises(InvalidInput):
        await scanning.find(front, "a")
    assert (await scan(box, front, "", ticket_id=found.shown.ticket.id)).verdict is Verdict.OK
    assert (await scanning.find(front, "brien"))[0].before is not None
    with pytest.raises(NotFound):
        await scan(box, front, "", ticket_id="nothing")


async def test_a_note_is_shown_at_the_door_and_stays_when_the_ticket_is_made_anew(box: Box) -> None:
    receipt, front = await box.sold(), await door(box)
    ticket = (await box.own.admission.of_order(receipt.order.id))[0]
    await box.own.door.notes.set(SELLER, ORG, ticket.id, "  Step-free way,\n please ")
    await box.own.admission.reissue(SELLER, ORG, ticket.id, "Ben")
    (code,) = await codes(box, receipt)
    scanned = await scan(box, front, code)
    assert scanned.shown is not None
    assert (scanned.shown.note, scanned.shown.item) == ("Step-free way, please", "Standing")
    with pytest.raises(Forbidden):
        await box.own.door.notes.set(DOOR, ORG, ticket.id, "x")


async def test_who_was_let_in_although_the_list_said_no_stands_in_the_log(box: Box) -> None:
    receipt, front = await box.sold(), await door(box)
    (code,) = await codes(box, receipt)
    for _ in range(2):
        await scan(box, front, code, force=True)
    story = await box.db.all(books.story(receipt.order.id))
    forced = [one for one in story if one.action == "checkin.forced"]
    assert [(one.person_id, one.detail) for one in forced] == [("door", "used, Front, A")]


async def test_changed_rules_hold_for_the_next_scan_and_devices_are_told(box: Box) -> None:
    code, front = await sold_code(box), await door(box)
    changed = await box.own.door.lists.change(OWNER, front.id, Rules("Front", (box.seats.id,), reentry=True))
    assert (await scan(box, front, code)).verdict is Verdict.WRONG_LIST
    assert (changed.rules.items, (await box.facts("checkin.changed"))[-1].subject) == ((box.seats.id,), front.id)
    for who, refusal in ((DOOR, Forbidden), (OUTSIDER, NotFound), (ADA, NotFound)):
        with pytest.raises(refusal):
            await box.own.door.lists.change(who, front.id, Rules("Mine"))
    now = box.clock.now()
    with pytest.raises(InvalidInput, match="closes after"):
        await box.own.door.lists.change(OWNER, front.id, Rules("Front", opens_at=now, closes_at=now - SECOND))


async def test_lists_show_who_passed_latest_first(box: Box) -> None:
    front = await door(box)
    for code in await codes(box, await box.sold(3)):
        await scan(box, front, code)
        box.clock.advance(1)
    page = await box.own.door.lists.passed(DOOR, front.id, None, 2)
    rest = await box.own.door.lists.passed(DOOR, front.id, page.next, 2)
    times = [one.at for one in (*page.items, *rest.items)]
    assert (len(times), times) == (3, sorted(times, reverse=True))
    await box.clean()
