"""Orders: how each way of paying makes tickets, and that neither money nor seats are lost on the way."""

import pytest

from novacast.clock import DAY
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from novacast.folder import DataFolder
from novacast.money import Begun, Demand, Outcome, Repaid, Repayment
from novacast.payments.ledger.service import Ledger
from novacast.settings import Tickets
from novacast.tickets.events.models import NewItem
from novacast.tickets.holds.models import HoldOver, SoldOut, Wish
from novacast.tickets.models import AttemptState, ItemKind, OrderState, TicketState
from novacast.tickets.orders.closing import Closing
from novacast.tickets.orders.models import Method, Unpayable, buyer_of
from novacast.tickets.orders.settling import settle
from novacast.tickets.sales.models import Wanted
from tests.fakes.clock import FakeClock
from tests.tickets.box import ADA, DOOR, GUEST, ORG, OUTSIDER, OWNER, SELLER, Box, open_box, seat


async def test_paid_at_a_provider_it_becomes_tickets_once(box: Box) -> None:
    receipt = await box.bought(await box.take(Wish(box.seats.id, 2), Wish(box.room.id, 1)))
    assert receipt.order.state is OrderState.PAID
    assert [one.ordinal for one in receipt.tickets] == [1, 2, 3]
    again = await box.own.orders.look_after(box.own.orders.token(receipt.order.id))
    assert again.tickets == receipt.tickets
    assert len(await box.facts("order.paid")) == 1
    await box.clean()


async def test_a_basket_is_one_order_however_often_it_is_asked_for(box: Box) -> None:
    basket = await box.standing()
    first, second = await box.order(basket), await box.order(basket)
    assert first.order.id == second.order.id
    assert len(second.attempts) == 1


async def test_what_costs_nothing_is_paid_at_once(box: Box) -> None:
    item = await box.own.performances.add_item(OWNER, box.night.id, NewItem("Gift", ItemKind.GENERAL), [box.quota.id])
    basket = await box.take(Wish(item.id, 1))
    with pytest.raises(Unpayable, match="costs nothing"):
        await box.order(basket, Method.TRANSFER)
    assert (await box.order(basket, Method.FREE)).order.state is OrderState.PAID
    with pytest.raises(Unpayable, match="costs something"):
        await box.order(await box.standing(), Method.FREE)
    with pytest.raises(Unpayable, match="box office"):
        await box.order(await box.standing(), Method.CASH)
    await box.clean()


@pytest.mark.parametrize("method", [Method.CASH, Method.CARD_TERMINAL, Method.COMPLIMENTARY])
async def test_the_box_office_sells_in_one_go(box: Box, method: Method) -> None:
    receipt = await box.sold(2, method)
    assert receipt.order.state is OrderState.PAID
    assert receipt.order.total == (0 if method is Method.COMPLIMENTARY else 2000)
    assert len(receipt.tickets) == 2
    await box.clean()


async def test_only_a_box_office_sells_and_sees_orders(box: Box) -> None:
    wishes = [Wish(box.room.id, 1)]
    for who, refusal in ((GUEST, NotFound), (OUTSIDER, NotFound), (DOOR, Forbidden)):
        with pytest.raises(refusal):
            await box.own.orders.sell(who, box.night.id, wishes, buyer_of("A", "a@example.org", "en"), Method.CASH)
        with pytest.raises(refusal):
            await box.own.sales.find(who, ORG, Wanted(), None, 10)
    receipt = await box.sold()
    with pytest.raises(NotFound):
        await box.own.orders.known(OUTSIDER, "org2", receipt.order.id)


async def test_a_transfer_keeps_its_seats_until_it_has_come(box: Box) -> None:
    receipt = await box.order(await box.standing(2), Method.TRANSFER)
    assert receipt.order.state is OrderState.AWAITING_PAYMENT
    assert receipt.order.due_at == box.night.starts_at
    box.clock.advance(3600)
    await box.own.holds.sweep()
    await box.own.closing.sweep()
    assert await box.left(box.room) == 3
    paid = await box.own.orders.mark_paid(SELLER, ORG, receipt.order.id, None)
    assert paid.order.state is OrderState.PAID
    assert len(paid.tickets) == 2
    await box.clean()


async def test_a_transfer_that_does_not_come_gives_its_seats_back(box: Box) -> None:
    receipt = await box.order(await box.standing(2), Method.TRANSFER)
    box.clock.advance(DAY / 1e6)
    assert await box.own.closing.sweep() == 1
    assert await box.used() == 0
    story = [one.action for one in await box.own.orders.story(SELLER, ORG, receipt.order.id)]
    assert story == ["order.placed", "order.expired"]
    await box.clean()


