"""From what a request carries to who asks. One read by a unique index each time: a revocation holds from its commit on.

Roles could be kept in memory, but not dropped at the very commit that changes them while another process can write it.
"""

import logging
from dataclasses import replace
from typing import Protocol

from novacast.accounts.sessions import store
from novacast.accounts.sessions.models import TOKEN_PREFIX, Kind
from novacast.accounts.sessions.store import Found
from novacast.clock import DAY, MINUTE, Clock
from novacast.database import Database, Query
from novacast.errors import NovaCastError, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal
from novacast.security.jwt import AccessTokens
from novacast.security.keys import digest

log = logging.getLogger(__name__)

SEEN_EVERY = 5 * MINUTE
"""A session's last sight is written at most this often."""
_LONGEST_TOKEN = 2048
_ENDED = text("Your session has ended. Log in again.")


class Presented(Protocol):
    """What the web kit hands over (its `Credentials`)."""

    @property
    def session(self) -> str | None: ...
    @property
    def bearer(self) -> str | None: ...
    @property
    def address(self) -> str: ...


class SessionAuthenticator:
    def __init__(self, db: Database, clock: Clock, access: AccessTokens, *, session_days: int) -> None:
        self._db, self._clock, self._access = db, clock, access
        self._lasts = session_days * DAY

    async def authenticate(self, credentials: Presented) -> Principal:
        """Raises Unauthenticated for a token that is wrong, old or revoked."""
        query, until = self._query(credentials)
        found = await self._db.one(query)
        if found is None:
            raise Unauthenticated(_ENDED)
        await self._seen(found, credentials.address)
        return found.principal if until is None else replace(found.principal, until=until)

    def _query(self, credentials: Presented) -> tuple[Query[Found], int | None]:
        """And until when an access token lasts, which is sooner than its session."""
        now = self._clock.now()
        token = credentials.session if credentials.session is not None else credentials.bearer
        # Headers may hold undecodable bytes, which no token of ours has.
        if token is None or len(token) > _LONGEST_TOKEN or not token.isascii():
            raise Unauthenticated(_ENDED)
        if credentials.session is not None:
            return store.by_secret(digest(token), Kind.BROWSER, now), None
        if token.startswith(TOKEN_PREFIX):
            return store.by_secret(digest(token), Kind.TOKEN, now), None
        claims = self._access.read(token, now)
        return store.by_id(claims.session_id, now), claims.expires_at

    async def _seen(self, found: Found, address: str) -> None:
        session, now = found.session, self._clock.now()
        if now - session.seen_at < SEEN_EVERY:
            return
        # Only a browser's life slides with use: an API client's does with its refresh, a named token's never.
        until = now + self._lasts if session.kind is Kind.BROWSER else session.expires_at
        try:
            await self._db.write(lambda tx: store.touch(tx, session.id, address, until))
        except NovaCastError as error:
            log.warning("when a session was last seen can't be written: %s", error.message)
