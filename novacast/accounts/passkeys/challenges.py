"""Challenges of ceremonies: signed and not stored, so that strangers who ask for many fill nothing.

Each is good for one purpose, for one session (or browser, or half-done log-in), for some minutes, and for one answer.
"""

import json
import secrets

from novacast.accounts.passkeys import store
from novacast.clock import SECOND, Clock
from novacast.database import Transaction
from novacast.errors import Unauthenticated
from novacast.i18n import text
from novacast.records import dataclass
from novacast.security.keys import Signer, digest
from novacast.security.passkeys import SECONDS

LASTS = SECONDS * SECOND
_BYTES = 32
_LATE = text("That took too long, or was answered already. Try again.")


@dataclass(frozen=True, slots=True)
class Challenge:
    value: bytes
    expires_at: int

    def spend(self, tx: Transaction) -> None:
        """Raises Unauthenticated for the second answer. Belongs into the transaction that the answer is worth."""
        if self.expires_at <= tx.now or not store.answered(tx, digest(self.value.hex()), self.expires_at):
            raise Unauthenticated(_LATE)


class Challenges:
    def __init__(self, signer: Signer, clock: Clock) -> None:
        self._signer, self._clock = signer, clock

    def issue(self, purpose: str, bound: str) -> tuple[Challenge, str]:
        """And the ticket that brings it back. `bound`: a secret or an id of whoever asked."""
        challenge = Challenge(secrets.token_bytes(_BYTES), self._clock.now() + LASTS)
        claims = [purpose, digest(bound).hex(), challenge.value.hex(), challenge.expires_at]
        return challenge, self._signer.sign(json.dumps(claims).encode())

    def read(self, ticket: str, purpose: str, bound: str) -> Challenge:
        """Raises Unauthenticated for a ticket of another purpose, of somebody else, or that has run out."""
        try:
            of_purpose, of, value, expires_at = json.loads(self._signer.verify(ticket))
        except Unauthenticated as error:
            raise Unauthenticated(_LATE) from error
        if of_purpose != purpose or not secrets.compare_digest(of, digest(bound).hex()):
            raise Unauthenticated(_LATE)
        if expires_at <= self._clock.now():
            raise Unauthenticated(_LATE)
        return Challenge(bytes.fromhex(value), expires_at)
