"""Emotes as rooms show them and as an organization looks after them."""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from novacast.chat.emotes import store
from novacast.chat.emotes.models import KEPT, MOST, MOST_MOVING, Emote, Entry, Set, clean_name
from novacast.database import Database, Transaction
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Overloaded
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.media.ffmpeg import MOVING_WEBP, FFmpeg, FindFFmpeg, find_having
from novacast.media.miniatures import WEBP_MOVING, Miniature, make_miniature, miniature_kind, sheet
from novacast.outbox import Event
from novacast.records import dataclass

AT_ONCE = 2
"""Pictures that are made at the same time."""
WAITING = 8
SHEETS = 32
"""That are kept ready, of as many organizations."""
LOGGED = 20
BATCH = 50
"""Rows that go in one transaction, so that none takes long."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What an organization has, for those who look after it."""

    set: Set
    removed: Sequence[Emote]
    """Lately: these can be brought back."""
    log: Sequence[Entry]


class Emotes:
    def __init__(self, db: Database, cache: Path, find_ffmpeg: FindFFmpeg) -> None:
        """`cache`: a private folder for what is in the making."""
        self._db, self._cache, self._find_ffmpeg = db, cache, find_ffmpeg
        self._making, self._drawing = asyncio.Semaphore(AT_ONCE), asyncio.Lock()
        self._wanted = 0
        self._sheets: OrderedDict[str, tuple[str, bytes]] = OrderedDict()

    async def of_org(self, org_id: str) -> Set:
        return Set(org_id, await self._db.all(store.of_org(org_id)))

    async def shelf(self, principal: Principal, org_id: str) -> Shelf:
        """Raises NotFound, Forbidden."""
        keeper(principal, org_id)
        since = self._db.clock.now() - KEPT
        async with self._db.snapshot() as view:
            return Shelf(
                Set(org_id, await view.all(store.of_org(org_id))),
                await view.all(store.removed(org_id, since)),
                await view.all(store.logged(org_id, LOGGED)),
            )

    async def sheet(self, org_id: str, version: str) -> bytes:
        """A PNG, as `miniatures.sheet` makes it. Raises NotFound for any other version than the present one."""
        async with self._drawing:
            known = self._sheets.get(org_id)
            if known is None or known[0] != version:
                known = await self._drawn(org_id, version)
            self._sheets[org_id] = known
            self._sheets.move_to_end(org_id)
            while len(self._sheets) > SHEETS:
                self._sheets.popitem(last=False)
            return known[1]

    async def animation(self, org_id: str, digest: str) -> bytes:
        """An animated PNG. Raises NotFound."""
        found = await self._db.one(store.animation(org_id, digest))
        if found is None:
            raise _missing()
        return found

    async def single(self, principal: Principal, org_id: str, emote_id: str) -> bytes:
        """A PNG of this one alone, for those who may bring it back. Raises NotFound, Forbidden."""
        keeper(principal, org_id)
        found = await self._db.one(store.own_pixels(org_id, emote_id))
        if found is None:
            raise _missing()
        return await asyncio.to_thread(sheet, [found])

    async def one(self, principal: Principal, org_id: str, emote_id: str) -> Emote:
        """Raises NotFound, Forbidden."""
        keeper(principal, org_id)
        found = await self._db.one(store.by_id(org_id, emote_id))
        if found is None:
            raise _missing()
        return found

    async def add(self, principal: Principal, org_id: str, written: str, chunks: AsyncIterator[bytes]) -> Emote:
        """Made anew of what comes. Raises NotFound, Forbidden, InvalidInput, Conflict, UnsupportedMedia, Overloaded,
        and what `chunks` raises."""
        name = clean_name(written)

        def check(tx: Transaction) -> None:
            keeper(principal, org_id)
            _check_count(tx.all(store.of_org(org_id)))
            _check_free(tx, org_id, name)

        await self._db.write(check)
        drawn = await self._made(b"".join([chunk async for chunk in chunks]))
        emote_id = new_id()

        def unit(tx: Transaction) -> Emote:
            check(tx)
            if drawn.moving is not None:
                _check_moving(tx.all(store.of_org(org_id)))
            store.add(tx, emote_id, org_id, name, drawn, principal.person_id)
            return self._logged(tx, org_id, emote_id, "emote.added", principal)

        return await self._db.write(unit)

    async def rename(self, principal: Principal, org_id: str, emote_id: str, written: str) -> Emote:
        """What was said with the old name keeps it, as text. Raises NotFound, Forbidden, InvalidInput, Conflict."""
        name = clean_name(written)

        def unit(tx: Transaction, one: Emote) -> str | None:
            if one.removed_at is not None:
                raise _missing()
            if one.name == name:
                return None
            _check_free(tx, org_id, name)
            store.change(tx, emote_id, {"name": name})
            return "emote.renamed"

        return await self._change(principal, org_id, emote_id, unit)

    async def remove(self, principal: Principal, org_id: str, emote_id: str) -> Emote:
        """For KEPT it can be brought back. Repeatable. Raises NotFound, Forbidden."""

        def unit(tx: Transaction, one: Emote) -> str | None:
            if one.removed_at is not None:
                return None
            store.change(tx, emote_id, {"removed_at": tx.now})
            return "emote.removed"

        return await self._change(principal, org_id, emote_id, unit)

    async def restore(self, principal: Principal, org_id: str, emote_id: str) -> Emote:
        """Repeatable. Raises NotFound, Forbidden, Conflict where its name or its place is taken."""

        def unit(tx: Transaction, one: Emote) -> str | None:
            if one.removed_at is None:
                return None
            there = tx.all(store.of_org(org_id))
            _check_count(there)
            if one.moving is not None:
                _check_moving(there)
            _check_free(tx, org_id, one.name)
            store.change(tx, emote_id, {"removed_at": None})
            return "emote.restored"

        return await self._change(principal, org_id, emote_id, unit)

    async def sweep(self) -> None:
        """What was removed and can't be brought back any more goes."""
        before = self._db.clock.now() - KEPT
        while await self._db.write(lambda tx: store.forget(tx, before, BATCH)):
            pass

    async def hear(self, event: Event) -> None:
        """A durable subscriber: an organization takes its emotes along."""
        if event.topic == "organization.deleted":
            while await self._db.write(lambda tx: store.remove_org(tx, event.subject, BATCH)):
                pass

    async def _change(
        self,
        principal: Principal,
        org_id: str,
        emote_id: str,
        change: Callable[[Transaction, Emote], str | None],
    ) -> Emote:
        """`change` gives the action for the log; None: nothing had to be done."""

        def unit(tx: Transaction) -> Emote:
            keeper(principal, org_id)
            one = tx.one(store.by_id(org_id, emote_id))
            if one is None:
                raise _missing()
            action = change(tx, one)
            return one if action is None else self._logged(tx, org_id, emote_id, action, principal, before=one)

        return await self._db.write(unit)

    def _logged(
        self, tx: Transaction, org_id: str, emote_id: str, action: str, who: Principal, before: Emote | None = None
    ) -> Emote:
        """The emote as it is now, what was done with it written down."""
        after = tx.one(store.by_id(org_id, emote_id))
        assert after is not None
        renamed = before is not None and before.name != after.name
        store.log(tx, action, before or after, who.person_id, **({"to": after.name} if renamed else {}))
        return after

    async def _made(self, data: bytes) -> Miniature:
        miniature_kind(data)
        if self._wanted >= WAITING:
            raise Overloaded(text("Many pictures are being made here. Try again in a moment."))
        self._wanted += 1
        try:
            async with self._making:
                folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="emote-", dir=self._cache)
                try:
                    return await make_miniature(await self._program(data), data, Path(folder.name))
                finally:
                    await asyncio.to_thread(folder.cleanup)
        finally:
            self._wanted -= 1

    async def _program(self, data: bytes) -> FFmpeg:
        found = await self._find_ffmpeg()
        if miniature_kind(data) == WEBP_MOVING and not found.has(MOVING_WEBP):
            return await find_having(MOVING_WEBP, self._cache) or found
        return found

    async def _drawn(self, org_id: str, version: str) -> tuple[str, bytes]:
        async with self._db.snapshot() as view:
            present = Set(org_id, await view.all(store.of_org(org_id)))
            if not present.emotes or present.version != version:
                raise _missing()
            pixels = await view.all(store.pixels(org_id))
        return version, await asyncio.to_thread(sheet, pixels)


