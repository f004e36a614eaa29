"""Stripe as whoever moves money."""

from collections.abc import Sequence

from novacast.money import Begun, Captured, Demand, Outcome, PayForm, Repaid, Repayment
from novacast.payments.stripe.checkout import StripeCheckout
from novacast.payments.stripe.refunds import StripeRefunds

NAME = "stripe"


class StripeProvider:
    name = NAME

    def __init__(self, checkout: StripeCheckout, refunds: StripeRefunds, *, live: bool) -> None:
        self._checkout, self._refunds = checkout, refunds
        self.live = live

    async def begin(self, demand: Demand) -> Begun:
        return await self._checkout.begin(demand)

    async def form(self, demand: Demand) -> PayForm | None:
        return await self._checkout.form(demand)

    async def retrieve(self, demand: Demand) -> Outcome:
        return await self._checkout.retrieve(demand)

    async def close(self, demand: Demand) -> Outcome:
        return await self._checkout.close(demand)

    async def repay(self, repayment: Repayment) -> Repaid:
        return await self._refunds.repay(repayment)

    async def repayment(self, repayment: Repayment) -> Repaid:
        return await self._refunds.repayment(repayment)

    async def captured(self, instance: str, since: int) -> Sequence[Captured]:
        """Payments that this installation began since an instant and that are paid, or on their way. Raises
        Unavailable."""
        return await self._checkout.captured(instance, since)
