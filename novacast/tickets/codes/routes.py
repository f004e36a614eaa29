"""The API of codes, for those who arrange. Buyers bring them to baskets."""

from collections.abc import Sequence

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.codes.bodies import (
    CodeBody,
    CodeChangesBody,
    CodesBody,
    ManyCodesBody,
    ManyMadeBody,
    NewCodeBody,
)
from novacast.tickets.codes.models import Code
from novacast.tickets.codes.service import Codes
from novacast.tickets.events.routes import EVENT
from novacast.web import Call, ListQuery, get, patch, post

_WORK = (InvalidInput, NotFound, Forbidden)
_CHANGES = (*_WORK, Conflict)


class CodeRoutes:
    def __init__(self, codes: Codes) -> None:
        self._codes = codes

    @get(f"{EVENT}/codes", tag="tickets", summary="Codes of an event, newest first", errors=_WORK)
    async def of_event(self, call: Call, event_id: str, query: ListQuery) -> CodesBody:
        page = await self._codes.of_event(call.principal, event_id, query.cursor, query.limit)
        return CodesBody.of(page, CodeBody.of)

    @post(f"{EVENT}/codes", tag="tickets", status=201, summary="Make a code", errors=_CHANGES)
    async def create(self, call: Call, event_id: str, body: NewCodeBody) -> CodeBody:
        then = call.remember(CodeBody.of)
        return CodeBody.of(await self._codes.create(call.principal, event_id, body.changes(), then))

    @post(f"{EVENT}/codes/many", tag="tickets", status=201, summary="Make many codes at once", errors=_CHANGES)
    async def create_many(self, call: Call, event_id: str, body: ManyCodesBody) -> ManyMadeBody:
        then = call.remember(_made)
        return _made(await self._codes.create_many(call.principal, event_id, body.changes(), body.count, then))

    @patch(f"{EVENT}/codes/{{code_id}}", tag="tickets", summary="Change a code, or switch it off", errors=_CHANGES)
    async def edit(self, call: Call, event_id: str, code_id: str, body: CodeChangesBody) -> CodeBody:
        return CodeBody.of(await self._codes.edit(call.principal, event_id, code_id, body.changes()))


def _made(codes: Sequence[Code]) -> ManyMadeBody:
    return ManyMadeBody.of(codes, CodeBody.of)
