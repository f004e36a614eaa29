"""Tokens of programs: short access tokens with rotating refresh tokens (RFC 9700, 4.14), and named API tokens."""

from collections.abc import Sequence

from novacast.accounts.people.models import clean_name
from novacast.accounts.people.service import People
from novacast.accounts.rates import Gates
from novacast.accounts.sessions import store
from novacast.accounts.sessions.models import SCOPES, TOKEN_PREFIX, Kind, Origin, Session, TokenPair, device
from novacast.clock import DAY, MINUTE, Clock
from novacast.database import Database, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, Scope, new_id, person_of
from novacast.security.jwt import AccessClaims, AccessTokens
from novacast.security.keys import digest, new_token

API_TOKENS = 50
"""Named tokens one person may have."""
LONGEST_DAYS = 366
_DEAD = text("This refresh token is not valid any more. Log in again.")


class Tokens:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        people: People,
        gates: Gates,
        access: AccessTokens,
        *,
        access_minutes: int,
        refresh_days: int,
    ) -> None:
        self._db, self._clock, self._people, self._gates, self._access = db, clock, people, gates, access
        self._access_lasts = access_minutes * MINUTE
        self.lasts = refresh_days * DAY
        """Microseconds that a session of an API client lives without a refresh."""

    def issue(self, tx: Transaction, session: Session) -> TokenPair:
        """A new pair for a live session, whose life starts over."""
        refresh, access_until = new_token(32), tx.now + self._access_lasts
        store.add_refresh(tx, digest(refresh), session.id)
        access = self._access.issue(AccessClaims(session.person_id, session.id, access_until), tx.now)
        return TokenPair(access, access_until, refresh, tx.now + self.lasts)

    async def refresh(self, token: str, origin: Origin) -> TokenPair:
        """The next pair. A token that comes a second time was stolen or copied: its whole family ends.

        Raises Unauthenticated, RateLimited.
        """
        self._gates.refresh(origin.address)
        kept = digest(token)

        def unit(tx: Transaction) -> TokenPair | None:
            session = tx.one(store.refresh(kept))
            if session is None:
                return None
            if not store.use_refresh(tx, kept):
                store.revoke(tx, session.person_id, session.id)
                return None
            if tx.one(store.live(session.id, tx.now)) is None:
                return None
            store.touch(tx, session.id, origin.address, tx.now + self.lasts)
            return self.issue(tx, session)

        pair = await self._db.write(unit)
        if pair is None:
            raise Unauthenticated(_DEAD)
        return pair

    async def give_back(self, token: str, origin: Origin) -> None:
        """End the family of a refresh token; an unknown one is no error (RFC 7009, 2.2)."""
        self._gates.refresh(origin.address)
        kept = digest(token)

        def unit(tx: Transaction) -> None:
            if session := tx.one(store.refresh(kept)):
                store.revoke(tx, session.person_id, session.id)

        await self._db.write(unit)

    async def named(self, principal: Principal) -> Sequence[Session]:
        return await self._db.all(store.of_person(person_of(principal), self._clock.now(), tokens=True))

    async def create(
        self, principal: Principal, password: str, name: str, scopes: Sequence[Scope], days: int, origin: Origin
    ) -> tuple[Session, str]:
        """A named token and its secret, which is shown once."""
        name = clean_name(name)
        if not scopes or not set(scopes) <= set(SCOPES):
            raise InvalidInput.field("scopes", text("A token needs at least one of: {known}.", known=", ".join(SCOPES)))
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidInput.field("days", text("A token lives from 1 to {most} days.", most=LONGEST_DAYS))
        account = await self._people.confirm_password(principal, password)
        secret = TOKEN_PREFIX + new_token(32)

        def unit(tx: Transaction) -> Session:
            person_id = account.person.id
            still_open(tx, principal)
            if len(tx.all(store.of_person(person_id, tx.now, tokens=True))) >= API_TOKENS:
                raise Conflict(text("You have {most} tokens already. Revoke one first.", most=API_TOKENS))
            session = Session(
                id=new_id(),
                person_id=person_id,
                kind=Kind.TOKEN,
                name=name,
                scopes=frozenset(scopes),
                device=device(origin.user_agent),
                address=origin.address,
                created_at=tx.now,
                seen_at=tx.now,
                expires_at=tx.now + days * DAY,
            )
            store.insert(tx, session, digest(secret))
            return session

        return await self._db.write(unit), secret

    async def revoke(self, principal: Principal, token_id: str) -> None:
        person_id = person_of(principal)
        if not await self._db.write(lambda tx: store.revoke(tx, person_id, token_id)):
            raise NotFound(text("There is no such token of yours; it may be revoked already."))


def still_open(tx: Transaction, principal: Principal) -> None:
    """Before a new way in is made: what the caller came by did not end while their password was looked at, or a way
    that ends with it would outlive it. Raises Unauthenticated."""
    if principal.session_id is None or tx.one(store.live(principal.session_id, tx.now)) is None:
        raise Unauthenticated(text("Your session has ended. Log in again."))
