"""The box office of all organizations: tonight's performances and takings, baskets, orders, payments, the books."""

import re
import unicodedata
from collections.abc import Sequence

from novacast.clock import DAY, iso
from novacast.database import Database, Page, keyset
from novacast.identity import SYSTEM, Principal, operates
from novacast.overview import Night, Takings
from novacast.tickets.holds.service import Holds
from novacast.tickets.models import OrderState
from novacast.tickets.overview import store
from novacast.tickets.overview.models import Basket, FoundOrder, Try
from novacast.tickets.proof.service import Audit, Proof
from novacast.tickets.proof.store import Oddity, waiting
from novacast.tickets.reports.models import Standing
from novacast.tickets.reports.service import Reports

MOST_WORDS = 8
MOST_BASKETS = 500
START = (2**63 - 1, "")


class BoxOfficeOverview:
    def __init__(self, db: Database, reports: Reports, holds: Holds, proof: Proof, *, test: bool) -> None:
        """`test`: nothing that is sold now is real, and takings are of such orders."""
        self._db, self._reports, self._holds, self._proof, self._test = db, reports, holds, proof, test

    async def nights(self, since: int, until: int, limit: int) -> Sequence[Night]:
        """Performances that begin in a time, in their order, drafts aside."""
        rows = await self._db.all(store.nights(since, until, limit))
        if not rows:
            return ()
        ids = [row[0] for row in rows]
        # The system sees every organization's; which one a performance is of does not matter to it.
        standings = await self._reports.standings(SYSTEM, rows[0][2], ids)
        inside = dict(await self._db.all(store.inside(ids)))
        return [_night(row, standings[row[0]], inside.get(row[0], 0)) for row in rows]

    async def takings(self) -> Sequence[Takings]:
        """Of orders that were paid since midnight UTC."""
        since = self._db.clock.now() // DAY * DAY
        return await self._db.all(store.takings(since, test=self._test))

    async def performances(self, principal: Principal, *, days: int, limit: int) -> Sequence[Night]:
        """From yesterday on. Raises Forbidden."""
        operates(principal)
        now = self._db.clock.now()
        return await self.nights(now - DAY, now + days * DAY, limit)

    async def baskets(self, principal: Principal, perf_id: str) -> Sequence[Basket]:
        """Raises Forbidden."""
        operates(principal)
        return await self._db.all(store.baskets(perf_id, MOST_BASKETS))

    async def release(self, principal: Principal, hold_id: str) -> None:
        """Give a basket back for whoever has it. Raises Forbidden, NotFound, HoldOver for what is being paid."""
        operates(principal)
        await self._holds.release(self._holds.token(hold_id))

    async def orders(
        self, principal: Principal, words: str, state: OrderState | None, cursor: str | None, limit: int
    ) -> Page[FoundOrder]:
        """Of all organizations, newest first; `words` of name, address, number or note. Raises Forbidden."""
        operates(principal)
        (before,) = keyset(cursor, int) or (store.START,)
        found = _expression(words)
        if words.strip() and found is None:
            return Page((), None)
        rows = await self._db.all(store.orders(found, state, before, limit + 1))
        return Page.of(rows, limit, lambda one: (one.n,))

    async def tries(self, principal: Principal, *, open_only: bool, cursor: str | None, limit: int) -> Page[Try]:
        """Attempts to pay, latest first. Raises Forbidden."""
        operates(principal)
        start = keyset(cursor, int, str) or START
        rows = await self._db.all(store.tries(open_only=open_only, start=(start[0], start[1]), limit=limit + 1))
        return Page.of(rows, limit, lambda one: (one.attempt.created_at, one.attempt.id))

    async def incidents(self, principal: Principal) -> Sequence[Oddity]:
        """Money that waits for a person: paid without seats, another amount, refunds that failed, open disputes.
        Raises Forbidden."""
        operates(principal)
        return await self.money_waits()

    async def money_waits(self) -> Sequence[Oddity]:
        return await self._db.all(waiting())

    async def verify(self, principal: Principal) -> Audit:
        """Recount everything, and attack the schema; nothing of that stays. Raises Forbidden."""
        operates(principal)
        return await self._proof.audit()


def _night(row: tuple[str, str, str, str, int, str, str], standing: Standing, inside: int) -> Night:
    counts, capacity = standing.counts, sum(group.capacity for group in standing.groups)
    return Night(
        id=row[0],
        event_id=row[1],
        org_id=row[2],
        title=row[3],
        starts_at=iso(row[4]),
        timezone=row[5],
        state=row[6],
        capacity=capacity,
        sold=counts.sold,
        held=counts.held,
        paying=counts.paying,
        free=max(0, capacity - counts.sold - counts.held - counts.paying),
        came=counts.scanned,
        inside=inside,
        lists=list(standing.entrances),
    )


def _expression(words: str) -> str | None:
    """An FTS5 query; only letters and digits of what is typed survive, each word quoted."""
    found = re.findall(r"\w+", unicodedata.normalize("NFC", words[:200]).replace("_", " "))[:MOST_WORDS]
    typed = " ".join(f'"{word}"*' for word in found)
    return f"{{code name email holders note}} : ({typed})" if typed else None
