"""What an order holds, changed after it was paid: never had twice, never unpaid, and told in its story."""

import pytest

from novacast.errors import Conflict, Forbidden, NotFound
from novacast.tickets.cancelling.models import AmountChanged, Policy
from novacast.tickets.codes.models import CodeChanges
from novacast.tickets.door.models import Verdict
from novacast.tickets.editing.models import DearerHere, Instead, OtherTax
from novacast.tickets.events.models import Item, NewItem, PerformanceChanges
from novacast.tickets.holders.models import NotYours
from novacast.tickets.holds.models import NotOnSale, SeatsTaken, SoldOut, Wish
from novacast.tickets.models import ItemKind, OrderState, TicketState, WaitingState
from novacast.tickets.orders.models import Method, Receipt, Unpayable, buyer_of
from novacast.tickets.waiting.service import Wanting
from tests.tickets.box import ADA, BEN, DOOR, GUEST, ORG, OTHER_ORG, OUTSIDER, OWNER, SELLER, Box, seat
from tests.tickets.doors import door, scan
from tests.tickets.test_disputes import told

RULES = Policy(hours=12, fee_bp=1000, fee_amount=0, returns_fees=True)


async def kind(box: Box, name: str, price: int, *, tax_bp: int = 0) -> Item:
    """Another way to stand in the same room."""
    new = NewItem(name, ItemKind.GENERAL, price=price, tax_bp=tax_bp)
    return await box.own.performances.add_item(OWNER, box.night.id, new, [box.quota.id])


def valid(receipt: Receipt) -> list[str]:
    return [one.id for one in receipt.tickets if one.state == "valid"]


async def changed(box: Box, receipt: Receipt, instead: Instead, difference: int, method: Method | None) -> Receipt:
    (ticket,) = valid(receipt)
    edit = box.own.editing.exchange
    return await edit(SELLER, ORG, receipt.order.id, ticket, instead, difference, method)


async def test_what_is_dearer_is_paid_and_what_is_cheaper_given_back(box: Box) -> None:
    receipt = await box.sold(1)
    worth = box.room.price + box.room.fee
    dear, cheap = await kind(box, "Balcony", worth + 700), await kind(box, "Students", worth - 400)
    more = Instead(dear.id)
    quote = await box.own.editing.quote(SELLER, ORG, receipt.order.id, receipt.tickets[0].id, more)
    assert (quote.difference, quote.back) == (700, 0)
    with pytest.raises(Unpayable):
        await changed(box, receipt, more, 700, None)
    with pytest.raises(AmountChanged):
        await changed(box, receipt, more, 699, Method.CASH)
    after = await changed(box, receipt, more, 700, Method.CASH)
    assert (after.order.total, after.order.state) == (worth + 700, OrderState.PAID)
    assert [one.captured for one in after.attempts] == [worth, 700]
    assert len(valid(after)) == 1
    assert await box.used() == 1
    await box.clean()
    last = await changed(box, after, Instead(cheap.id), -1100, None)
    assert (last.order.total, last.order.state) == (worth + 700, OrderState.PARTIALLY_REFUNDED)
    (done,) = await box.own.cancelling.done(receipt.order.id)
    assert (done.back, done.paid, done.tickets) == (1100, 1100, tuple(valid(after)))
    assert sum(one.amount for one in await box.own.refunds.of_order(receipt.order.id)) == 1100
    back = await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    assert back.order.state is OrderState.REFUNDED
    assert sum(one.amount for one in await box.own.refunds.of_order(receipt.order.id)) == worth + 700
    assert await box.used() == 0
    await box.clean()


async def test_a_waived_difference_is_neither_paid_nor_given_back(box: Box) -> None:
    receipt = await box.sold(1)
    worth = box.room.price + box.room.fee
    dear = await kind(box, "Balcony", worth + 700)
    after = await changed(box, receipt, Instead(dear.id), 700, Method.COMPLIMENTARY)
    assert after.order.total == worth
    again = await changed(box, after, Instead(box.room.id), 0, None)
    assert again.order.total == worth, "it is worth what was paid for it"
    assert not await box.own.refunds.of_order(receipt.order.id)
    await box.clean()


async def test_one_kind_becomes_another_where_nothing_else_is_left(box: Box) -> None:
    receipt = await box.sold(1)
    other = await kind(box, "Students", box.room.price)
    await box.sold(4)
    assert await box.left(box.room) == 0
    await changed(box, receipt, Instead(other.id), -box.room.fee, None)
    assert await box.left(box.room) == 0
    await box.clean()


