"""Money on its way back: once, by frozen keys, never more than came, and owed again where it comes to nothing."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest

from novacast.clock import DAY, HOUR
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from novacast.money import Repaid, Repayment
from novacast.payments.ledger.service import Ledger
from novacast.payments.ledger.store import balances
from novacast.tickets.cancelling.models import AmountChanged
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import AttemptState, OrderState, PerformanceState, RefundState, TicketState
from novacast.tickets.orders.models import Method, Receipt, buyer_of
from novacast.tickets.orders.settling import settle
from novacast.tickets.refunds.hearing import hear
from novacast.tickets.refunds.models import Refund, Way, Why
from novacast.tickets.refunds.service import Refunds
from tests.tickets.box import DOOR, ORG, OUTSIDER, OWNER, SELLER, Box, seat
from tests.tickets.test_orders import Elsewhere


async def refunds(box: Box, receipt: Receipt) -> Sequence[Refund]:
    return await box.own.refunds.of_order(receipt.order.id)


async def accounts(box: Box) -> dict[str, int]:
    return {one.account: one.amount for one in await box.db.all(balances(ORG, test=True)) if one.amount}


async def state(box: Box, receipt: Receipt) -> OrderState:
    return (await box.own.orders.known(SELLER, ORG, receipt.order.id)).order.state


async def test_what_is_cancelled_goes_back_by_the_way_it_came(box: Box) -> None:
    receipt = await box.bought(await box.take(Wish(box.seats.id, 1)))
    assert (await accounts(box)) == {"clearing:sandbox": 2050, "deferred:0": -2050}
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "ill")
    (refund,) = await refunds(box, receipt)
    assert (refund.state, refund.amount, refund.why) == (RefundState.REQUESTED, 2050, Why.CANCELLED)
    assert (await accounts(box)) == {"clearing:sandbox": 2050, "refunds_owed": -2050}
    await box.clean()
    await box.own.refunds.sweep()
    (refund,) = await refunds(box, receipt)
    assert (refund.state, refund.reference) == (RefundState.SUCCEEDED, f"sandbox-{refund.key}")
    attempt = (await box.own.orders.known(SELLER, ORG, receipt.order.id)).attempts[-1]
    assert (attempt.state, attempt.refunded) == (AttemptState.REFUNDED, 2050)
    assert await accounts(box) == {}
    await box.clean()


async def test_single_tickets_and_free_amounts_go_back_and_never_more_than_came(box: Box) -> None:
    receipt = await box.bought(await box.standing(3))
    order_id, ids = receipt.order.id, [one.id for one in receipt.tickets]
    await box.own.cancelling.cancel_tickets(SELLER, ORG, order_id, ids[:1], "", 400)
    grant = box.own.refunds.grant
    with pytest.raises(Forbidden):
        await grant(DOOR, ORG, order_id, 1, "")
    with pytest.raises(NotFound):
        await grant(OUTSIDER, ORG, order_id, 1, "")
    with pytest.raises(InvalidInput):
        await grant(SELLER, ORG, order_id, 2601, "")
    await grant(SELLER, ORG, order_id, 1600, "loud neighbours", given=400)
    with pytest.raises(AmountChanged):  # the second click
        await grant(SELLER, ORG, order_id, 1600, "loud neighbours", given=400)
    assert [one.amount for one in await refunds(box, receipt)] == [400, 1600]
    after = await box.own.cancelling.cancel_tickets(SELLER, ORG, order_id, ids[1:2], "", None)
    assert [one.state for one in after.tickets] == [TicketState.VOID, TicketState.VOID, TicketState.VALID]
    assert [one.amount for one in await refunds(box, receipt)] == [400, 1600, 1000]
    await box.own.orders.cancel(SELLER, ORG, order_id, "")
    assert sum(one.amount for one in await refunds(box, receipt)) == 3000
    assert await state(box, receipt) is OrderState.REFUNDED
    await box.own.refunds.sweep()
    assert await accounts(box) == {}
    await box.clean()


class Forgetful(Elsewhere):
    """Out of reach just behind the effect, as often as it is told to be."""

    def __init__(self, lost: int = 1) -> None:
        super().__init__()
        self.lost, self.given = lost, dict[str, int]()

    async def repay(self, repayment: Repayment) -> Repaid:
        self.given.setdefault(repayment.key, repayment.amount)
        if self.lost:
            self.lost -= 1
            raise Unavailable("The answer was lost.")
        return await self.repayment(repayment)

    async def repayment(self, repayment: Repayment) -> Repaid:
        known = repayment.key in self.given
        return Repaid("succeeded" if known else "pending", repayment.amount, "re_1" if known else None)


async def test_an_answer_that_is_lost_is_asked_for_by_its_key(box: Box) -> None:
    receipt = await box.bought(await box.standing(2))
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    there = Forgetful()
    own = Refunds(box.db, {"sandbox": there}, Ledger())
    await own.sweep()
    (refund,) = await refunds(box, receipt)
    assert refund.state is RefundState.SUBMITTED
    assert await own.sweep() == 0  # not yet again
    box.clock.advance(60)
    await own.sweep()
    (refund,) = await refunds(box, receipt)
    assert (refund.state, refund.reference, there.given) == (RefundState.SUCCEEDED, "re_1", {refund.key: 2000})
    await box.clean()


async def test_what_a_bank_sends_back_is_owed_again_and_given_another_way(box: Box) -> None:
    receipt = await box.bought(await box.standing(2))
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    await box.own.refunds.sweep()
    (refund,) = await refunds(box, receipt)
    told = Repaid("failed", 2000, refund.reference, "lost_or_stolen_card")
    for _ in range(2):
        await box.db.write(lambda tx: hear(tx, Ledger(), refund.id, told))
    assert await accounts(box) == {"clearing:sandbox": 2000, "refunds_owed": -2000}
    audit = await box.own.proof.audit()
    assert [(one.what, one.subject) for one in audit.waiting] == [("refund", refund.id)]
    (listed,) = (await box.own.refunds.of_org(SELLER, ORG, (), None, 10)).items
    assert (listed.again, listed.refund.reason) == (True, "lost_or_stolen_card")
    again = [await box.own.refunds.again(SELLER, ORG, refund.id, Way.CASH) for _ in range(2)]
    assert again[0].id == again[1].id
    with pytest.raises(Conflict):
        await box.own.refunds.given(SELLER, ORG, refund.id, Way.CASH, "")
    done = [await box.own.refunds.given(SELLER, ORG, again[0].id, Way.CASH, "till 2") for _ in range(2)]
    assert {(one.state, one.reference) for one in done} == {(RefundState.SUCCEEDED, "till 2")}
    assert await accounts(box) == {"clearing:sandbox": 2000, "cash": -2000}
    await box.clean()


async def test_another_amount_than_was_asked_for_is_not_believed(box: Box) -> None:
    receipt = await box.bought(await box.standing())
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    (refund,) = await refunds(box, receipt)
    with pytest.raises(Conflict, match="has not failed"):
        await box.own.refunds.again(SELLER, ORG, refund.id, None)
    own = Refunds(box.db, {"sandbox": Elsewhere()}, Ledger())
    await own.sweep()  # submitted, and out of reach
    await box.db.write(lambda tx: hear(tx, Ledger(), refund.id, Repaid("succeeded", 999, "re_1")))
    (refund,) = await refunds(box, receipt)
    assert (refund.state, refund.reason) == (RefundState.PENDING, "amount: 1000 asked, 999 told")
    assert len(await box.facts("refund.failed")) == 1


async def test_what_was_paid_at_the_counter_is_given_back_by_a_person(box: Box) -> None:
    receipt = await box.sold(2, Method.CASH)
    assert await accounts(box) == {"cash": 2000, "deferred:0": -2000}
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    await box.own.refunds.sweep()
    (refund,) = await refunds(box, receipt)
    assert refund.state is RefundState.REQUESTED
    with pytest.raises(Forbidden):
        await box.own.refunds.given(DOOR, ORG, refund.id, Way.CASH, "")
    with pytest.raises(NotFound):
        await box.own.refunds.given(SELLER, ORG, "nothing", Way.CASH, "")
    await box.own.refunds.given(SELLER, ORG, refund.id, Way.TRANSFER, "end to end 4711")
    assert await accounts(box) == {"cash": 2000, "bank": -2000}
    await box.clean()


async def test_a_refund_that_nobody_heard_of_can_go_another_way(box: Box) -> None:
    receipt = await box.bought(await box.standing())
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    (refund,) = await refunds(box, receipt)
    with pytest.raises(Conflict, match="by hand"):
        await box.own.refunds.given(SELLER, ORG, refund.id, Way.CASH, "")
    await box.own.refunds.call_off(SELLER, ORG, refund.id)
    again = await box.own.refunds.again(SELLER, ORG, refund.id, Way.CASH)
    await box.own.refunds.sweep()
    assert (await box.own.refunds.given(SELLER, ORG, again.id, Way.CASH, "")).state is RefundState.SUCCEEDED
    with pytest.raises(Conflict, match="on its way"):
        await box.own.refunds.call_off(SELLER, ORG, again.id)
    await box.clean()


async def late(box: Box, taken: Wish | None = None) -> Receipt:
    """An order of two seats that is paid after it was called off, and somebody else may have them by then."""
    receipt = await box.order(await box.seated(seat("A", 1), seat("A", 2)), Method.TRANSFER)
    await box.own.orders.give_up(box.own.orders.token(receipt.order.id))
    if taken is not None:
        buyer = buyer_of("", "", "en", needed=False)
        await box.own.orders.sell(SELLER, box.night.id, [taken], buyer, Method.COMPLIMENTARY)
    await box.own.orders.mark_paid(SELLER, ORG, receipt.order.id, None)
    assert await state(box, receipt) is OrderState.PAID_UNFULFILLABLE
    assert await accounts(box) == {"bank": 4100, "refunds_owed": -4100}
    await box.clean()
    assert await box.own.late.sweep() == 1
    assert await box.own.late.sweep() == 0
    await box.clean()
    return await box.own.orders.known(SELLER, ORG, receipt.order.id)


async def test_late_money_gets_the_same_seats_while_they_are_free(box: Box) -> None:
    receipt = await late(box)
    assert receipt.order.state is OrderState.PAID
    sold = [one for one in receipt.lines if one.claim.state == "sold"]
    assert [one.claim.seat_id for one in sold] == [seat("A", 1), seat("A", 2)]
    assert await accounts(box) == {"bank": 4100, "deferred:0": -4100}
    assert len(await box.facts("order.paid")) == 1
    quote = await box.own.cancelling.quote(box.own.orders.token(receipt.order.id))
    assert quote.left == 4100
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    assert [one.amount for one in await refunds(box, receipt)] == [4100]
    await box.clean()


async def test_late_money_gets_the_best_that_is_left_of_its_kind(box: Box) -> None:
    receipt = await late(box, Wish(box.seats.id, seats=(seat("A", 1), seat("A", 2))))
    assert receipt.order.state is OrderState.PAID
    sold = {one.claim.seat_id for one in receipt.lines if one.claim.state == "sold"}
    assert len(sold) == 2
    assert not sold & {seat("A", 1), seat("A", 2)}


async def test_late_money_goes_back_by_itself_where_nothing_is_left(box: Box) -> None:
    receipt = await late(box, Wish(box.seats.id, 19))
    assert receipt.order.state is OrderState.PAID_UNFULFILLABLE
    (refund,) = await refunds(box, receipt)
    assert (refund.why, refund.amount, refund.provider) == (Why.LATE, 4100, "transfer")
    assert len(await box.facts("order.returned")) == 1
    await box.own.refunds.given(SELLER, ORG, refund.id, Way.TRANSFER, "4711")
    assert await state(box, receipt) is OrderState.REFUNDED
    assert await accounts(box) == {}
    await box.clean()


async def test_what_was_paid_twice_goes_back_once(box: Box) -> None:
    receipt = await box.order(await box.standing(2))
    token = box.own.orders.token(receipt.order.id)
    first = (await box.own.orders.pay(token)).attempts[-1]
    await box.decide(receipt, paid=False)  # refused there, and another attempt is made
    await box.decide(receipt)
    for _ in range(2):  # the first was paid all the same
        await box.db.write(lambda tx: settle(tx, Ledger(), first.id, first.paid()))
    (refund,) = await refunds(box, receipt)
    assert (refund.why, refund.amount) == (Why.SURPLUS, 2000)
    assert await state(box, receipt) is OrderState.PAID
    assert await accounts(box) == {"clearing:sandbox": 4000, "deferred:0": -2000, "refunds_owed": -2000}
    await box.clean()


async def test_everything_of_a_cancelled_performance_goes_back_and_goes_on_after_a_crash(box: Box) -> None:
    orders = [await box.bought(await box.standing()), await box.sold(1, Method.CASH)]
    orders.append(await box.bought(await box.take(Wish(box.seats.id, 2))))
    await box.own.cancelling.cancel_tickets(SELLER, ORG, orders[2].order.id, [orders[2].tickets[0].id], "", 100)
    with pytest.raises(Conflict, match="cancelled"):
        await box.own.bulk.begin(OWNER, box.night.id)
    await box.own.performances.move(OWNER, box.night.id, PerformanceState.CANCELLED)
    with pytest.raises(Forbidden):
        await box.own.bulk.begin(SELLER, box.night.id)
    progress = await box.own.bulk.begin(OWNER, box.night.id)
    assert progress.left == 3
    assert await box.own.bulk.sweep() == 3
    assert await box.own.bulk.sweep() == 0
    await box.own.bulk.begin(OWNER, box.night.id)
    assert await box.own.bulk.sweep() == 0
    assert (await box.own.bulk.progress(OWNER, box.night.id)).left == 0
    owed = [[one.amount for one in await refunds(box, each)] for each in orders]
    assert owed == [[1000], [1000], [100, 2050]]
    await box.clean()


async def test_what_was_played_is_earned_and_comes_off_again_when_it_is_given_back(box: Box) -> None:
    receipt = await box.bought(await box.standing(3))
    await box.own.accounting.sweep()
    assert (await accounts(box))["deferred:0"] == -3000
    box.clock.set_now(box.night.ends_at + HOUR)
    for _ in range(2):
        await box.own.accounting.sweep()
    assert await accounts(box) == {"clearing:sandbox": 3000, "revenue:0": -3000}
    ids = [one.id for one in receipt.tickets][:1]
    await box.own.cancelling.cancel_tickets(SELLER, ORG, receipt.order.id, ids, "", None)
    await box.own.accounting.sweep()
    assert await accounts(box) == {"clearing:sandbox": 3000, "revenue:0": -2000, "refunds_owed": -1000}
    await box.clean()


async def test_a_transfer_that_is_waited_for_is_a_receivable(box: Box) -> None:
    receipt = await box.order(await box.standing(2), Method.TRANSFER)
    assert await accounts(box) == {"receivable": 2000, "ordered": -2000}
    await box.clean()
    await box.own.orders.mark_paid(SELLER, ORG, receipt.order.id, None)
    assert await accounts(box) == {"bank": 2000, "deferred:0": -2000}
    other = await box.order(await box.standing(1), Method.TRANSFER)
    box.clock.advance(2 * DAY / 1_000_000)
    await box.own.expiry.confirm()
    await box.own.closing.sweep()
    assert await state(box, other) is OrderState.EXPIRED
    assert await accounts(box) == {"bank": 2000, "deferred:0": -2000}
    await box.clean()


async def test_what_was_sold_before_there_was_a_ledger_is_written_into_it_once(box: Box) -> None:
    receipt = await box.bought(await box.standing(3))
    await box.order(await box.standing(1), Method.TRANSFER)
    ids = [one.id for one in receipt.tickets][:1]
    await box.own.cancelling.cancel_tickets(SELLER, ORG, receipt.order.id, ids, "", None)
    before = await accounts(box)
    with closing(sqlite3.connect(box.db.path, isolation_level=None)) as bare:
        own = "type = 'trigger' AND tbl_name IN ('ledger', 'ledger_balances', 'refunds')"
        triggers = bare.execute(f"SELECT name, sql FROM sqlite_master WHERE {own}").fetchall()
        for name, _sql in triggers:
            bare.execute(f"DROP TRIGGER {name}")
        for table in ("ledger", "ledger_balances", "refunds"):
            bare.execute(f"DELETE FROM {table}")
        for _name, sql in triggers:
            bare.execute(sql)
    for _ in range(2):
        await box.own.accounting.fill()
    assert await accounts(box) == before
    assert [one.amount for one in await refunds(box, receipt)] == [1000]
    await box.clean()
