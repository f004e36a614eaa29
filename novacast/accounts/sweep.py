"""Forgetting what has run out."""

import logging

from novacast.accounts.organizations import store as organizations
from novacast.accounts.passkeys import store as passkeys
from novacast.accounts.people import store as people
from novacast.accounts.registration import store as sign_ups
from novacast.accounts.sessions import store as sessions
from novacast.clock import DAY
from novacast.database import Database, Transaction

log = logging.getLogger(__name__)


class Expiry:
    def __init__(self, db: Database, *, refresh_days: int) -> None:
        self._db = db
        self._refresh = refresh_days * DAY

    async def run(self) -> int:
        """How many rows are gone."""
        return await self._db.write(self._sweep)

    def _sweep(self, tx: Transaction) -> int:
        gone = sign_ups.drop_expired(tx) + people.drop_expired_mail_tokens(tx) + organizations.drop_expired(tx)
        gone += passkeys.drop_answered(tx)
        return gone + sessions.drop_used_refresh(tx, tx.now - self._refresh)