async def test_nothing_is_had_twice(box: Box) -> None:
    first = await box.bought(await box.seated(seat("A", 1)))
    await box.bought(await box.seated(seat("A", 5)))
    taken = Instead(box.seats.id, seat("A", 5))
    with pytest.raises(SeatsTaken):
        await changed(box, first, taken, 0, None)
    assert valid(await box.own.orders.known(SELLER, ORG, first.order.id)) == valid(first)
    with pytest.raises(Conflict):
        await changed(box, first, Instead(box.seats.id, seat("A", 1)), 0, None)
    listed = await door(box)
    codes = await box.own.admission.codes(await box.own.admission.of_order(first.order.id))
    after = await changed(box, first, Instead(box.seats.id, seat("B", 1)), 0, None)
    assert (await scan(box, listed, codes[valid(first)[0]])).verdict is Verdict.VOID
    new = await box.own.admission.codes(await box.own.admission.of_order(first.order.id))
    assert (await scan(box, listed, new[valid(after)[0]])).verdict is Verdict.OK
    with pytest.raises(Conflict, match="came in"):
        await changed(box, after, Instead(box.seats.id, seat("B", 3)), 0, None)
    await box.clean()


async def test_what_is_taxed_otherwise_is_another_sale(box: Box) -> None:
    receipt = await box.sold(1)
    with pytest.raises(OtherTax):
        await changed(box, receipt, Instead((await kind(box, "Dinner", 1000, tax_bp=1900)).id), 0, None)


async def test_tickets_are_added_through_the_same_gate(box: Box) -> None:
    receipt = await box.bought(await box.standing(2))
    add = box.own.editing.add
    after = await add(SELLER, ORG, receipt.order.id, [Wish(box.room.id, 2)], Method.CARD_TERMINAL)
    assert after.order.total == 2 * receipt.order.total
    assert len(valid(after)) == 4
    assert {one.name for one in after.tickets} == {receipt.order.name}
    with pytest.raises(Conflict):
        await add(SELLER, ORG, receipt.order.id, [Wish(box.room.id, 2)], Method.CASH)
    with pytest.raises(Unpayable):
        await add(SELLER, ORG, receipt.order.id, [Wish(box.room.id, 1)], Method.TRANSFER)
    gift = await add(SELLER, ORG, receipt.order.id, [Wish(box.room.id, 1)], Method.COMPLIMENTARY)
    assert gift.order.total == after.order.total
    assert len(await box.facts("order.changed")) == 2
    await box.clean()


async def test_a_handed_on_ticket_stays_whose_it_is(box: Box) -> None:
    receipt = await box.bought(await box.seated(seat("A", 1)), who=ADA)
    find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), receipt.tickets[0].id)
    offer = await box.own.holders.offer(ADA, find, buyer_of("Ben", "ben@example.org", "en"))
    await box.own.holders.accept(BEN, box.own.holders.link(offer.id))
    (ticket,) = valid(await box.own.orders.known(SELLER, ORG, receipt.order.id))
    await box.own.moving.move(SELLER, ORG, receipt.order.id, ticket, seat("B", 1))
    given = await box.own.holders.given(receipt.order.id)
    (theirs,) = await box.own.holders.accepted("ben")
    held = await box.own.holders.held(box.own.holders.link(theirs.id))
    assert held.ticket is not None
    assert (held.ticket.person_id, held.ticket.name) == ("ben", "Ben")
    assert held.ticket.claim_id in given
    assert not (await box.own.papers.of_order(receipt.order.id)).papers, "the buyer has it no more"
    assert len(await box.facts("ticket.handed_on")) == 2


async def test_a_buyer_changes_within_the_rules_into_what_costs_no_more(box: Box) -> None:
    receipt = await box.bought(await box.standing(1))
    worth = box.room.price + box.room.fee
    find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), receipt.tickets[0].id)
    dear, cheap = await kind(box, "Balcony", worth + 700), await kind(box, "Students", worth - 400)
    edit = box.own.editing
    with pytest.raises(NotYours):
        await edit.own_quote(find, Instead(cheap.id))
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    with pytest.raises(DearerHere):
        await edit.exchange_own(GUEST, find, Instead(dear.id), 0)
    assert (await edit.own_quote(find, Instead(cheap.id))).back == 360, "less what the event keeps"
    with pytest.raises(AmountChanged):
        await edit.exchange_own(GUEST, find, Instead(cheap.id), 400)
    after = await edit.exchange_own(GUEST, find, Instead(cheap.id), 360)
    (done,) = await box.own.cancelling.done(receipt.order.id)
    assert (done.by_buyer, done.back) == (True, 360)
    assert after.order.state is OrderState.PARTIALLY_REFUNDED
    with pytest.raises(NotYours):
        await edit.exchange_own(GUEST, find, Instead(box.room.id), 0)
    box.clock.advance(12 * 3600)
    again = box.own.holders.of_order(box.own.orders.token(receipt.order.id), valid(after)[0])
    with pytest.raises((NotYours, NotOnSale)):
        await edit.exchange_own(GUEST, again, Instead(box.room.id), 0)
    await box.clean()


