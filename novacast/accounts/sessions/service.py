"""Signing in and out, and the list of what is signed in."""

import hashlib
import json
from collections.abc import Sequence

from novacast.accounts.operators import store as operators
from novacast.accounts.people import store as people
from novacast.accounts.people.models import Account, EmailAddress
from novacast.accounts.rates import Gates
from novacast.accounts.second_factor.service import SecondFactor
from novacast.accounts.sessions import store
from novacast.accounts.sessions.models import (
    LONGEST_USER_AGENT,
    Kind,
    Origin,
    SecondFactorNeeded,
    Session,
    SignedIn,
    device,
)
from novacast.accounts.sessions.tokens import Tokens
from novacast.clock import DAY, MINUTE, Clock
from novacast.database import Database, Transaction
from novacast.errors import InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, new_id, person_of
from novacast.security.keys import Signer, digest, new_token
from novacast.security.passwords import Passwords

PENDING_LASTS = 5 * MINUTE
_WRONG = text(
    "The address or the password is not right. If you have just signed up, open the link in our mail first; "
    "if you forgot the password, ask for a new one."
)
_SHUT = text("This account is shut. Ask whoever runs this server.")
_LATE = text("That took too long, or something has changed meanwhile. Log in again from the start.")


class Sessions:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        passwords: Passwords,
        gates: Gates,
        second_factor: SecondFactor,
        tokens: Tokens,
        signer: Signer,
        *,
        session_days: int,
    ) -> None:
        self._db, self._clock, self._passwords, self._gates = db, clock, passwords, gates
        self._second_factor, self._tokens, self._signer = second_factor, tokens, signer
        self._lasts = session_days * DAY

    async def sign_in(self, kind: Kind, email: str, password: str, origin: Origin) -> SignedIn | SecondFactorNeeded:
        """Raises Unauthenticated alike for wrong passwords and unknown addresses, and RateLimited."""
        try:
            key = EmailAddress.parse(email).key
        except InvalidInput:
            key = email[:254].casefold()
        self._gates.sign_in(origin.address, key)
        account = await self._db.one(people.account_by_key(key))
        right = await self._passwords.verify(password, account.password if account else None)
        if account is None or not right:
            raise Unauthenticated(_WRONG)
        account = await self._renewed(account, password)
        if account.totp_secret is not None:
            return self.ask_for_code(account, kind)
        return await self._open(account, kind, origin)

    async def sign_in_with_code(self, kind: Kind, pending: str, code: str, origin: Origin) -> SignedIn:
        """The second step. `code`: of the app, or a recovery code. Raises Unauthenticated, RateLimited."""
        account = await self.half_done(pending, kind)
        self._gates.code(account.person.id)
        signed_in = await self._open(account, kind, origin, code)
        self._gates.code_right(account.person.id)
        return signed_in

    async def half_done(self, pending: str, kind: Kind) -> Account:
        """Whose password was right a moment ago. Raises Unauthenticated."""
        person_id, mark = self._read_pending(pending, kind)
        account = await self._db.one(people.account(person_id))
        if account is None or _mark(account) != mark:
            raise Unauthenticated(_LATE)
        return account

    async def sign_out(self, principal: Principal) -> None:
        """End the caller's own session, whatever its kind."""
        if principal.person_id and principal.session_id:
            await self._revoke(principal.person_id, principal.session_id)

    async def listed(self, principal: Principal) -> Sequence[Session]:
        """What is signed in, newest first; at most `store.PER_PERSON`."""
        return await self._db.all(store.of_person(person_of(principal), self._clock.now(), tokens=False))

    async def revoke(self, principal: Principal, session_id: str) -> None:
        if not await self._revoke(person_of(principal), session_id):
            raise NotFound(text("There is no such session of yours; it may have ended already."))

    async def revoke_others(self, principal: Principal) -> int:
        person_id = person_of(principal)
        return await self._db.write(lambda tx: store.revoke_all(tx, person_id, but=principal.session_id))

    async def principal_of(self, session_id: str) -> Principal | None:
        """Who stands behind a live session, for other slices that outlive a request."""
        found = await self._db.one(store.by_id(session_id, self._clock.now()))
        return found.principal if found else None

    async def _revoke(self, person_id: str, session_id: str) -> bool:
        return await self._db.write(lambda tx: store.revoke(tx, person_id, session_id))

    async def _renewed(self, account: Account, password: str) -> Account:
        """Hash again with today's parameters while the password is at hand."""
        if not self._passwords.outdated(account.password):
            return account
        hashed = await self._passwords.hash(password)
        person_id = account.person.id
        await self._db.write(lambda tx: people.renew_hash(tx, person_id, account.password, hashed))
        renewed = await self._db.one(people.account(person_id))
        if renewed is None or renewed.password != hashed:
            raise Unauthenticated(_LATE)
        return renewed

    def ask_for_code(self, account: Account, kind: Kind) -> SecondFactorNeeded:
        """The second step, for whoever has taken the first."""
        expires_at = self._clock.now() + PENDING_LASTS
        claims = [account.person.id, kind, _mark(account), expires_at]
        return SecondFactorNeeded(self._signer.sign(json.dumps(claims).encode()), expires_at)

    def _read_pending(self, pending: str, kind: Kind) -> tuple[str, str]:
        try:
            claims = self._signer.verify(pending)
        except Unauthenticated as error:
            raise Unauthenticated(_LATE) from error
        person_id, of_kind, mark, expires_at = json.loads(claims)
        if of_kind != kind or expires_at <= self._clock.now():
            raise Unauthenticated(_LATE)
        return person_id, mark

    async def _open(self, account: Account, kind: Kind, origin: Origin, code: str | None = None) -> SignedIn:
        person_id = account.person.id

        def unit(tx: Transaction) -> SignedIn:
            now = tx.one(people.account(person_id))
            if now is None or now.password != account.password:
                raise Unauthenticated(_LATE)
            if now.totp_secret is not None and not self._second_factor.accepts(tx, now, code or ""):
                raise Unauthenticated(text("This code is not right, or was used before. Try the next one."))
            return self.enter(tx, person_id, kind, origin)

        signed_in = await self._db.write(unit)
        self._gates.signed_in(account.email_key)
        return signed_in

    def enter(self, tx: Transaction, person_id: str, kind: Kind, origin: Origin) -> SignedIn:
        """A session of whoever has proven to be this person, in the transaction that uses the proof up.

        Raises Unauthenticated for an account that is shut.
        """
        if tx.one(operators.suspended(person_id)):
            raise Unauthenticated(_SHUT)
        store.make_room(tx, person_id)
        if kind is Kind.API:
            session = self._session(tx.now, person_id, kind, origin, self._tokens.lasts)
            store.insert(tx, session, None)
            return SignedIn(session, tokens=self._tokens.issue(tx, session))
        session, secret = self._session(tx.now, person_id, kind, origin, self._lasts), new_token()
        store.insert(tx, session, digest(secret))
        return SignedIn(session, secret=secret)

    @staticmethod
    def _session(now: int, person_id: str, kind: Kind, origin: Origin, lasts: int) -> Session:
        plain = device(origin.user_agent[:LONGEST_USER_AGENT])
        return Session(
            id=new_id(),
            person_id=person_id,
            kind=kind,
            name="",
            scopes=None,
            device=plain,
            address=origin.address,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts,
        )


def _mark(account: Account) -> str:
    """Changes with the password, so that a half-done sign-in is void after a change; tells nothing about it."""
    return hashlib.sha256(account.password.encode()).hexdigest()[:16]
