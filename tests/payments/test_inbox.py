"""Webhooks, and asking where none come: money arrives whatever is lost, doubled or in the wrong order."""

from collections.abc import AsyncIterator, Callable
from io import BytesIO

import pytest

from novacast.clock import SECOND
from novacast.errors import Malformed
from novacast.folder import DataFolder
from novacast.payments.inbox import store
from novacast.payments.inbox.models import State
from novacast.payments.inbox.routes import InboxRoutes
from novacast.payments.stripe.signatures import check
from novacast.tickets.models import OrderState, RefundState
from novacast_admin.stripe_stand_in.account import DAY
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import DISPUTED, REFUND_FAILS, SUCCESS
from novacast_admin.stripe_stand_in.webhooks import signature
from tests.fakes.clock import FakeClock
from tests.payments.paying import SIGNING, House, hooked, open_house
from tests.tickets.box import ORG, OWNER, SELLER
from tests.tickets.serving import Served, serving


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    async with hooked(house) as opened:
        yield opened


async def paid(house: House, number: str = SUCCESS) -> str:
    """Paid, and never returned from."""
    token, page = await house.begun()
    house.standin.checkout.pay(page["id"], number)
    return token


@pytest.mark.parametrize(
    ("copies", "order"), [(1, list), (3, list), (1, lambda found: found[::-1]), (2, lambda found: found[::-1])]
)
async def test_an_order_is_paid_by_webhook_however_often_and_in_whatever_order(
    house: House, served: Served, copies: int, order: Callable[[list[object]], list[object]]
) -> None:
    token = await paid(house)
    assert await house.standin.webhooks.deliver(copies=copies, order=order) == 4
    assert await house.state(token) is OrderState.AWAITING_PAYMENT, "the answer does not wait for the work"
    await house.inbox.work()
    assert await house.state(token) is OrderState.PAID
    events = [one["id"] for one in house.standin.account.events]
    states = [await house.box.db.one(store.state("stripe", one)) for one in events]
    assert [one for one in states if one is not None] == [State.WORKED, State.WORKED], "of the rest nothing follows"
    await house.box.clean()


async def test_a_webhook_before_the_return_leaves_nothing_to_do(house: House, served: Served) -> None:
    token = await paid(house)
    await house.standin.webhooks.deliver()
    await house.inbox.work()
    receipt = await house.box.own.orders.look_after(token)
    assert (receipt.order.state, len(receipt.tickets)) == (OrderState.PAID, 1)


async def test_it_is_worked_on_at_once_while_the_server_runs(house: House, served: Served) -> None:
    token = await paid(house)
    house.payments.start()
    await house.standin.webhooks.deliver()
    while await house.state(token) is not OrderState.PAID:
        pass


async def test_a_page_whose_answer_was_lost_is_known_by_its_webhook(house: House, served: Served) -> None:
    receipt = await house.order()
    house.standin.faults.plan(Fault.DROP_AFTER, "checkout/sessions")
    with pytest.raises(Exception, match="reached"):
        await house.begun(receipt)
    (page,) = house.standin.account.all("checkout.session")
    house.standin.checkout.pay(page["id"], SUCCESS)
    await house.standin.webhooks.deliver()
    await house.inbox.work()
    assert await house.state(house.token(receipt)) is OrderState.PAID


@pytest.mark.parametrize("webhooks", [True, False])
async def test_events_that_never_came_are_asked_for(folder: DataFolder, clock: FakeClock, *, webhooks: bool) -> None:
    async with open_house(folder.database, clock, webhooks=webhooks) as house:
        house.standin.webhooks.lost = True
        await house.inbox.sweep()
        token = await paid(house)
        await house.inbox.sweep()
        assert await house.state(token) is OrderState.AWAITING_PAYMENT, "it was asked a moment ago"
        clock.advance(3601 if webhooks else 301)
        await house.inbox.sweep()
        assert await house.state(token) is OrderState.PAID