async def test_a_transfer_that_comes_too_late_is_money_that_somebody_must_look_at(box: Box) -> None:
    receipt = await box.order(await box.standing(2), Method.TRANSFER)
    box.clock.advance(DAY / 1e6)
    await box.own.closing.sweep()
    late = await box.own.orders.mark_paid(SELLER, ORG, receipt.order.id, None)
    assert late.order.state is OrderState.PAID_UNFULFILLABLE
    assert late.tickets == []
    assert [one.captured for one in late.attempts] == [0, 2000]
    assert len(await box.facts("order.unfulfillable")) == 1
    audit = await box.own.proof.audit()
    assert audit.clean
    assert [one.subject for one in audit.waiting] == [receipt.order.id]


@pytest.mark.parametrize(
    "wrong", [{"amount": 999}, {"currency": "USD"}, {"mode": "live"}, {"instance": "somebody else"}]
)
async def test_money_that_is_not_what_was_asked_for_fulfils_nothing(box: Box, wrong: dict[str, object]) -> None:
    receipt = await box.order(await box.standing())
    attempt = receipt.attempts[0]
    told = Outcome("paid", **{"amount": 1000, "currency": "EUR", "mode": "test", "instance": attempt.instance} | wrong)  # type: ignore[arg-type]  # a test's loose keywords
    for _ in range(2):
        order = await box.db.write(lambda tx: settle(tx, Ledger(), attempt.id, told))
        assert order.state is OrderState.AWAITING_PAYMENT
    assert len(await box.facts("payment.mismatch")) == 1
    audit = await box.own.proof.audit()
    assert audit.clean
    assert [one.what for one in audit.waiting] == ["payment"]
    assert await box.used() == 1


async def test_a_refused_payment_may_be_tried_again(box: Box) -> None:
    receipt = await box.decide(await box.order(await box.standing()), paid=False)
    assert receipt.order.state is OrderState.AWAITING_PAYMENT
    receipt = await box.decide(receipt)
    assert receipt.order.state is OrderState.PAID
    assert [one.state for one in receipt.attempts] == [AttemptState.FAILED, AttemptState.CAPTURED]
    assert len({one.key for one in receipt.attempts}) == 2
    await box.clean()


async def test_a_payment_that_nobody_told_of_is_found_by_asking(box: Box) -> None:
    receipt = await box.order(await box.standing())
    begun = await box.own.orders.pay(box.own.orders.token(receipt.order.id))
    assert box.own.sandbox is not None
    await box.own.sandbox.decide(begun.attempts[0].key, paid=True)
    box.clock.advance(61)
    await box.own.closing.sweep()
    assert (await box.own.orders.show(box.own.orders.token(receipt.order.id))).order.state is OrderState.PAID


async def test_an_order_that_is_not_paid_in_time_is_called_off_before_it_is_freed(box: Box) -> None:
    receipt = await box.order(await box.standing(5))
    token = box.own.orders.token(receipt.order.id)
    begun = await box.own.orders.pay(token)
    box.clock.advance(29 * 60)
    await box.own.holds.sweep()
    with pytest.raises(SoldOut):
        await box.standing()
    box.clock.advance(60)
    assert await box.own.closing.sweep() == 1
    await box.standing(5)
    assert box.own.sandbox is not None
    await box.own.sandbox.decide(begun.attempts[0].key, paid=True)
    assert (await box.own.orders.look_after(token)).order.state is OrderState.EXPIRED
    with pytest.raises(Unpayable):
        await box.own.orders.pay(token)
    await box.clean()


class Elsewhere:
    """A provider that can be out of reach, and at which somebody may have paid meanwhile."""

    name, live = "sandbox", False

    def __init__(self) -> None:
        self.reachable, self.paid = False, False

    async def begin(self, demand: Demand) -> Begun:
        return Begun("r", None)

    async def retrieve(self, demand: Demand) -> Outcome:
        if not self.reachable:
            raise Unavailable("It does not answer.")
        state = "paid" if self.paid else "unpaid"
        return Outcome(state, demand.amount, demand.currency, demand.mode, demand.instance)  # type: ignore[arg-type]  # one of two

    async def close(self, demand: Demand) -> Outcome:
        return await self.retrieve(demand)

    async def repay(self, repayment: Repayment) -> Repaid:
        return await self.repayment(repayment)

    async def repayment(self, repayment: Repayment) -> Repaid:
        if not self.reachable:
            raise Unavailable("It does not answer.")
        return Repaid("succeeded", repayment.amount, f"r-{repayment.key}")


