"""By what banned people are known again: where they are connected from now, and where they wrote from lately. And who
else comes from there is asked again when that changes."""

from collections.abc import Sequence

from novacast.chat.models import Guest, Visit
from novacast.chat.moderation.rules.models import Rules
from novacast.chat.moderation.sanctions import store
from novacast.chat.moderation.sanctions.marks import Marks, counted
from novacast.chat.moderation.sanctions.models import TRACES_KEPT_DAYS, Mark, MarkKind, Sanction, SanctionKind, Wish
from novacast.chat.rooms.doorkeeper import Doorkeeper
from novacast.chat.rooms.lobby import Lobby
from novacast.clock import DAY, HOUR
from novacast.database import Transaction

DEVICE_DAYS = 365
MOST = 5
"""Places that one ban is of, of each kind."""
REMEMBERED = 10_000


class Marking:
    def __init__(self, lobby: Lobby, doorkeeper: Doorkeeper, marks: Marks) -> None:
        self._lobby, self._doorkeeper, self._marks = lobby, doorkeeper, marks
        self._traced: dict[tuple[str, str, bytes], int] = {}
        """When each was written down, so that a message costs a look here and no row."""

    def visits(self, person_id: str) -> list[Visit]:
        """Of a person's open connections."""
        members = [one for room in self._lobby for one in room.by_person.get(person_id, ())]
        return [one.guest.visit for one in members if one.guest.visit is not None]

    def range(self, written: str, ends_at: int) -> Mark:
        """Raises InvalidInput."""
        shown, mark = self._marks.range(written)
        return Mark(MarkKind.ADDRESS, mark, shown, ends_at)

    def of(self, tx: Transaction, new: Sanction, wish: Wish, rules: Rules, visits: Sequence[Visit]) -> list[Mark]:
        """As the moderator wishes, or else as the rules say of bans."""
        ban, person_id = new.kind is SanctionKind.BAN, new.person_id or ""
        found: list[Mark] = []
        if wish.address if wish.address is not None else ban and rules.address_bans:
            here = [counted(visit, rules.address_bits) for visit in visits]
            then = tx.all(store.traces(person_id, new.org_id, MarkKind.ADDRESS, MOST))
            ends_at = _earlier(tx.now + rules.address_days * DAY, new.ends_at)
            found += [Mark(MarkKind.ADDRESS, one, None, ends_at) for one in _few([*here, *then])]
        if wish.device if wish.device is not None else ban and rules.device_bans:
            seen = tx.all(store.traces(person_id, new.org_id, MarkKind.DEVICE, MOST))
            ends_at = _earlier(tx.now + DEVICE_DAYS * DAY, new.ends_at)
            devices = _few([*(visit.device for visit in visits), *seen])
            found += [Mark(MarkKind.DEVICE, one, None, ends_at) for one in devices]
        return found

    def trace(self, tx: Transaction, guest: Guest, rules: Rules) -> None:
        """Where somebody writes from, where the rules want to know; once an hour."""
        if guest.visit is None or guest.person_id is None:
            return
        if rules.address_bans and (mark := counted(guest.visit, rules.address_bits)) is not None:
            self._trace(tx, guest, MarkKind.ADDRESS, mark)
        if rules.device_bans and guest.visit.device is not None:
            self._trace(tx, guest, MarkKind.DEVICE, guest.visit.device)

    def doubt(self, tx: Transaction, person_id: str | None, marks: Sequence[Mark]) -> None:
        """Ask about this person and whoever comes from there again, once it is on disk."""
        known = {one.mark for one in marks}

        def after() -> None:
            if person_id is not None:
                self._doorkeeper.doubt({person_id})
            if known:
                self._doorkeeper.heard += 1
                for room in self._lobby:
                    like = [one for one in room.members if known.intersection(store.marks_of(one.guest.visit))]
                    self._doorkeeper.ask(like)

        tx.after_commit(after)

    def forget(self, tx: Transaction) -> None:
        """What has run out."""
        store.forget(tx, tx.now - TRACES_KEPT_DAYS * DAY)

    def _trace(self, tx: Transaction, guest: Guest, kind: MarkKind, mark: bytes) -> None:
        key = (guest.person_id or "", guest.place.org_id, mark)
        if self._traced.get(key, 0) > tx.now - HOUR:
            return
        store.trace(tx, key[0], key[1], kind, mark)
        tx.after_commit(lambda: self._remember(key, tx.now))

    def _remember(self, key: tuple[str, str, bytes], at: int) -> None:
        if len(self._traced) >= REMEMBERED:
            self._traced.clear()
        self._traced[key] = at


def _few(found: Sequence[bytes | None]) -> list[bytes]:
    return list(dict.fromkeys(one for one in found if one is not None))[:MOST]


def _earlier(one: int, other: int | None) -> int:
    return one if other is None else min(one, other)
