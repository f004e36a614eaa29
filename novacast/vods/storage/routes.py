"""The API of storage. Quotas are set and sweeps are made by whoever runs the server, at its command line."""

from novacast.errors import NotFound
from novacast.vods.storage.bodies import UsageBody
from novacast.vods.storage.quota import Quotas
from novacast.web import Call, get


class StorageRoutes:
    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas

    @get(
        "/api/v1/organizations/{org_id}/storage",
        tag="videos",
        summary="How much room an organization's videos take",
        errors=(NotFound,),
    )
    async def usage(self, call: Call, org_id: str) -> UsageBody:
        return UsageBody.of(await self._quotas.usage(call.principal, org_id))
