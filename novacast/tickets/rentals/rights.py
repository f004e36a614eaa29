"""Who may watch a video that they bought, computed of rows each time it is asked; and the clocks that a first play
starts, on disk before the first byte of the film goes out."""

from collections.abc import Sequence

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal, person_of
from novacast.tickets.rentals import store
from novacast.tickets.rentals.models import Right, to_begin
from novacast.tickets.rentals.ports import Passes

OPENED = "media.tickets_changed"
"""Makes playback and chat look again at what a person may see."""
BATCH = 200
MOST = 500
"""Rights of one person that are listed."""


class Rights:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def entitled(self, person_id: str, media_id: str, at: int) -> list[Right]:
        """What opens this for a person at an instant."""
        if not await self._db.one(store.is_sold(media_id)):
            return []
        return [one for one in await self._db.all(store.rights(person_id, media_id)) if one.opens(at)]

    async def opening(self, principal: Principal, media_id: str) -> list[Right]:
        """The same for whoever asks, now."""
        if principal.person_id is None:
            return []
        return await self.entitled(principal.person_id, media_id, self._db.clock.now())

    async def mine(self, principal: Principal) -> Sequence[Right]:
        """All that somebody ever bought and was not given back, also what has run out; the newest first. Raises
        Unauthenticated."""
        return await self._db.all(store.rights_of(person_of(principal), MOST))

    async def waits(self, principal: Principal, media_id: str) -> Right | None:
        """The rental whose clock a play would start now."""
        return to_begin(await self.opening(principal, media_id), self._db.clock.now())

    async def begin(self, principal: Principal, media_id: str) -> None:
        """Start the clock of a rental, if one waits. Repeatable. Raises Unauthenticated, NotFound for who has none."""
        person_id = person_of(principal)
        if not await self.opening(principal, media_id):
            raise NotFound(text("There is no rental of this video that could begin."))
        await self._db.write(lambda tx: self.begun(tx, person_id, media_id))

    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None:
        """A person begins to watch: where it is a rental that lets them, its clock runs from here on."""
        if not tx.one(store.is_sold(media_id)):
            return
        right = to_begin(tx.all(store.rights(person_id, media_id)), tx.now)
        if right is not None and store.begin(tx, right.claim_id, right.until(tx.now)):
            outbox.emit(tx, "rental.began", media_id, outbox.org(right.org_id), order=right.order_id)

    async def sweep(self) -> int:
        """Tell of clocks that have run out, so that whoever watches is shut out at the next segment; how many."""
        return await self._db.write(_tell)


class WithRights:
    """What tickets open, and what was bought of videos beside it. Fits playback's `Passes`."""

    def __init__(self, inner: Passes, rights: Rights) -> None:
        self._inner, self._rights = inner, rights

    async def opens(self, principal: Principal, media_id: str) -> frozenset[str]:
        bought = {one.org_id for one in await self._rights.opening(principal, media_id)}
        return frozenset(await self._inner.opens(principal, media_id)) | bought

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None:
        """What is bought is good on as many as the installation allows everybody."""
        tickets = await self._inner.devices(principal, media_id, plain)
        if not await self._rights.opening(principal, media_id):
            return tickets
        return plain if tickets is None else max(plain, tickets)

    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None:
        self._rights.begun(tx, person_id, media_id)


def _tell(tx: Transaction) -> int:
    over = tx.all(store.over(tx.now, BATCH))
    for claim_id, media_id, person_id, org_id in over:
        store.tell(tx, claim_id)
        outbox.emit(tx, "rental.ended", media_id, outbox.org(org_id))
        if person_id is not None:
            outbox.emit(tx, OPENED, media_id, outbox.INTERNAL, person_id=person_id)
    return len(over)