def check_reaction(tx: Transaction, org_id: str, reaction: str) -> None:
    """That an emote which is reacted with is there. Raises InvalidInput."""
    if reaction.startswith(":") and tx.one(store.named(org_id, reaction[1:-1])) is None:
        raise InvalidInput.field("reaction", text("There is no emote {name} here.", name=reaction))


def keeper(principal: Principal, org_id: str) -> None:
    """Raises NotFound for strangers, Forbidden for members who may not."""
    if not principal.allows(Action.ORG_VIEW, org_id):
        raise NotFound(text("There is no such organization."))
    if not principal.allows(Action.ORG_EDIT, org_id):
        raise Forbidden(text("Only owners and managers of the organization look after its emotes."))


def _check_count(there: Sequence[Emote]) -> None:
    if len(there) >= MOST:
        raise Conflict(text("There are {most} emotes already. Remove one first.", most=MOST))


def _check_moving(there: Sequence[Emote]) -> None:
    if sum(one.moving is not None for one in there) >= MOST_MOVING:
        raise Conflict(text("There are {most} emotes that move already. Remove one first.", most=MOST_MOVING))


def _check_free(tx: Transaction, org_id: str, name: str) -> None:
    if tx.one(store.named(org_id, name)) is not None:
        raise Conflict(text("There is an emote :{name}: already. Choose another name.", name=name))


def _missing() -> NotFound:
    return NotFound(text("There is no such emote."))
