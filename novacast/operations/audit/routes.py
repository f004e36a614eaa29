"""The API of the book of deeds."""

from aiohttp import web

from novacast.errors import Forbidden, InvalidInput
from novacast.identity import operates
from novacast.operations.audit.bodies import COLUMNS, DeedBody, DeedsBody, DeedsQuery, ExportQuery, as_line, row
from novacast.operations.audit.service import Audit
from novacast.web import Call, get

PATH = "/api/v1/admin/audit"
_FILES = {
    "responses": {
        "200": {
            "description": "A file.",
            "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/x-ndjson")},
        }
    }
}


class AuditRoutes:
    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    @get(PATH, tag="admin", scope="admin", summary="What operators did, latest first", errors=(Forbidden, InvalidInput))
    async def listed(self, call: Call, query: DeedsQuery) -> DeedsBody:
        """Whatever may change something and was asked for on the operator's socket or with an operator's token: written
        down before it was done, and never changed since."""
        page = await self._audit.listed(call.principal, query.wanted(), query.cursor, query.limit)
        return DeedsBody.of(page, DeedBody.of)

    @get(
        f"{PATH}/export",
        tag="admin",
        scope="admin",
        summary="All of it as a file",
        errors=(Forbidden,),
        operation=_FILES,
    )
    async def export(self, call: Call, query: ExportQuery) -> web.StreamResponse:
        operates(call.principal)
        kind = "text/csv" if query.format == "csv" else "application/x-ndjson"
        named = f'attachment; filename="audit.{query.format}"'
        response = web.StreamResponse(headers={"Content-Type": f"{kind}; charset=utf-8", "Content-Disposition": named})
        response.headers["Cache-Control"] = "no-store"
        await response.prepare(call.request)
        if query.format == "csv":
            await response.write(row(list(COLUMNS)).encode())
        async for some in self._audit.every(call.principal, query.wanted()):
            await response.write("".join(as_line(deed, query.format) for deed in some).encode())
        await response.write_eof()
        return response
