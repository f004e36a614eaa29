"""The proof that is asked for before an account gets another way in, or loses one."""

from novacast.accounts.people.service import People
from novacast.accounts.proofs import store
from novacast.accounts.proofs.models import FRESH, ProofNeeded
from novacast.accounts.sessions.models import Kind
from novacast.clock import Clock
from novacast.database import Database
from novacast.errors import Forbidden
from novacast.i18n import text
from novacast.identity import Principal


class Proofs:
    def __init__(self, db: Database, clock: Clock, people: People) -> None:
        self._db, self._clock, self._people = db, clock, people

    async def require(self, principal: Principal) -> str:
        """The caller's session, if its owner was there a moment ago. Raises ProofNeeded, and Forbidden for programs."""
        session_id = self.session_of(principal)
        proven = await self._db.one(store.proven(session_id))
        if proven is None or proven.kind is not Kind.BROWSER:
            raise Forbidden(text("Only a browser that is logged in can do this, no token."))
        if proven.at + FRESH <= self._clock.now():
            raise ProofNeeded(text("Your log-in was a while ago. Show once more that it is you, and try again."))
        return session_id

    async def by_password(self, principal: Principal, password: str) -> None:
        """Raises InvalidInput, RateLimited."""
        session_id = self.session_of(principal)
        await self._people.confirm_password(principal, password)
        await self._db.write(lambda tx: store.put(tx, session_id))

    @staticmethod
    def session_of(principal: Principal) -> str:
        """Raises Forbidden for whoever has none."""
        if principal.session_id is None:
            raise Forbidden(text("Only a browser that is logged in can do this, no token."))
        return principal.session_id
