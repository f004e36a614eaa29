"""Who asks, where it may be an operator: their tokens of the scope `admin` stand above every role, and those of the
scope `scim` for the routes of that scope, and open nothing else, whatever other scopes they have."""

from dataclasses import replace
from typing import Protocol

from novacast.accounts.operators import store
from novacast.accounts.sessions.authenticator import Presented
from novacast.database import Database
from novacast.identity import Principal, Scope

ADMIN, SCIM = frozenset[Scope]({"admin"}), frozenset[Scope]({"scim"})


class People(Protocol):
    async def authenticate(self, credentials: Presented) -> Principal: ...


class OperatorAuthenticator:
    """One read more, and only for tokens of these scopes. No browser's session is ever an operator's: what a page can
    be tricked into must not reach so far."""

    def __init__(self, people: People, db: Database) -> None:
        self._people, self._db = people, db

    async def authenticate(self, credentials: Presented) -> Principal:
        """Raises Unauthenticated for what is wrong, old or revoked."""
        found = await self._people.authenticate(credentials)
        scopes = found.scopes or frozenset()
        if not scopes & (ADMIN | SCIM) or found.person_id is None or found.session_id is None:
            return found
        if not await self._db.one(store.is_operator(found.person_id, found.session_id)):
            return found
        return replace(found, system=True, scopes=scopes if scopes & ADMIN else SCIM)
