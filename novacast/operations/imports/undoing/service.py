"""Takes back what an import made and nobody has touched since: thing by thing, in short transactions, each with the
note that it is gone. Whoever was cut off is followed by one that begins anew, and finds less to do.
"""

import asyncio
from collections.abc import Callable, Mapping

from novacast.database import Database, IntegrityError, Page, Transaction, keyset
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.importing import Kind, Made, Undoes
from novacast.jobs import JobQueue
from novacast.operations.imports import store as imports
from novacast.operations.imports.models import UNDER_WAY, Import
from novacast.operations.imports.service import Imports
from novacast.operations.imports.undoing import store
from novacast.operations.imports.undoing.models import BATCH, LEASE, ORDER, Kept, Undone

JOB = "operations.undo_import"
REST = 0.002
"""Seconds between two transactions, in which others write."""
Tell = Callable[[Undone], None]


class Undoing:
    def __init__(self, db: Database, queue: JobQueue, all_: Imports, undoers: Mapping[Kind, Undoes]) -> None:
        self._db, self._queue, self._imports, self._undoers = db, queue, all_, undoers

    async def begin(self, principal: Principal, import_id: str, *, here: bool = False) -> Undone:
        """`here`: the caller runs it. Once more, it looks again at what stayed. Raises Forbidden, NotFound,
        Conflict."""
        await self._imports.show(principal, import_id)

        def unit(tx: Transaction) -> Undone:
            one = _of(tx, import_id)
            if one.state in UNDER_WAY:
                raise Conflict(text("This import is under way. Stop it first."))
            if not tx.one(store.count(import_id)):
                raise Conflict(text("There is nothing here that this import made."))
            known = tx.one(store.undone(import_id))
            if known is None or known.ended_at is not None:
                store.begin(tx, import_id, principal.person_id)
            if not here:
                self._queue.enqueue_after(tx, JOB, import_id, prompt=True)
            return _known(tx, import_id)

        return await self._db.write(unit)

    async def show(self, principal: Principal, import_id: str) -> Undone | None:
        """None: nobody wanted it. Raises Forbidden, NotFound."""
        await self._imports.show(principal, import_id)
        return await self._db.one(store.undone(import_id))

    async def kept(self, principal: Principal, import_id: str, cursor: str | None, limit: int) -> Page[Kept]:
        """What stays, and why. Raises Forbidden, NotFound, InvalidInput."""
        await self._imports.show(principal, import_id)
        (behind,) = keyset(cursor, int) or (0,)
        return Page.of(await self._db.all(store.kept(import_id, behind, limit + 1)), limit, lambda one: (one.n,))

    async def work(self, import_id: str) -> None:
        """A job."""
        await self.run(import_id)

    async def run(self, import_id: str, tell: Tell = lambda _: None) -> None:
        """To its end."""
        one, undone = await self._db.one(imports.one(import_id)), await self._db.one(store.undone(import_id))
        if one is None or undone is None or undone.ended_at is not None:
            return
        await self._db.write(lambda tx: store.again(tx, import_id))
        for kind in ORDER:
            behind = ""
            while some := await self._db.all(store.made(import_id, kind, behind, BATCH)):
                await self._batch(one, undone.person_id, some)
                behind = some[-1].id
                tell(await self._db.one(store.undone(import_id)) or undone)
                await asyncio.sleep(REST)
        await self._db.write(lambda tx: store.end(tx, import_id))

    async def sweep(self) -> None:
        """Those whose runner is gone."""
        for import_id in await self._db.all(store.due(self._db.clock.now() - LEASE)):
            await self._db.write(lambda tx, id_=import_id: store.called(tx, id_))  # type: ignore[misc]  # a default binds the name
            self._queue.enqueue(JOB, import_id, prompt=True)

    async def _batch(self, one: Import, person_id: str | None, some: list[Made]) -> None:
        done = await asyncio.gather(*(self._one(one, person_id, made) for made in some))
        stay = [(made, why) for made, why in zip(some, done, strict=True) if isinstance(why, str)]
        gone = sum(why for why in done if isinstance(why, int))

        def note(tx: Transaction) -> None:
            for made, why in stay:
                store.keep(tx, one.id, made, why)
            store.advance(tx, one.id, gone, len(stay))

        await self._db.write(note)

    async def _one(self, one: Import, person_id: str | None, made: Made) -> int | str:
        """How many things are gone with it, or why it stays."""
        undoer = self._undoers[one.kind]

        def mine(tx: Transaction, kind: str, id_: str) -> bool:
            return tx.one(store.is_made(one.id, kind, id_)) is not None

        def unit(tx: Transaction) -> int:
            if not mine(tx, made.kind, made.id):
                return 0
            return sum(store.drop_link(tx, one.id, id_) for id_ in undoer.undo(tx, person_id, made, mine))

        try:
            await undoer.look(made)
            return await self._db.write(unit)
        except Conflict as error:
            return error.message
        except IntegrityError as error:
            return text("The books refuse it: {why}.", why=str(error)[:200])


def _of(tx: Transaction, import_id: str) -> Import:
    found = tx.one(imports.one(import_id))
    if found is None:
        raise NotFound(text("There is no such import."))
    return found


def _known(tx: Transaction, import_id: str) -> Undone:
    found = tx.one(store.undone(import_id))
    assert found is not None, "it has begun"
    return found