async def test_what_is_dearer_is_bought_and_the_ticket_given_back_once_that_is_paid(box: Box) -> None:
    bound = PerformanceChanges(frozenset({"most_per_person"}), most_per_person=2)
    await box.own.performances.edit(OWNER, box.night.id, bound)
    receipt = await box.bought(await box.standing(2))
    token, (first, second) = box.own.orders.token(receipt.order.id), valid(receipt)
    find, edit = box.own.holders.of_order(token, first), box.own.editing
    balcony = Instead(box.seats.id, seat("A", 1))
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    with pytest.raises(Conflict, match="no more"):
        await edit.buy_dearer(GUEST, find, Instead((await kind(box, "Students", 600)).id))
    basket = await edit.buy_dearer(GUEST, find, balcony)
    with pytest.raises(Conflict, match="already"):
        await edit.buy_dearer(GUEST, find, Instead(box.seats.id, seat("B", 1)))
    placed = await box.order(basket)
    await box.decide(placed, paid=False)
    assert valid(await box.own.orders.known(SELLER, ORG, receipt.order.id)) == [first, second]
    bought = await box.decide(placed)
    assert (bought.order.total, bought.order.state) == (box.seats.price + box.seats.fee, OrderState.PAID)
    old = await box.own.orders.known(SELLER, ORG, receipt.order.id)
    assert (valid(old), old.order.state) == ([second], OrderState.PARTIALLY_REFUNDED)
    (done,) = await box.own.cancelling.done(receipt.order.id)
    assert (done.back, done.by_buyer) == (box.room.price, True), "nothing is kept of what was changed for more"
    assert await box.used() == 1
    await box.clean()


async def test_a_code_makes_nothing_dearer_so_cheap_that_a_ticket_comes_back_whole_for_less(box: Box) -> None:
    receipt = await box.bought(await box.standing(1))
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    for name, percent in (("HALF", 5500), ("TENTH", 1000)):
        off = CodeChanges(frozenset({"percent_bp"}), code=name, percent_bp=percent)
        await box.own.codes.create(OWNER, box.night.event_id, off)
    find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), receipt.tickets[0].id)
    basket = await box.own.editing.buy_dearer(GUEST, find, Instead(box.seats.id, seat("A", 1)))
    with pytest.raises(Conflict, match="no more"):
        await box.own.holds.recode(GUEST, box.token(basket), "HALF")
    cheaper = await box.own.holds.recode(GUEST, box.token(basket), "TENTH")
    assert (await box.bought(cheaper)).order.total == 1850
    (done,) = await box.own.cancelling.done(receipt.order.id)
    assert done.back == box.room.price
    await box.clean()


async def test_who_changes_a_ticket_does_not_come_before_who_waits(box: Box) -> None:
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    receipt = await box.bought(await box.seated(seat("A", 1)))
    await box.standing(5)
    waiter = await box.own.waiting.join(ADA, box.night.id, Wanting(box.room.id, 5))
    box.clock.advance(600)  # the basket is over, and no sweep has looked
    find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), receipt.tickets[0].id)
    with pytest.raises(SoldOut):
        await box.own.editing.exchange_own(GUEST, find, Instead(box.room.id), 945)
    await box.own.waiting.sweep()
    place = await box.own.waiting.show(box.own.waiting.token(waiter.id))
    assert place.waiter.state is WaitingState.OFFERED
    await box.clean()


async def test_a_ticket_that_is_promised_for_another_is_not_handed_on_meanwhile(box: Box) -> None:
    receipt = await box.bought(await box.standing(1))
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), receipt.tickets[0].id)
    offer = await box.own.holders.offer(GUEST, find, buyer_of("Ben", "ben@example.org", "en"))
    basket = await box.own.editing.buy_dearer(GUEST, find, Instead(box.seats.id, seat("A", 1)))
    with pytest.raises(Conflict, match="already"):
        await box.own.holders.accept(BEN, box.own.holders.link(offer.id))
    await box.own.holds.release(box.token(basket))
    assert (await box.own.holders.accept(BEN, box.own.holders.link(offer.id))).person_id == "ben"


