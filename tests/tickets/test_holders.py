"""Tickets in people's hands: whoever accepts one has it, and nobody else has it any more."""

import pytest

from novacast.clock import DAY, SECOND
from novacast.errors import Conflict, NotFound
from novacast.tickets.door.models import Verdict
from novacast.tickets.holders.models import NotYours
from novacast.tickets.orders.models import Receipt, buyer_of
from tests.tickets.box import ADA, BEN, GUEST, OWNER, Box, person
from tests.tickets.doors import door, scan

TO_BEN = buyer_of("Ben", "ben@example.org", "en")


async def bought(box: Box, count: int = 1) -> tuple[Receipt, str]:
    receipt = await box.bought(await box.standing(count))
    return receipt, box.own.orders.token(receipt.order.id)


async def test_whoever_accepts_a_ticket_has_the_only_code_that_opens(box: Box) -> None:
    receipt, token = await bought(box)
    front = await door(box)
    ticket_id = receipt.tickets[0].id
    (old,) = (await box.own.papers.codes(token)).values()
    offer = await box.own.holders.offer(GUEST, box.own.holders.of_order(token, ticket_id), TO_BEN)
    assert (await box.own.papers.codes(token)).keys() == {ticket_id}, "until it is taken it stays whose it was"
    link = box.own.holders.link(offer.id)
    assert (await box.own.holders.held(link)).open
    first = await box.own.holders.accept(BEN, link)
    again = await box.own.holders.accept(BEN, link)
    assert (first.id, first.person_id, first.name, first.serial) == (again.id, "ben", "Ben", 2)
    assert await box.own.papers.codes(token) == {}
    (paper,) = (await box.own.papers.of_link(link)).papers
    assert (await scan(box, front, old)).verdict is Verdict.VOID
    assert (await scan(box, front, paper.code)).verdict is Verdict.OK
    with pytest.raises(NotYours):
        await box.own.holders.rename(box.own.holders.of_order(token, first.id), "Mallory")
    await box.clean()


async def test_a_ticket_goes_from_hand_to_hand_and_only_the_last_has_it(box: Box) -> None:
    receipt, token = await bought(box)
    one = await box.own.holders.offer(GUEST, box.own.holders.of_order(token, receipt.tickets[0].id), TO_BEN)
    first = box.own.holders.link(one.id)
    await box.own.holders.accept(GUEST, first)
    two = await box.own.holders.offer(GUEST, box.own.holders.of_link(first), buyer_of("Cleo", "cleo@example.org", "en"))
    assert (await box.own.holders.held(first)).offered is not None
    second = box.own.holders.link(two.id)
    await box.own.holders.accept(GUEST, second)
    assert (await box.own.holders.held(first)).ticket is None
    with pytest.raises(NotFound):
        await box.own.papers.of_link(first)
    assert len((await box.own.papers.of_link(second)).papers) == 1
    await box.clean()


async def test_an_offer_ends_by_a_newer_one_by_its_owner_and_by_itself(box: Box) -> None:
    receipt, token = await bought(box)
    find = box.own.holders.of_order(token, receipt.tickets[0].id)
    replaced = await box.own.holders.offer(GUEST, find, TO_BEN)
    withdrawn = await box.own.holders.offer(GUEST, find, TO_BEN)
    await box.own.holders.withdraw(GUEST, find)
    late = await box.own.holders.offer(GUEST, find, TO_BEN)
    box.clock.advance(7 * DAY / 1e6)
    for offer in (replaced, withdrawn, late):
        link = box.own.holders.link(offer.id)
        assert not (await box.own.holders.held(link)).open
        with pytest.raises(NotYours):
            await box.own.holders.accept(BEN, link)
    for forged in ("", "x.y", f"{box.own.orders.token(receipt.order.id)}"):
        with pytest.raises(NotFound):
            await box.own.holders.accept(BEN, forged)


async def test_what_somebody_came_in_with_or_what_is_void_is_not_handed_on(box: Box) -> None:
    receipt, token = await bought(box, 2)
    used, gone = receipt.tickets
    front = await door(box, reentry=True)
    codes = await box.own.papers.codes(token)
    offer = await box.own.holders.offer(GUEST, box.own.holders.of_order(token, used.id), TO_BEN)
    await scan(box, front, codes[used.id])
    with pytest.raises(Conflict, match="came in"):
        await box.own.holders.accept(BEN, box.own.holders.link(offer.id))
    later = await box.own.holders.offer(GUEST, box.own.holders.of_order(token, gone.id), TO_BEN)
    await box.own.cancelling.cancel_tickets(OWNER, "org1", receipt.order.id, [gone.id], "", None)
    with pytest.raises(NotYours):
        await box.own.holders.accept(BEN, box.own.holders.link(later.id))
    await box.clean()


async def test_an_order_is_taken_into_one_account_with_what_nobody_else_has(box: Box) -> None:
    receipt, token = await bought(box, 2)
    offer = await box.own.holders.offer(GUEST, box.own.holders.of_order(token, receipt.tickets[0].id), TO_BEN)
    await box.own.holders.accept(BEN, box.own.holders.link(offer.id))
    for _ in range(2):
        assert (await box.own.holders.claim(ADA, token)).person_id == "ada"
    with pytest.raises(Conflict, match="somebody else's account"):
        await box.own.holders.claim(person("eve"), token)
    tickets = await box.own.admission.of_order(receipt.order.id)
    assert sorted(str(one.person_id) for one in tickets if one.state == "valid") == ["ada", "ben"]
    assert [one.id for one in await box.own.holders.accepted("ben")] == [offer.id]
    await box.clean()


async def test_what_is_offered_to_an_address_is_found_by_it_until_it_is_taken_or_over(box: Box) -> None:
    receipt, token = await bought(box, 2)
    kept, taken = (box.own.holders.of_order(token, one.id) for one in receipt.tickets)
    first = await box.own.holders.offer(GUEST, kept, TO_BEN)
    second = await box.own.holders.offer(GUEST, taken, TO_BEN)
    assert {one.id for one in await box.own.holders.offers("Ben@Example.org")} == {first.id, second.id}
    assert await box.own.holders.offers("ada@example.org") == []
    await box.own.holders.accept(BEN, box.own.holders.link(second.id))
    assert [one.id for one in await box.own.holders.offers("ben@example.org")] == [first.id]
    box.clock.advance(8 * DAY / SECOND)
    assert await box.own.holders.offers("ben@example.org") == []
