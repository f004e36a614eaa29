"""Codes as buyers bring them. Guessing is slow: a code that there is not counts, one that there is does not."""

from novacast.database import Database
from novacast.identity import Principal
from novacast.limits import Rate, RateLimiter, network
from novacast.tickets.codes import store
from novacast.tickets.codes.models import Code, unknown

TEN_MINUTES = 600.0
GUESSES = Rate("tickets.code", 20, TEN_MINUTES, growth=2.0)
"""Of one person, or of all guests behind one network address."""


class CodeTrying:
    def __init__(self, db: Database, limiter: RateLimiter) -> None:
        self._db, self._limiter = db, limiter

    async def there(self, principal: Principal, perf_id: str, code: str, address: str) -> Code:
        """A code of the event that a performance belongs to, good or not. Raises InvalidInput, RateLimited."""
        who = principal.person_id or network(address)
        self._limiter.check(GUESSES, who)
        found = await self._db.one(store.by_text_there(perf_id, code))
        if found is None:
            raise unknown()
        self._limiter.give_back(GUESSES, who)
        return found
