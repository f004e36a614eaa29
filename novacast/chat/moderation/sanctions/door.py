"""Who is sent away at the door, and who may only listen."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.chat.models import Guest
from novacast.chat.moderation.sanctions import store
from novacast.chat.moderation.sanctions.models import Banned, Effect, Sanction, SanctionKind, TimedOut, weightiest
from novacast.clock import SECOND, Clock
from novacast.database import Database, Query, Transaction
from novacast.i18n import text


class SanctionDoor:
    """Strangers pass: what is public anybody may read, and without a name nobody writes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock

    async def open(self, guest: Guest) -> Guest:
        """Raises Banned."""
        if guest.person_id is None or guest.moderates:
            return guest
        found = weightiest(await self._db.all(_on(guest, self._clock.now())))
        if found is None:
            return guest
        if found.effect is Effect.REMOVED:
            raise _banned(found)
        return replace(guest, silenced=found.silenced)

    def check(self, tx: Transaction, guest: Guest) -> None:
        """Raises Banned, TimedOut. Reads the rows: what a guest was when they came may be over, or not yet told."""
        if guest.person_id is None or guest.moderates:
            return
        found = weightiest(tx.all(_on(guest, tx.now)))
        if found is None:
            return
        if found.kind is SanctionKind.BAN or found.ends_at is None:
            raise _banned(found)
        wait = (found.ends_at - tx.now) / SECOND
        raise TimedOut(
            text("You may not write here for another {seconds:.0f} s. {reason}", seconds=wait, reason=found.reason),
            retry_after=wait,
        )


def _on(guest: Guest, now: int) -> Query[Sanction]:
    assert guest.person_id is not None
    marks: Sequence[bytes] = store.marks_of(guest.visit)
    return store.on_guest(guest.person_id, marks, guest.place.org_id, guest.place.media_id, now)


def _banned(found: Sanction) -> Banned:
    if found.effect is Effect.REMOVED:
        return Banned(text("You were sent away from this room. {reason}", reason=found.reason))
    return Banned(text("You may read here, and not write. {reason}", reason=found.reason))
