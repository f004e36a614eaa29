"""The rules of all slices: how much is due, and the sweep that takes it, a little at a time."""

import logging
from collections.abc import Sequence

from novacast.database import Database
from novacast.identity import Principal, operates
from novacast.keeping import Rule
from novacast.records import dataclass

log = logging.getLogger(__name__)

BATCH = 500
"""Rows that go in one transaction, so that none takes long."""
BATCHES = 200
"""Of one rule in one sweep; the rest waits for the next."""


@dataclass(frozen=True, slots=True)
class Due:
    rule: Rule
    rows: int
    """That the next sweep takes; 0 where they are kept for ever."""


class Retention:
    def __init__(self, db: Database, rules: Sequence[Rule]) -> None:
        self._db, self._rules = db, rules

    async def report(self, principal: Principal) -> Sequence[Due]:
        """What a sweep would take now; nothing is changed."""
        operates(principal)
        now = self._db.clock.now()
        async with self._db.snapshot() as view:
            return [
                Due(rule, (await view.one(rule.due(rule.before(now))) or 0) if rule.days else 0) for rule in self._rules
            ]

    async def sweep(self) -> int:
        """How many rows went."""
        return sum([await self._carried_out(rule) for rule in self._rules if rule.days])

    async def _carried_out(self, rule: Rule) -> int:
        gone, before = 0, rule.before(self._db.clock.now())
        for _ in range(BATCHES):
            taken = await self._db.write(lambda tx: rule.forget(tx, before, BATCH))
            gone += taken
            if not taken:
                break
        if gone:
            log.info("retention of %d days: %d gone of: %s", rule.days, gone, rule.about.lower())
        return gone