async def test_without_events_at_all_a_payment_is_found_by_asking_for_it(house: House) -> None:
    token = await paid(house)
    house.box.clock.advance(61)
    await house.box.own.closing.sweep()
    assert await house.state(token) is OrderState.PAID


async def test_what_is_paid_after_it_was_called_off_is_seen_and_alarmed(house: House, served: Served) -> None:
    token, page = await house.begun()
    house.standin.webhooks.lost = True
    await house.box.own.orders.give_up(token)
    house.standin.webhooks.lost = False
    # What should never happen: a page that had ended takes money.
    page.update(status="open", url="x")
    house.standin.checkout.pay(page["id"], SUCCESS)
    await house.standin.webhooks.deliver()
    await house.inbox.work()
    assert await house.state(token) is OrderState.PAID_UNFULFILLABLE
    assert len(await house.box.facts("order.unfulfillable")) == 1


async def test_what_can_not_be_asked_about_now_is_asked_about_later(house: House, served: Served) -> None:
    token = await paid(house)
    await house.standin.webhooks.deliver()
    house.standin.faults.plan(Fault.ERROR_BEFORE, "/v1/", times=100)
    await house.inbox.work()
    assert await house.state(token) is OrderState.AWAITING_PAYMENT
    house.standin.faults.clear()
    house.box.clock.advance(6)
    house = await house.restarted()
    await house.inbox.work()
    assert await house.state(token) is OrderState.PAID
    assert await house.box.db.one(store.waiting()) == 0


async def test_a_dispute_and_a_refund_made_elsewhere_are_told_to_the_house_once(house: House, served: Served) -> None:
    token = await paid(house, DISPUTED)
    other = await paid(house)
    attempt = (await house.box.own.orders.show(other)).attempts[-1]
    page = house.standin.account.get("checkout.session", attempt.reference or "")
    house.standin.money.refund({"payment_intent": page["payment_intent"], "amount": 300})
    await house.standin.webhooks.deliver(copies=2)
    await house.inbox.work()
    assert await house.state(token) is OrderState.PAID
    assert len(await house.box.facts("order.disputed")) == 1
    assert len(await house.box.facts("payment.repaid_elsewhere")) == 1


async def test_a_bank_that_asks_about_an_order_shuts_nobody_out_and_stands_among_its_disputes(
    house: House, served: Served
) -> None:
    token = await house.paid()
    receipt = await house.box.own.orders.show(token)
    intent = house.standin.account.get("payment_intent", receipt.attempts[-1].reference or "")
    inquiry = house.standin.money.inquire(house.standin.account.get("charge", intent["latest_charge"]))
    await house.standin.webhooks.deliver(copies=2)
    await house.inbox.work()
    assert not (await house.box.own.orders.show(token)).order.disputed
    (listed,) = (await house.box.own.disputes.of_org(SELLER, ORG, None, 10)).items
    assert (listed.state, listed.order_id, listed.reference) == ("asked", receipt.order.id, inquiry["id"])
    assert listed.name == receipt.order.name
    audit = await house.box.own.proof.audit()
    assert (audit.clean, [one.what for one in audit.waiting]) == (True, ["inquiry"])
    assert len(await house.box.facts("order.inquired")) == 1
    assert (await house.box.own.disputes.evidence(SELLER, ORG, receipt.order.id)).startswith(b"%PDF")
    house.standin.money.end_inquiry(inquiry["id"], escalated=True)
    await house.standin.webhooks.deliver()
    await house.inbox.work()
    assert (await house.box.own.orders.show(token)).order.disputed
    assert [one.state for one in (await house.box.own.disputes.of_org(SELLER, ORG, None, 10)).items] == ["open"]


async def test_a_dispute_that_fits_no_payment_is_told_to_the_house_once(house: House, served: Served) -> None:
    token = await paid(house, DISPUTED)
    (dispute,) = house.standin.account.all("dispute")
    dispute["currency"] = "usd"
    await house.standin.webhooks.deliver(copies=2)
    await house.inbox.work()
    assert await house.state(token) is OrderState.PAID
    assert await house.box.facts("order.disputed") == []
    (fact,) = await house.box.facts("payment.mismatch")
    assert dispute["id"] in fact.payload["detail"]


