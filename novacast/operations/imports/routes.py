"""The admin API of imports."""

from functools import partial

from aiohttp import web

from novacast.errors import Conflict, DiskFull, Forbidden, InvalidInput, Malformed, NotFound, TooLarge, UnsupportedMedia
from novacast.identity import operates
from novacast.operations.imports.bodies import (
    COLUMNS,
    ArrangeBody,
    BeginBody,
    ImportBody,
    ImportsBody,
    IssueBody,
    IssuesBody,
    IssuesQuery,
    NewImportBody,
    ReportQuery,
    as_line,
    row,
)
from novacast.operations.imports.models import LARGEST
from novacast.operations.imports.service import Imports
from novacast.web import Call, ListQuery, delete, get, patch, post, put

IMPORTS = "/api/v1/admin/imports"
ONE = f"{IMPORTS}/{{import_id}}"
_ONE = (Forbidden, NotFound)
_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}}
_FILES = {
    "responses": {
        "200": {
            "description": "A file.",
            "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/x-ndjson")},
        }
    }
}
_get, _post = (partial(one, tag="admin", scope="admin") for one in (get, post))


class ImportRoutes:
    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    @_get(IMPORTS, summary="Imports, newest first", errors=(Forbidden, InvalidInput))
    async def listed(self, call: Call, query: ListQuery) -> ImportsBody:
        return ImportsBody.of(await self._imports.listed(call.principal, query.cursor, query.limit), ImportBody.of)

    @_post(IMPORTS, status=201, idempotent=False, summary="Begin an import", errors=(Forbidden, InvalidInput))
    async def create(self, call: Call, body: NewImportBody) -> ImportBody:
        """Its file comes next: `PUT …/file`. Then say what its columns are, try it, and run it."""
        made = await self._imports.create(call.principal, body.kind, body.name, body.organization, invite=body.invite)
        return ImportBody.of(made)

    @_get(ONE, summary="An import, and how far it is", errors=_ONE)
    async def show(self, call: Call, import_id: str) -> ImportBody:
        return ImportBody.of(await self._imports.show(call.principal, import_id))

    @put(
        f"{ONE}/file",
        tag="admin",
        scope="admin",
        stream=True,
        summary="Bring its file",
        errors=(*_ONE, Conflict, DiskFull, InvalidInput, Malformed, TooLarge, UnsupportedMedia),
        operation=_BYTES,
    )
    async def receive(self, call: Call, import_id: str) -> ImportBody:
        """CSV with any separator, or JSON. Its headings are guessed; the answer says what each was taken for."""
        return ImportBody.of(await self._imports.receive(call.principal, import_id, call.chunks(LARGEST)))

    @patch(ONE, tag="admin", scope="admin", summary="Say what its columns are", errors=(*_ONE, Conflict, InvalidInput))
    async def arrange(self, call: Call, import_id: str, body: ArrangeBody) -> ImportBody:
        """Columns that are not named stay as they were guessed."""
        found = await self._imports.arrange(call.principal, import_id, body.given(), invite=body.invite)
        return ImportBody.of(found)

    @_post(
        f"{ONE}/run", status=202, idempotent=False, summary="Run it, or go on", errors=(*_ONE, Conflict, InvalidInput)
    )
    async def begin(self, call: Call, import_id: str, body: BeginBody) -> ImportBody:
        """A worker does it. What is here already is never made again, however often a file is brought."""
        return ImportBody.of(await self._imports.begin(call.principal, import_id, dry=body.dry))

    @_post(f"{ONE}/stop", idempotent=False, summary="Stop it", errors=(*_ONE, Conflict))
    async def stop(self, call: Call, import_id: str) -> ImportBody:
        """What came over stays. Run it, and it goes on where it was."""
        return ImportBody.of(await self._imports.stop(call.principal, import_id))

    @delete(ONE, tag="admin", scope="admin", status=204, summary="Forget an import", errors=(*_ONE, Conflict))
    async def remove(self, call: Call, import_id: str) -> None:
        """Its file and its report; what came over stays."""
        await self._imports.remove(call.principal, import_id)

    @_get(f"{ONE}/issues", summary="What was left out, and why", errors=(*_ONE, InvalidInput))
    async def issues(self, call: Call, import_id: str, query: IssuesQuery) -> IssuesBody:
        page = await self._imports.issues(call.principal, import_id, query.cursor, query.limit)
        return IssuesBody.of(page, IssueBody.of)

    @_get(f"{ONE}/report", summary="All of that as a file", errors=_ONE, operation=_FILES)
    async def report(self, call: Call, import_id: str, query: ReportQuery) -> web.StreamResponse:
        operates(call.principal)
        await self._imports.show(call.principal, import_id)
        kind = "text/csv" if query.format == "csv" else "application/x-ndjson"
        named = f'attachment; filename="import-{import_id}.{query.format}"'
        response = web.StreamResponse(headers={"Content-Type": f"{kind}; charset=utf-8", "Content-Disposition": named})
        await response.prepare(call.request)
        if query.format == "csv":
            await response.write(row(COLUMNS).encode())
        async for some in self._imports.report(call.principal, import_id):
            await response.write("".join(as_line(issue, query.format) for issue in some).encode())
        await response.write_eof()
        return response
