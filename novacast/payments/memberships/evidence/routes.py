"""The API of evidence about memberships, for the house."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from novacast.errors import Forbidden, NotFound, RateLimited
from novacast.payments.invoices.routes import PRINTED
from novacast.payments.memberships.evidence.service import Evidence
from novacast.payments.memberships.studio.opening.pages import titles_of
from novacast.payments.memberships.studio.ports import Shelf
from novacast.web import Call, get

_PDF = {"responses": {"200": {"description": "What a bank is sent.", "content": {"application/pdf": {"schema": {}}}}}}


class EvidenceRoutes:
    def __init__(self, evidence: Evidence, shelves: Sequence[Shelf]) -> None:
        """`shelves`: of what memberships open."""
        self._evidence, self._shelves = evidence, shelves

    @get(
        "/api/v1/organizations/{org_id}/subscriptions/{subscription_id}/evidence",
        tag="memberships",
        summary="What shows that a membership was agreed, paid and used, as PDF",
        errors=(NotFound, Forbidden, RateLimited),
        operation=_PDF,
    )
    async def pack(self, call: Call, org_id: str, subscription_id: str) -> web.Response:
        """In your language: what was agreed, payments, what was watched with it; where a bank wants or asks something,
        log-ins as well."""
        call.limit(PRINTED)
        body = await self._evidence.pack(call.principal, org_id, subscription_id, self._titles)
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="evidence-{subscription_id}.pdf"',
        }
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def _titles(self, org_id: str, ids: Sequence[str]) -> Mapping[str, str]:
        return await titles_of(self._shelves, org_id, ids)
