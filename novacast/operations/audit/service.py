"""The book: written by whoever lets operators in, read by operators."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from novacast.database import Database, Page, keyset
from novacast.identity import Principal, operates
from novacast.operations.audit import store
from novacast.operations.audit.models import Deed, Wanted, chained

BATCH = 1000


class Audit:
    """Fits the web kit's `Trail`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begun(
        self,
        *,
        actor: str,
        name: str,
        address: str,
        action: str,
        subject: Mapping[str, str],
        details: Mapping[str, Any],
        request_id: str,
    ) -> int:
        values = {
            "actor": actor,
            "name": name,
            "address": address,
            "action": action,
            "subject": _json(subject),
            "details": _json(details),
            "request_id": request_id,
        }
        return await self._db.write(lambda tx: store.write(tx, values))

    async def ended(self, number: int, status: int) -> None:
        await self._db.write(lambda tx: store.end(tx, number, status))

    async def listed(self, principal: Principal, wanted: Wanted, cursor: str | None, limit: int) -> Page[Deed]:
        """Latest first. Raises Forbidden, InvalidInput for a cursor of another list."""
        operates(principal)
        (before,) = keyset(cursor, int) or (store.START,)
        rows = await self._db.all(store.deeds(wanted, before, limit + 1))
        return Page.of(rows, limit, lambda deed: (deed.n,))

    async def every(self, principal: Principal, wanted: Wanted) -> AsyncIterator[Sequence[Deed]]:
        """All that `listed` would give, some at a time. Raises Forbidden before the first."""
        operates(principal)
        before = store.START
        while rows := await self._db.all(store.deeds(wanted, before, BATCH)):
            yield rows
            before = rows[-1].n

    async def broken(self) -> int | None:
        """The first line that is not as it was written, or whose line before is missing; None: all are whole."""
        before, behind = b"", 0
        while rows := await self._db.all(store.lines(behind, BATCH)):
            for number, chain, parts in rows:
                if chained(before, *parts) != chain or number != behind + 1:
                    return number
                before, behind = chain, number
        return None


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, separators=(",", ":"), default=str)
