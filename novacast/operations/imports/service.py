"""Imports as operators use them: bring a file, say what its columns are, try, run, stop, read what was left out."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from novacast.clock import MINUTE
from novacast.database import Database, Page, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id, operates
from novacast.importing import Kind
from novacast.jobs import JobQueue
from novacast.operations.imports import store
from novacast.operations.imports.fields import FIELDS, TABLE, guess, source_of
from novacast.operations.imports.files import Head, ImportFiles
from novacast.operations.imports.mapping import checked
from novacast.operations.imports.models import (
    BEGINNABLE,
    FILE_KEPT,
    GOES_ON,
    LEASE,
    UNDER_WAY,
    Arrangement,
    Counts,
    Import,
    Issue,
    State,
)
from novacast.operations.imports.running import Running, Tell
from novacast.texts import printable

JOB = "operations.import"
SLICE_SECONDS = 40.0
"""Of one job: a long import lets others have the worker in between."""
BATCH = 1000
CALLED_AGAIN = 5 * MINUTE
"""Where no worker took what waits."""
_NONE = text("There is no such import.")


class Imports:
    def __init__(self, db: Database, queue: JobQueue, files: ImportFiles, running: Running) -> None:
        self._db, self._queue, self._files, self._running = db, queue, files, running

    async def create(
        self,
        principal: Principal,
        kind: Kind,
        name: str,
        org_id: str = "",
        *,
        invite: bool = False,
    ) -> Import:
        """Its file comes next. Raises Forbidden, InvalidInput."""
        operates(principal)
        if kind is not Kind.USERS and not org_id:
            raise InvalidInput.field("organization", text("Say for which organization."), "required")

        def unit(tx: Transaction) -> Import:
            made = _new(principal, kind, name, org_id, tx.now, invite=invite)
            store.add(tx, made)
            return made

        return await self._db.write(unit)

    async def receive(self, principal: Principal, import_id: str, chunks: AsyncIterator[bytes]) -> Import:
        """Its file, and a first guess of what its columns are. Raises Forbidden, NotFound, Conflict, DiskFull, and
        InvalidInput for what is no table."""
        one = await self.show(principal, import_id)
        _still(one, UNDER_WAY | {State.DONE})
        arrived = await self._files.receive(import_id, chunks)
        try:
            head = await asyncio.to_thread(self._files.look, import_id, one.kind)
        except Exception:
            await asyncio.to_thread(self._files.remove, import_id)
            raise
        source = source_of(head.headings) if not one.mapping.source else one.mapping.source
        if source == TABLE and _is_pretix(head, one.kind):
            source = "pretix"
        columns = guess(one.kind, head.headings, source) | dict(one.mapping.columns)

        def unit(tx: Transaction) -> Import:
            store.arrived(
                tx,
                import_id,
                size=arrived.size,
                digest=arrived.digest,
                source=source,
                headings=head.headings,
                sample=head.sample,
            )
            mapping = Arrangement(
                columns, one.mapping.defaults, one.mapping.values, one.mapping.links, one.mapping.source
            )
            store.set_mapping(tx, import_id, mapping, source, invite=one.invite)
            return _known(tx, import_id)

        return await self._db.write(unit)

    async def receive_beside(self, principal: Principal, import_id: str, chunks: AsyncIterator[bytes]) -> Import:
        """A list of the orders whose tickets are in the file: who bought them, and what they cost in all. Raises
        Forbidden, NotFound, Conflict, DiskFull, InvalidInput."""
        one = await self.show(principal, import_id)
        _still(one, UNDER_WAY | GOES_ON | {State.DONE, State.ARRIVING})
        if one.kind is not Kind.ORDERS:
            raise InvalidInput.field("file", text("Only of orders there is a second list."))
        await self._files.receive(import_id, chunks, beside=True)
        head = await asyncio.to_thread(self._files.look, import_id, one.kind, beside=True)
        if "order" not in guess(Kind.ORDERS, head.headings, source_of(head.headings)):
            await asyncio.to_thread(self._files.beside(import_id).unlink)
            raise InvalidInput.field("file", text("No column of this list is the number of an order."))
        return one

    async def arrange(
        self,
        principal: Principal,
        import_id: str,
        given: Mapping[str, Any] | None = None,
        *,
        invite: bool | None = None,
    ) -> Import:
        """`given`: as a mapping file has it; what it does not name of the columns stays as guessed. Raises Forbidden,
        NotFound, Conflict, InvalidInput."""
        one = await self.show(principal, import_id)
        new = one.mapping if given is None else checked(given, one.kind)
        if missing := sorted(set(new.columns.values()) - set(one.headings)) if one.headings else []:
            said = text("The file has no column {names}.", names=", ".join(missing)[:200])
            raise InvalidInput.field("columns", said, "unknown")

        def unit(tx: Transaction) -> Import:
            before = _known(tx, import_id)
            _still(before, UNDER_WAY | GOES_ON | {State.DONE})
            columns = {**before.mapping.columns, **new.columns}
            mapping = Arrangement(columns, new.defaults, new.values, new.links, new.source)
            kept = before.invite if invite is None else invite
            store.set_mapping(tx, import_id, mapping, new.source or before.source, invite=kept)
            return _known(tx, import_id)

        return await self._db.write(unit)

    async def begin(self, principal: Principal, import_id: str, *, dry: bool, here: bool = False) -> Import:
        """Run it, or go on where it was. `dry`: only say what would happen. `here`: the caller runs it. Raises
        Forbidden, NotFound, Conflict, InvalidInput where a column is missing."""
        await self.show(principal, import_id)

        def unit(tx: Transaction) -> Import:
            one = _known(tx, import_id)
            if one.state not in BEGINNABLE:
                raise Conflict(_why_not(one))
            _check_needed(one)
            store.wait(tx, import_id, dry=dry, again=one.state not in GOES_ON or one.dry or dry)
            if not here:
                store.called(tx, import_id)
                self._queue.enqueue_after(tx, JOB, import_id, prompt=True)
            return _known(tx, import_id)

        return await self._db.write(unit)

    async def run(self, import_id: str, tell: Tell = lambda one: None) -> None:
        """To its end, in this process."""
        await self._running.run(import_id, tell)

    async def work(self, import_id: str) -> None:
        """A job: a slice of it, and a call for the next."""
        if not await self._running.run(import_id, seconds=SLICE_SECONDS):
            self._queue.enqueue(JOB, import_id, prompt=True)

    async def stop(self, principal: Principal, import_id: str) -> Import:
        """What came over stays; it can go on later. Raises Forbidden, NotFound, Conflict."""
        await self.show(principal, import_id)

        def unit(tx: Transaction) -> Import:
            one = _known(tx, import_id)
            if one.state not in UNDER_WAY:
                raise Conflict(text("This import is not under way."))
            store.end(tx, import_id, State.STOPPED)
            return _known(tx, import_id)

        return await self._db.write(unit)

    async def remove(self, principal: Principal, import_id: str) -> None:
        """The file and the report, not what came over. Raises Forbidden, NotFound, Conflict while it is under way."""
        _still(await self.show(principal, import_id), UNDER_WAY)
        await self._db.write(lambda tx: store.drop(tx, import_id))
        await asyncio.to_thread(self._files.remove, import_id)

    async def show(self, principal: Principal, import_id: str) -> Import:
        """Raises Forbidden, NotFound."""
        operates(principal)
        found = await self._db.one(store.one(import_id))
        if found is None:
            raise NotFound(_NONE)
        return found

    async def listed(self, principal: Principal, cursor: str | None, limit: int) -> Page[Import]:
        """Newest first. Raises Forbidden."""
        operates(principal)
        after = keyset(cursor, int, str) or (2**62, "")
        rows = await self._db.all(store.listed(after, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def unfinished(self, principal: Principal, kind: Kind, org_id: str, digest: str) -> Import | None:
        operates(principal)
        return await self._db.one(store.unfinished(kind, org_id, digest))

    async def issues(
        self, principal: Principal, import_id: str, cursor: str | None = None, limit: int = 100
    ) -> Page[Issue]:
        """In the order of the file. Raises Forbidden, NotFound, InvalidInput."""
        await self.show(principal, import_id)
        (behind,) = keyset(cursor, int) or (0,)
        rows = await self._db.all(store.issues(import_id, behind, limit + 1))
        return Page.of(rows, limit, lambda one: (one.n,))

    async def report(self, principal: Principal, import_id: str) -> AsyncIterator[Sequence[Issue]]:
        """All that was left out, some at a time. Raises Forbidden, NotFound before the first."""
        await self.show(principal, import_id)
        behind = 0
        while rows := await self._db.all(store.issues(import_id, behind, BATCH)):
            yield rows
            behind = rows[-1].n

    async def sweep(self) -> None:
        """Those whose runner is gone go on; files that nobody brings go."""
        now = self._db.clock.now()
        for import_id in await self._db.all(store.due(now - LEASE, now - CALLED_AGAIN)):
            await self._db.write(lambda tx, id_=import_id: store.called(tx, id_))  # type: ignore[misc]  # a default binds the name
            self._queue.enqueue(JOB, import_id, prompt=True)
        for import_id in await self._db.all(store.old(now - FILE_KEPT)):
            await self._db.write(lambda tx, id_=import_id: store.forget_file(tx, id_))  # type: ignore[misc]  # as above
            await asyncio.to_thread(self._files.remove, import_id)


def _new(principal: Principal, kind: Kind, name: str, org_id: str, now: int, *, invite: bool) -> Import:
    who = f"person:{principal.person_id}" if principal.person_id is not None else f"user:{principal.name}"
    return Import(
        id=new_id(),
        kind=kind,
        org_id=org_id,
        name=printable(os.path.basename(name))[:200] or kind.value,  # noqa: PTH119 - a name that somebody sent, no path here
        size=0,
        digest="",
        source="",
        headings=(),
        sample=(),
        mapping=Arrangement(),
        invite=invite,
        dry=False,
        state=State.ARRIVING,
        total=None,
        position=0,
        counts=Counts(),
        error="",
        runner="",
        beat_at=0,
        created_by=who,
        person_id=principal.person_id,
        created_at=now,
        ended_at=None,
    )


def _known(tx: Transaction, import_id: str) -> Import:
    found = tx.one(store.one(import_id))
    if found is None:
        raise NotFound(_NONE)
    return found


def _still(one: Import, forbidden: frozenset[State]) -> None:
    """Raises Conflict."""
    if one.state in forbidden:
        raise Conflict(_why_not(one))


def _why_not(one: Import) -> str:
    match one.state:
        case State.ARRIVING:
            return text("Its file is not here yet.")
        case State.WAITING | State.RUNNING:
            return text("This import is under way. Stop it first.")
        case State.DONE:
            return text("This import is done. Bring the file again for another.")
    return text("This import has begun: what its columns are stays as it was.")


def _check_needed(one: Import) -> None:
    """Raises InvalidInput with each column that is missing."""
    have = {*one.mapping.columns, *one.mapping.defaults}
    missing = [field.name for field in FIELDS[one.kind] if field.needed and field.name not in have]
    if missing:
        said = text("Say which column is {names}: no heading tells.", names=", ".join(missing))
        raise InvalidInput.field("columns", said, "required")
    if one.kind is Kind.ORDERS and not {"ticket", "item"} & have:
        said = text(
            "No column says which ticket a row is: a list of orders alone makes none. Bring the list of tickets."
        )
        raise InvalidInput.field("columns", said, "required")


def _is_pretix(head: Head, kind: Kind) -> bool:
    """Its JSON is read by the names of our fields."""
    names = {field.name for field in FIELDS[kind]}
    marks = {"pools", "item"} if kind is Kind.EVENTS else {"code", "status", "item", "position"}
    return kind is not Kind.USERS and set(head.headings) <= names and marks <= set(head.headings)
