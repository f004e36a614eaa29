"""The API of payouts, for the house."""

from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.payments.payouts.bodies import MismatchBody, MismatchesBody, PayoutBody, PayoutsBody
from novacast.payments.payouts.service import Payouts
from novacast.web import Call, ListQuery, get

PAYOUTS = "/api/v1/organizations/{org_id}/payouts"


class PayoutRoutes:
    def __init__(self, payouts: Payouts) -> None:
        self._payouts = payouts

    @get(PAYOUTS, tag="money", summary="Payouts, newest first", errors=(NotFound, Forbidden, InvalidInput))
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> PayoutsBody:
        """What of each is yours: several organizations may share an account at a provider."""
        return PayoutsBody.of(
            await self._payouts.of_org(call.principal, org_id, query.cursor, query.limit), PayoutBody.of
        )

    @get(
        f"{PAYOUTS}/mismatches",
        tag="money",
        summary="Where a provider's account and the books differ",
        errors=(NotFound, Forbidden),
    )
    async def mismatches(self, call: Call, org_id: str) -> MismatchesBody:
        """Of the last four months. `novacast verify` finds older ones."""
        return MismatchesBody.of(await self._payouts.mismatches(call.principal, org_id), MismatchBody.of)
