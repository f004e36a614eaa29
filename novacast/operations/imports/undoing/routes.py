"""The admin API of undoing imports."""

from functools import partial

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.operations.imports.routes import ONE
from novacast.operations.imports.undoing.bodies import KeptBody, KeptPageBody, UndoneBody
from novacast.operations.imports.undoing.service import Undoing
from novacast.web import Call, ListQuery, get, post

UNDO = f"{ONE}/undo"
_get, _post = (partial(one, tag="admin", scope="admin") for one in (get, post))


class UndoRoutes:
    def __init__(self, undoing: Undoing) -> None:
        self._undoing = undoing

    @_post(
        UNDO,
        status=202,
        idempotent=False,
        summary="Take back what an import made",
        errors=(Forbidden, NotFound, Conflict),
    )
    async def begin(self, call: Call, import_id: str) -> UndoneBody:
        """A worker does it. What was used or changed since stays, and is named."""
        return UndoneBody.of(await self._undoing.begin(call.principal, import_id))

    @_get(UNDO, summary="How far that is", errors=(Forbidden, NotFound))
    async def show(self, call: Call, import_id: str) -> UndoneBody:
        return UndoneBody.of(await self._undoing.show(call.principal, import_id))

    @_get(f"{UNDO}/kept", summary="What stays of an import that was undone", errors=(Forbidden, NotFound, InvalidInput))
    async def kept(self, call: Call, import_id: str, query: ListQuery) -> KeptPageBody:
        page = await self._undoing.kept(call.principal, import_id, query.cursor, query.limit)
        return KeptPageBody.of(page, KeptBody.of)
