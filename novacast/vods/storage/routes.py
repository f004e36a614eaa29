"""The API of storage. Quotas are set and sweeps are made by whoever runs the server, at its command line."""

from novacast.errors import Forbidden, NotFound
from novacast.vods.storage.bodies import ForecastBody, ForecastQuery, UsageBody
from novacast.vods.storage.outlook import Outlooks
from novacast.vods.storage.quota import Quotas
from novacast.web import Call, get


class StorageRoutes:
    def __init__(self, quotas: Quotas, outlooks: Outlooks) -> None:
        self._quotas = quotas
        self._outlooks = outlooks

    @get(
        "/api/v1/organizations/{org_id}/storage",
        tag="videos",
        summary="How much room an organization's videos take",
        errors=(NotFound,),
    )
    async def usage(self, call: Call, org_id: str) -> UsageBody:
        return UsageBody.of(await self._quotas.usage(call.principal, org_id))

    @get(
        "/api/v1/organizations/{org_id}/forecast",
        tag="videos",
        summary="What a file will need before it is brought, and whether it will be taken",
        errors=(Forbidden, NotFound),
    )
    async def forecast(self, call: Call, org_id: str, query: ForecastQuery) -> ForecastBody:
        return ForecastBody.of(await self._outlooks.of(call.principal, org_id, query.announced))
