"""The lists of words: their entries, and how they are looked for in what is said."""

import asyncio
from dataclasses import replace
from typing import Any

from novacast.chat.models import Entry
from novacast.chat.moderation.authority import Authority, Chair, reader
from novacast.chat.moderation.journal import Journal
from novacast.chat.moderation.rules import store as rules
from novacast.chat.moderation.words import store
from novacast.chat.moderation.words.models import (
    MOST,
    Verdict,
    Word,
    WordAction,
    WordList,
    clean_pattern,
    clean_replacement,
)
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import new_id
from novacast.records import dataclass
from novacast.texts import printable

MOST_LISTS = 200
"""Ready in memory."""


class WordLists:
    """What counts in a room, made ready once after each change. Lives in the writer's thread and the loop's: what is
    put in is never changed."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._ready: dict[tuple[str, str], tuple[tuple[int, int], WordList]] = {}

    async def prepare(self, org_id: str, room_id: str) -> None:
        """Make it ready outside of a transaction, where it is not."""
        if (org_id, room_id) in self._ready:
            return
        async with self._db.snapshot() as view:
            found = await view.one(rules.layers(org_id, room_id))
            words = await view.all(store.counting(org_id, room_id, 2 * MOST))
        assert found is not None, "an aggregate is always there"
        made = await asyncio.to_thread(WordList, words) if words else WordList(())
        self._keep(org_id, room_id, found.version, made)

    def forget(self, org_id: str, room_id: str) -> None:
        """One that was changed; an organization's counts in all its rooms."""
        for key in [key for key in list(self._ready) if key[0] == org_id and room_id in ("", key[1])]:
            self._ready.pop(key, None)

    def of(self, tx: Transaction, org_id: str, room_id: str, version: tuple[int, int]) -> WordList:
        """What counts at this moment; made here only if it was changed a moment ago."""
        known = self._ready.get((org_id, room_id))
        if known is not None and known[0] == version:
            return known[1]
        made = WordList(tx.all(store.counting(org_id, room_id, 2 * MOST)))
        self._keep(org_id, room_id, version, made)
        return made

    def _keep(self, org_id: str, room_id: str, version: tuple[int, int], made: WordList) -> None:
        if len(self._ready) >= MOST_LISTS:
            self._ready = {}
        self._ready[org_id, room_id] = (version, made)


@dataclass(frozen=True, slots=True)
class WordWish:
    pattern: str
    action: WordAction
    replacement: str = ""

    def cleaned(self) -> "WordWish":
        """Raises InvalidInput."""
        return replace(self, pattern=clean_pattern(self.pattern), replacement=clean_replacement(self.replacement))


