"""Memberships as watch pages offer them. Fits tickets' `Memberships` without knowing of it."""

from collections.abc import Sequence

from novacast.payments.memberships.plans import Plans
from novacast.payments.memberships.words import price
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Opening:
    name: str
    description: str
    prices: Sequence[str]
    plans: Sequence[str]
    href: str


class MemberOffers:
    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def opening(self, org_id: str, media_id: str) -> Sequence[Opening]:
        """What a house offers that opens this, in the language that is being spoken."""
        return [
            Opening(
                name=one.tier.name,
                description=one.tier.description,
                prices=[price(plan.price, plan.currency, plan.interval) for plan in one.plans],
                plans=[plan.id for plan in one.plans],
                href=f"/memberships/{org_id}",
            )
            for one in await self._plans.offered(org_id)
            if media_id in one.media
        ]
