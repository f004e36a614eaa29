"""Whether money and seats agree, once all is done that could be: whoever paid has tickets or is waited for by name."""

from novacast.tickets.models import ClaimState, OrderState
from novacast.tickets.sales.models import Wanted
from tests.tickets.box import SELLER, Box


async def agrees(box: Box) -> None:
    page = await box.own.sales.find(SELLER, box.night.org_id, Wanted(), None, 1000)
    for order in (found.order for found in page.items):
        receipt = await box.own.orders.known(SELLER, box.night.org_id, order.id)
        captured = sum(one.captured for one in receipt.attempts)
        valid = [one for one in receipt.tickets if one.state == "valid"]
        states = {one.claim.state for one in receipt.lines}
        if order.state is OrderState.PAID:
            assert captured >= order.total
            assert len(valid) == sum(one.claim.state is ClaimState.SOLD for one in receipt.lines) > 0
        elif order.state is OrderState.PARTIALLY_REFUNDED:
            assert len(valid) == sum(one.claim.state is ClaimState.SOLD for one in receipt.lines) > 0
        elif order.state is OrderState.AWAITING_PAYMENT:
            assert states == {ClaimState.PAYING}
        else:
            assert states == {ClaimState.RELEASED}
            assert not valid
        if captured and not valid:
            undone = (OrderState.PAID_UNFULFILLABLE, OrderState.CANCELLED, OrderState.REFUNDED)
            assert order.state in undone
        back = await box.own.refunds.of_order(order.id)
        if order.state in (OrderState.PAID_UNFULFILLABLE, OrderState.CANCELLED) and captured:
            assert back, "money without tickets is on its way back"