async def test_a_ticket_that_was_used_meanwhile_is_not_given_back_for_another(box: Box) -> None:
    receipt = await box.bought(await box.standing(1))
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), receipt.tickets[0].id)
    placed = await box.order(await box.own.editing.buy_dearer(GUEST, find, Instead(box.seats.id, seat("A", 1))))
    codes = await box.own.admission.codes(await box.own.admission.of_order(receipt.order.id))
    assert (await scan(box, await door(box), codes[receipt.tickets[0].id])).verdict is Verdict.OK
    assert (await box.decide(placed)).order.state is OrderState.PAID
    assert not await box.own.cancelling.done(receipt.order.id)
    found = await box.own.orders.story(SELLER, ORG, placed.order.id)
    assert "ticket.not_traded" in [one.action for one in found]
    assert len(await box.facts("ticket.not_traded")) == 1
    await box.clean()


@pytest.mark.parametrize("moves", [1, 2])
async def test_a_ticket_that_the_house_moves_meanwhile_is_given_back_for_the_other_nevertheless(
    box: Box, moves: int
) -> None:
    receipt = await box.bought(await box.seated(seat("A", 1)))
    dear = await kind(box, "Best of all", 9000)
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    order, ticket = receipt.order, receipt.tickets[0]
    find = box.own.holders.of_order(box.own.orders.token(order.id), ticket.id)
    placed = await box.order(await box.own.editing.buy_dearer(GUEST, find, Instead(dear.id)))
    for number in range(moves):
        moved = await box.own.moving.move(SELLER, ORG, order.id, ticket.id, seat("B", 2 + number))
        ticket = next(one for one in moved.tickets if one.state is TicketState.VALID)
    other = box.own.holders.of_order(box.own.orders.token(order.id), ticket.id)
    with pytest.raises(Conflict, match="already"):
        await box.own.editing.buy_dearer(GUEST, other, Instead(dear.id))
    await box.clean()
    assert (await box.decide(placed)).order.state is OrderState.PAID
    (done,) = await box.own.cancelling.done(order.id)
    assert (done.back, done.tickets) == (order.total, (ticket.id,))
    after = await box.own.orders.known(SELLER, ORG, order.id)
    assert after.order.state is OrderState.CANCELLED
    await box.own.refunds.sweep()
    await box.clean()


async def test_a_disputed_order_is_not_changed_by_its_buyer(box: Box) -> None:
    receipt = await box.bought(await box.standing(1))
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    await box.own.disputes.heard("sandbox", told(receipt))
    find = box.own.holders.of_order(box.own.orders.token(receipt.order.id), receipt.tickets[0].id)
    with pytest.raises(NotYours, match="bank"):
        await box.own.editing.own_quote(find, Instead(box.room.id))


async def test_an_address_is_corrected_and_the_mail_goes_there(box: Box) -> None:
    receipt = await box.bought(await box.standing(2))
    buyer = buyer_of("Ada Lovelace", "lovelace@example.org", "en")
    after = await box.own.editing.readdress(SELLER, ORG, receipt.order.id, buyer)
    assert (after.order.name, after.order.email) == ("Ada Lovelace", "lovelace@example.org")
    assert {one.name for one in after.tickets} == {"Ada Lovelace"}
    await box.own.editing.readdress(SELLER, ORG, receipt.order.id, buyer)
    assert len(await box.facts("order.readdressed")) == 1
    found = await box.own.orders.story(SELLER, ORG, receipt.order.id)
    assert [one.action for one in found].count("order.readdressed") == 1
    await box.clean()


async def test_only_who_sells_changes_orders_of_their_own_house(box: Box) -> None:
    receipt = await box.sold(1)
    order, ticket, edit = receipt.order.id, receipt.tickets[0].id, box.own.editing
    for who, org in ((DOOR, ORG), (OUTSIDER, ORG), (OUTSIDER, OTHER_ORG)):
        with pytest.raises((Forbidden, NotFound)):
            await edit.quote(who, org, order, ticket, Instead(box.room.id))
        with pytest.raises((Forbidden, NotFound)):
            await edit.add(who, org, order, [Wish(box.room.id, 1)], Method.CASH)
        with pytest.raises((Forbidden, NotFound)):
            await edit.readdress(who, org, order, buyer_of("Eve", "eve@example.org", "en"))
