"""Brings what is in a file, record by record, each in a transaction of its own with the note that it is here.

How far it has come is noted behind each batch: a batch that was cut off is gone through again, and what it had made is
found. A dry run does the very same on a copy of the database, which is thrown away.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from itertools import islice

from novacast.database import Database, IntegrityError, Transaction
from novacast.database.connection import Guards
from novacast.database.snapshots import copy
from novacast.errors import NovaCastError, Unavailable
from novacast.i18n import text
from novacast.identity import new_id
from novacast.importing import Brought, Did, Kind, Takes, Wish
from novacast.operations.imports import store
from novacast.operations.imports.files import ImportFiles, full_disk
from novacast.operations.imports.links import KeptLinks
from novacast.operations.imports.mapping import orders_beside
from novacast.operations.imports.models import BATCH, GOES_ON, LEASE, Counts, Import, Issue, State
from novacast.operations.imports.reading import rows
from novacast.operations.imports.staging import Staged, records, stage
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

BEATS = 8.0
"""Seconds between two signs of life while no batch ends."""
TOGETHER = 8
"""Records of one commit, which keeps others from writing for some 20 ms."""
REST = 0.002
"""Seconds between two of them, in which others write."""
Tell = Callable[[Import], None]


class _Lost(Exception):
    """It was stopped, or another runs it."""


@dataclass(frozen=True, slots=True)
class _Over:
    """A record that is over with."""

    staged: Staged
    did: Did | None
    """None: it was skipped."""
    reasons: Sequence[str] = ()


class Running:
    def __init__(self, db: Database, files: ImportFiles, takers: Mapping[Kind, Takes], guards: Guards) -> None:
        self._db, self._files, self._takers, self._guards = db, files, takers, guards

    async def run(self, import_id: str, tell: Tell = lambda one: None, seconds: float | None = None) -> bool:
        """Go on with one that waits. `seconds`: after which it leaves the rest to whoever is next. Whether it is over;
        what went wrong stands in its row."""
        runner, clock = new_id(), self._db.clock
        before = clock.now() - LEASE
        if not await self._db.write(lambda tx: store.take(tx, import_id, runner, before)):
            return True
        until = None if seconds is None else clock.monotonic() + seconds
        try:
            return await self._through(import_id, runner, tell, until)
        except _Lost:
            await self._leave(import_id)
            return True
        except asyncio.CancelledError:
            # Whoever comes next need not wait until the silence has been long enough.
            await asyncio.shield(self._db.write(lambda tx: store.yielded(tx, import_id, runner)))
            raise
        except NovaCastError as error:
            said = error.message
            log.warning("import %s is cut off: %s", import_id, said)
            await self._db.write(lambda tx: store.end(tx, import_id, State.FAILED, said, runner))
            await self._leave(import_id)
            return True

    async def _leave(self, import_id: str) -> None:
        """A try that was cut off begins anew: what is in its copy is of no use."""
        one = await self._db.one(store.one(import_id))
        if one is None or one.state in GOES_ON:
            await asyncio.to_thread(self._files.forget_copy, import_id)

    async def _through(self, import_id: str, runner: str, tell: Tell, until: float | None) -> bool:
        one = await self._staged(await self._now(import_id), runner)
        async with self._place(one) as db:
            at = await self._db.one(store.place(import_id)) or 0
            with full_disk(self._files.root):
                source = records(self._files.records(import_id), at)
                while batch := await asyncio.to_thread(lambda: list(islice(source, BATCH))):
                    await self._batch(db, one, runner, batch)
                    tell(one := await self._now(import_id))
                    if until is not None and self._db.clock.monotonic() > until:
                        await self._db.write(lambda tx: store.yielded(tx, import_id, runner))
                        return False
        ended = State.TRIED if one.dry else State.DONE
        if not await self._db.write(lambda tx: store.end(tx, import_id, ended, runner=runner)):
            raise _Lost
        await asyncio.to_thread(self._files.forget_copy, import_id)
        if not one.dry:
            await asyncio.to_thread(self._files.remove, import_id)
        tell(await self._now(import_id))
        return True

    async def _staged(self, one: Import, runner: str) -> Import:
        """With its records counted. They are made anew where they are not there; they come out the same."""
        made = self._files.records(one.id)
        if one.total is not None and one.position and made.exists():
            return one
        source = await asyncio.to_thread(self._files.there, one.id)

        def work() -> int:
            with full_disk(self._files.root):
                beside = self._files.beside(one.id)
                known = orders_beside(rows(beside, one.kind)) if beside.exists() else {}
                return stage(rows(source, one.kind), one, made, known)

        total = await self._beating(one.id, runner, work)
        if not await self._db.write(lambda tx: store.counted(tx, one.id, runner, total)):
            raise _Lost
        return await self._now(one.id)

    def _place(self, one: Import) -> AbstractAsyncContextManager[Database]:
        return self._copied(one) if one.dry else nullcontext(self._db)

    @asynccontextmanager
    async def _copied(self, one: Import) -> AsyncIterator[Database]:
        """What a dry run has tried so far stays in its copy until it is over."""
        path = self._files.copy(one.id)
        if not (one.position and path.exists()):
            await asyncio.to_thread(self._files.forget_copy, one.id)
            await asyncio.to_thread(copy, self._db.path, path)
        db = await Database.open(path, self._db.clock, readers=1, guards=self._guards)
        try:
            yield db
        finally:
            await db.close()

    async def _batch(self, db: Database, one: Import, runner: str, batch: Sequence[Staged]) -> None:
        done: list[_Over] = []
        for first in range(0, len(batch), TOGETHER):
            some = batch[first : first + TOGETHER]
            done += await asyncio.gather(*(self._one(db, one, runner, staged) for staged in some))
            await asyncio.sleep(REST)
        counts = Counts(
            made=sum(over.did is Did.MADE for over in done),
            added=sum(over.did is Did.ADDED for over in done),
            known=sum(over.did is Did.KNOWN for over in done),
            skipped=sum(over.did is None for over in done),
            notes=sum(len(over.reasons) for over in done if over.did is not None),
        )
        issues = [
            Issue(0, over.staged.record.row, over.staged.record.key, over.did is None, reason)
            for over in done
            for reason in over.reasons
        ]
        to = batch[-1].end

        def note(tx: Transaction) -> bool:
            return store.advance(tx, one.id, runner, records=len(batch), to=to, counts=counts, issues=issues)

        if not await self._db.write(note):
            raise _Lost

    async def _one(self, db: Database, one: Import, runner: str, staged: Staged) -> _Over:
        if staged.wrong:
            return _Over(staged, None, [staged.wrong])
        links = KeptLinks(one, staged.record.row)
        wish = Wish(one.org_id, one.invite and not one.dry, one.person_id)

        def unit(tx: Transaction) -> Brought:
            if not tx.one(store.is_mine(one.id, runner)) and not one.dry:
                raise _Lost
            return self._takers[one.kind].take(tx, wish, links, staged.record)

        try:
            brought = await db.write(unit)
        except Unavailable:
            raise
        except NovaCastError as error:
            return _Over(staged, None, [error.message])
        except IntegrityError as error:
            log.warning("import %s, row %d: %s", one.id, staged.record.row, error)
            return _Over(staged, None, [text("The books refuse it: {why}.", why=str(error)[:200])])
        did = Did.MADE if brought.did is Did.KNOWN and links.again else brought.did
        return _Over(staged, did, brought.notes)

    async def _beating(self, import_id: str, runner: str, work: Callable[[], int]) -> int:
        tasks = TaskGroup("import")
        tasks.start(self._beats(import_id, runner), "signs of life")
        try:
            return await asyncio.to_thread(work)
        finally:
            await tasks.close()

    async def _beats(self, import_id: str, runner: str) -> None:
        while True:
            await asyncio.sleep(BEATS)
            await self._db.write(lambda tx: store.beat(tx, import_id, runner))

    async def _now(self, import_id: str) -> Import:
        found = await self._db.one(store.one(import_id))
        if found is None:
            raise _Lost
        return found