class Words:
    def __init__(self, db: Database, lists: WordLists, authority: Authority, journal: Journal) -> None:
        self._db, self._lists, self._authority, self._journal = db, lists, authority, journal

    async def list(self, chair: Chair, cursor: str | None, limit: int) -> Page[Word]:
        """By their patterns; for a room those of its organization too. Raises Unauthenticated, Forbidden, NotFound,
        InvalidInput."""
        reader(chair)
        start = keyset(cursor, str, str) or ("", "")
        rows = await self._db.all(store.page(chair.org_id, chair.room_id, (start[0], start[1]), limit + 1))
        return Page.of(rows, limit, lambda one: (one.pattern, one.id))

    async def check(self, chair: Chair, said: str) -> Verdict:
        """What would become of a text. Raises Unauthenticated, Forbidden, NotFound."""
        reader(chair)
        words = await self._db.all(store.counting(chair.org_id, chair.room_id, 2 * MOST))
        return await asyncio.to_thread(lambda: WordList(words).judge(printable(said)))

    async def add(self, chair: Chair, wish: WordWish, then: Then[Word] | None = None) -> Word:
        """Raises InvalidInput, Unauthenticated, Forbidden, NotFound, Conflict."""
        wish = wish.cleaned()

        def unit(tx: Transaction) -> Word:
            self._authority.demand(tx, chair)
            self._check_place(tx, chair, wish.pattern)
            made = Word(
                new_id(), chair.org_id, chair.room_id, wish.pattern, wish.action, wish.replacement, tx.now,
                chair.actor_id,
            )  # fmt: skip
            self._put(tx, chair, "word.added", None, made)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def change(self, chair: Chair, word_id: str, wish: WordWish) -> Word:
        """Raises InvalidInput, Unauthenticated, Forbidden, NotFound, Conflict."""
        wish = wish.cleaned()

        def unit(tx: Transaction) -> Word:
            self._authority.demand(tx, chair)
            before = self._found(tx, chair, word_id)
            if before.pattern != wish.pattern:
                self._check_place(tx, chair, wish.pattern)
            after = replace(before, pattern=wish.pattern, action=wish.action, replacement=wish.replacement)
            if after != before:
                self._put(tx, chair, "word.changed", before, after)
            return after

        return await self._db.write(unit)

    async def remove(self, chair: Chair, word_id: str) -> None:
        """Raises Unauthenticated, Forbidden, NotFound."""

        def unit(tx: Transaction) -> None:
            self._authority.demand(tx, chair)
            self._put(tx, chair, "word.removed", self._found(tx, chair, word_id), None)

        await self._db.write(unit)

    def back(self, tx: Transaction, chair: Chair, entry: Entry) -> Entry:
        """The entry of the list as it was before. Raises Conflict where it is another one by now."""
        before, after = (_read(chair, entry.detail[side]) for side in ("before", "after"))
        word_id = (before or after or _MISSING).id
        now = tx.one(store.by_id(word_id, chair.org_id))
        if (None if now is None else _kept(now)) != entry.detail["after"]:
            raise Conflict(text("This entry was changed again since. Set it as you want it."))
        if before is not None and (after is None or before.pattern != after.pattern):
            self._check_place(tx, chair, before.pattern)
        action = "word.removed" if before is None else "word.added" if after is None else "word.changed"
        if before is not None:
            before = replace(before, created_at=tx.now if now is None else now.created_at)
        return self._put(tx, chair, action, now, before)

    def _put(self, tx: Transaction, chair: Chair, action: str, before: Word | None, after: Word | None) -> Entry:
        if after is not None:
            store.put(tx, after)
        elif before is not None:
            store.remove(tx, before.id)
        rules.count_words(tx, chair.org_id, chair.room_id)
        tx.after_commit(lambda: self._lists.forget(chair.org_id, chair.room_id))
        detail = {"before": _kept(before), "after": _kept(after)}
        return self._journal.write(tx, chair, action, detail=detail)

    @staticmethod
    def _check_place(tx: Transaction, chair: Chair, pattern: str) -> None:
        if tx.one(store.by_pattern(chair.org_id, chair.room_id, pattern)) is not None:
            raise Conflict(text("This is in the list already."))
        if (tx.one(store.count(chair.org_id, chair.room_id)) or 0) >= MOST:
            raise Conflict(text("This list has all the {most} entries it can have.", most=MOST))

    @staticmethod
    def _found(tx: Transaction, chair: Chair, word_id: str) -> Word:
        """Of this very list: what the organization has is changed there."""
        one = tx.one(store.by_id(word_id, chair.org_id))
        if one is None or one.room_id != chair.room_id:
            raise NotFound(text("There is no such entry in this list."))
        return one


_MISSING = Word("", "", "", "", WordAction.HOLD, "", 0, None)


def _kept(one: Word | None) -> dict[str, Any] | None:
    """As the log keeps it."""
    if one is None:
        return None
    return {"id": one.id, "pattern": one.pattern, "action": one.action.value, "replacement": one.replacement}


def _read(chair: Chair, kept: dict[str, Any] | None) -> Word | None:
    if kept is None:
        return None
    action = WordAction(kept["action"])
    return Word(
        kept["id"], chair.org_id, chair.room_id, kept["pattern"], action, kept["replacement"], 0, chair.actor_id
    )