async def test_a_refund_that_fails_days_later_is_owed_again(house: House, served: Served) -> None:
    token = await paid(house, REFUND_FAILS)
    await house.standin.webhooks.deliver()
    await house.inbox.work()
    order = (await house.box.own.orders.show(token)).order
    await house.box.own.orders.cancel(OWNER, order.org_id, order.id, "it rains")
    await house.box.own.refunds.sweep()
    (refund,) = await house.box.own.refunds.of_order(order.id)
    assert (refund.state, house.standin.money.balance("eur")) == (RefundState.SUCCEEDED, 0)
    house.box.clock.advance(4 * DAY)
    house.standin.account.tick()
    await house.standin.webhooks.deliver()
    await house.inbox.work()
    (refund,) = await house.box.own.refunds.of_order(order.id)
    assert (refund.state, refund.reason) == (RefundState.FAILED, "expired_or_canceled_card")
    assert len(await house.box.facts("refund.failed")) == 1
    await house.box.clean()


async def test_what_belongs_to_nobody_here_is_ignored(house: House, served: Served) -> None:
    house.standin.catalogue.customer({"email": "ada@example.org"})
    stranger = house.standin.money.intent(500, "eur", metadata={"attempt": "somebody else's"})
    house.standin.money.pay(stranger, SUCCESS)
    assert await house.standin.webhooks.deliver() == len(house.standin.account.events)
    await house.inbox.work()
    for event in house.standin.account.events:
        kept = event["type"] == "payment_intent.succeeded"
        assert await house.box.db.one(store.state("stripe", event["id"])) is (State.IGNORED if kept else None)


async def test_nothing_is_believed_that_is_not_signed_now(house: House, served: Served) -> None:
    at, body = (
        house.box.clock.now() // SECOND,
        b'{"id": "evt_1", "type": "refund.failed", "data": {"object": {"object": "y"}}, "created": 1}',
    )
    url = house.standin.webhooks.url
    wrong = ["", "t=1", f"t={at},v1=00", signature(body, ["whsec_other"], at), signature(body + b" ", [SIGNING], at)]
    wrong += [
        signature(body, [SIGNING], at - 301),
        signature(body, [SIGNING], at + 301),
        f"t=x,{signature(body, [SIGNING], at)}",
    ]
    for header in wrong:
        async with served.client.post(url, data=body, headers={"Stripe-Signature": header}) as answer:
            assert answer.status == 400, header
    async with served.client.post(url, data=BytesIO(b"x" * 1_048_577), headers={"Stripe-Signature": "t=1"}) as answer:
        assert answer.status == 413
    for signed in (
        b"[]",
        b"[" * 100_000,
        *(body.replace(b": 1}", odd + b"}") for odd in (b": 1e400", b": -1", b": 1%024d" % 0)),
    ):
        header = {"Stripe-Signature": signature(signed, [SIGNING], at)}
        async with served.client.post(url, data=signed, headers=header) as answer:
            assert answer.status == 400, signed[:80]
    assert await house.box.db.one(store.waiting()) == 0
    async with served.client.post(
        url, data=body, headers={"Stripe-Signature": signature(body, [SIGNING], at - 299)}
    ) as answer:
        assert answer.status == 204


def test_while_a_secret_is_rolled_both_are_good() -> None:
    for signed, known in ((["a", "b"], ["b"]), (["a"], ["b", "a"])):
        check(b"x", signature(b"x", signed, 100), known, 100 * SECOND)
    with pytest.raises(Malformed):
        check(b"x", signature(b"x", ["a"], 100), [], 100 * SECOND)


async def test_where_no_webhooks_are_set_up_none_are_taken(folder: DataFolder, clock: FakeClock) -> None:
    async with (
        open_house(folder.database, clock, webhooks=False) as house,
        serving(house.box, [InboxRoutes(house.inbox)]) as opened,
    ):
        assert (await opened.ask("POST", "/webhooks/stripe", {})).status == 404