@pytest.mark.parametrize("paid", [False, True])
async def test_a_provider_out_of_reach_keeps_the_seats_and_is_asked_again(box: Box, paid: bool) -> None:
    receipt = await box.order(await box.standing(5))
    token, elsewhere = box.own.orders.token(receipt.order.id), Elsewhere()
    closing = Closing(box.db, box.own.expiry, {"sandbox": elsewhere}, Ledger())
    box.clock.advance(31 * 60)
    for _ in range(3):
        assert await closing.sweep() == 0
        assert await box.used() == 5
    elsewhere.reachable, elsewhere.paid = True, paid
    await closing.sweep()
    order = (await box.own.orders.show(token)).order
    assert order.state is (OrderState.PAID if paid else OrderState.EXPIRED)
    assert await box.used() == (5 if paid else 0)
    await box.clean()


async def test_a_buyer_may_give_up_what_is_not_paid_and_only_that(box: Box) -> None:
    receipt = await box.order(await box.standing(2))
    token = box.own.orders.token(receipt.order.id)
    for _ in range(2):
        assert (await box.own.orders.give_up(token)).order.state is OrderState.EXPIRED
    assert await box.used() == 0
    paid = await box.bought(await box.standing())
    with pytest.raises(Conflict):
        await box.own.orders.give_up(box.own.orders.token(paid.order.id))
    with pytest.raises(HoldOver):
        await box.own.holds.release(box.own.holds.token(paid.order.hold_id))
    await box.clean()


async def test_a_cancelled_order_gives_back_its_seats_and_its_tickets_are_void(box: Box) -> None:
    receipt = await box.bought(await box.seated(seat("A", 5), seat("A", 6)))
    for _ in range(2):
        gone = await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "ill")
        assert gone.order.state is OrderState.CANCELLED
    assert {one.state for one in gone.tickets} == {TicketState.VOID}
    await box.seated(seat("A", 5), seat("A", 6))
    story = [(one.action, one.detail) for one in await box.own.orders.story(SELLER, ORG, receipt.order.id)]
    assert story[-1] == ("order.cancelled", "ill")
    await box.clean()


async def test_the_sandbox_is_refused_in_live_mode(folder: DataFolder, clock: FakeClock) -> None:
    async with open_box(folder.database, clock, Tickets(holds_per_address=1000)) as box:
        assert box.own.sandbox is None
        with pytest.raises(Unpayable, match="test mode"):
            await box.order(await box.standing(), Method.SANDBOX)
        assert not (await box.order(await box.standing(), Method.TRANSFER)).order.test


async def test_unicode_names_are_kept_and_no_address_is_refused_in_words(box: Box) -> None:
    name = "Željko Ćosić 小林 \u0623\u062d\u0645\u062f"
    receipt = await box.order(await box.standing(), buyer=buyer_of(name, "zeljko@exämple.org", "en"))
    assert receipt.order.name == name
    with pytest.raises(InvalidInput, match="no e-mail address"):
        buyer_of("A", "nowhere", "en")


async def test_orders_of_a_person_and_of_a_house_are_pages(box: Box) -> None:
    for _ in range(3):
        await box.order(await box.standing(who=ADA), who=ADA)
    page = await box.own.sales.find(SELLER, ORG, Wanted(), None, 2)
    assert len(page.items) == 2
    rest = await box.own.sales.find(SELLER, ORG, Wanted(state=OrderState.AWAITING_PAYMENT), page.next, 2)
    assert (len(rest.items), rest.next) == (1, None)
    assert len((await box.own.orders.of_person(ADA, None, 10)).items) == 3


async def test_the_sandbox_gives_back_once_for_a_key_and_never_more_than_was_paid(box: Box) -> None:
    receipt = await box.bought(await box.standing(2))
    demand, sandbox = receipt.attempts[-1].demand("x"), box.own.sandbox
    assert sandbox is not None
    first = Repayment("one", demand, 1500)
    assert await sandbox.repayment(first) == Repaid("pending", 1500, None)
    for _ in range(2):
        assert await sandbox.repay(first) == Repaid("succeeded", 1500, "sandbox-one")
    assert await sandbox.repayment(first) == Repaid("succeeded", 1500, "sandbox-one")
    assert (await sandbox.repay(Repayment("two", demand, 501))).state == "failed"
    assert (await sandbox.repay(Repayment("three", demand, 500))).state == "succeeded"
    unpaid = (await box.order(await box.standing())).attempts[-1].demand("x")
    assert (await sandbox.repay(Repayment("four", unpaid, 1))).state == "failed"
