"""The API of disputes, for the house."""

from aiohttp import web

from novacast.errors import Forbidden, InvalidInput, NotFound, RateLimited
from novacast.tickets.disputes.bodies import DisputeBody, DisputesBody
from novacast.tickets.disputes.service import Disputes
from novacast.tickets.orders.routes import OF_ORG
from novacast.tickets.papers.routes import PRINTED
from novacast.web import Call, ListQuery, get

_WORK = (NotFound, Forbidden)
_PDF = {"responses": {"200": {"description": "What a bank is sent.", "content": {"application/pdf": {"schema": {}}}}}}


class DisputeRoutes:
    def __init__(self, disputes: Disputes) -> None:
        self._disputes = disputes

    @get(
        "/api/v1/organizations/{org_id}/disputes",
        tag="tickets",
        summary="Disputes of an organization, newest first",
        errors=(*_WORK, InvalidInput),
    )
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> DisputesBody:
        return DisputesBody.of(
            await self._disputes.of_org(call.principal, org_id, query.cursor, query.limit), DisputeBody.of
        )

    @get(
        f"{OF_ORG}/{{order_id}}/evidence",
        tag="tickets",
        summary="What shows that an order was delivered and used, as PDF",
        errors=(*_WORK, RateLimited),
        operation=_PDF,
    )
    async def evidence(self, call: Call, org_id: str, order_id: str) -> web.Response:
        """In your language: the order, what was agreed, what happened, who came in and who watched."""
        call.limit(PRINTED)
        body = await self._disputes.evidence(call.principal, org_id, order_id)
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="evidence-{order_id}.pdf"',
        }
        return web.Response(body=body, content_type="application/pdf", headers=headers)
