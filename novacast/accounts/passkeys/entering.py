"""What a passkey opens: a log-in, the second step of one, and whatever asks who is there.

Each answer is worth one use: its challenge is spent in the transaction that lets somebody in.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from novacast.accounts.journal import store as journal
from novacast.accounts.journal.models import Kind as Happened
from novacast.accounts.passkeys import store
from novacast.accounts.passkeys.challenges import Challenge, Challenges
from novacast.accounts.passkeys.models import Answer, Ceremony, Passkey, is_copy
from novacast.accounts.passkeys.service import as_known, party_of
from novacast.accounts.people import store as people
from novacast.accounts.people.models import Account
from novacast.accounts.people.service import Links, People
from novacast.accounts.proofs import store as proofs
from novacast.accounts.proofs.service import Proofs
from novacast.accounts.rates import Gates
from novacast.accounts.sessions.models import Kind, Origin, SignedIn
from novacast.accounts.sessions.service import Sessions
from novacast.database import Database, Transaction
from novacast.errors import Conflict, InvalidInput, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, person_of
from novacast.security import passkeys as kit
from novacast.security.passkeys import Party, Used

T = TypeVar("T")

LOG_IN, SECOND_STEP, PROOF = "log in", "second step", "proof"
_UNKNOWN = text("This passkey is not known here, or was removed. Log in in another way, and add it again.")
_COPIED = text(
    "This passkey may have been copied: it counts fewer uses than before. It opens nothing any more. "
    "Log in in another way and remove it."
)


class PasskeyEntry:
    def __init__(
        self,
        db: Database,
        people: People,
        sessions: Sessions,
        gates: Gates,
        challenges: Challenges,
        links: Links,
        party: Party | None,
    ) -> None:
        self._db, self._people, self._sessions = db, people, sessions
        self._gates, self._challenges, self._links, self._party = gates, challenges, links, party

    async def begin(self, browser: str, address: str) -> Ceremony:
        """Whatever passkey the authenticator has for us. `browser`: a secret of the one that asks."""
        party = party_of(self._party)
        self._gates.ceremony(address)
        challenge, ticket = self._challenges.issue(LOG_IN, browser)
        return Ceremony(await asyncio.to_thread(kit.request_options, party, challenge.value, (), verify=True), ticket)

    async def sign_in(self, browser: str, ticket: str, answer: Answer, origin: Origin) -> SignedIn:
        """The authenticator has made sure of its owner: that is both steps at once. Raises Unauthenticated alike for
        unknown keys and wrong answers, and RateLimited."""
        challenge = self._challenges.read(ticket, LOG_IN, browser)
        self._gates.passkey(origin.address)
        passkey = await self._known(answer)
        account = await self._db.one(people.account(passkey.person_id))
        if account is None:
            raise Unauthenticated(_UNKNOWN)
        self._gates.passkey_of(account.person.id)
        used = await self._proven(challenge, answer, passkey, verify=True)
        signed_in = await self._use(passkey, used, challenge, origin, lambda tx: self._enter(tx, passkey, origin))
        self._gates.passkey_right(account.person.id)
        return signed_in

    async def begin_second_step(self, pending: str) -> Ceremony:
        """After the password, in place of a one-time code. Raises Conflict for who has no passkey."""
        account = await self._sessions.half_done(pending, Kind.BROWSER)
        return await self._asked(account.person.id, SECOND_STEP, pending)

    async def second_step(self, pending: str, ticket: str, answer: Answer, origin: Origin) -> SignedIn:
        """Raises Unauthenticated, RateLimited."""
        account = await self._sessions.half_done(pending, Kind.BROWSER)
        challenge = self._challenges.read(ticket, SECOND_STEP, pending)
        passkey, used = await self._own(account.person.id, challenge, answer)

        def enter(tx: Transaction) -> SignedIn:
            now = tx.one(people.account(passkey.person_id))
            if now is None or now.password != account.password:
                raise Unauthenticated(text("Something has changed meanwhile. Log in again from the start."))
            return self._enter(tx, passkey, origin)

        signed_in = await self._use(passkey, used, challenge, origin, enter)
        self._gates.code_right(account.person.id)
        self._gates.signed_in(account.email_key)
        return signed_in

    async def begin_proof(self, principal: Principal) -> Ceremony:
        """Raises Conflict for who has no passkey, RateLimited."""
        return await self._asked(person_of(principal), PROOF, Proofs.session_of(principal))

    async def prove(self, principal: Principal, ticket: str, answer: Answer, origin: Origin) -> None:
        """The same as the password once more. Raises Unauthenticated, RateLimited."""
        session_id = Proofs.session_of(principal)
        challenge = self._challenges.read(ticket, PROOF, session_id)
        passkey, used = await self._own(person_of(principal), challenge, answer)
        await self._use(passkey, used, challenge, origin, lambda tx: proofs.put(tx, session_id))
        self._gates.code_right(passkey.person_id)

    async def has_any(self, person_id: str) -> bool:
        return self._party is not None and bool(await self._db.all(store.of_person(person_id)))

    async def of_half_done(self, pending: str) -> bool:
        """Whether whoever has given the password may go on with a passkey. Raises Unauthenticated."""
        account: Account = await self._sessions.half_done(pending, Kind.BROWSER)
        return await self.has_any(account.person.id)

    async def _asked(self, person_id: str, purpose: str, bound: str) -> Ceremony:
        party = party_of(self._party)
        self._gates.ceremony(person_id)
        known = [one for one in await self._db.all(store.of_person(person_id)) if one.suspected_at is None]
        if not known:
            raise Conflict(text("You have no passkey yet."))
        challenge, ticket = self._challenges.issue(purpose, bound)
        options = await asyncio.to_thread(
            kit.request_options, party, challenge.value, [as_known(one) for one in known], verify=False
        )
        return Ceremony(options, ticket)

    async def _own(self, person_id: str, challenge: Challenge, answer: Answer) -> tuple[Passkey, Used]:
        """Of somebody who is known by something else already."""
        self._gates.code(person_id)
        passkey = await self._known(answer)
        if passkey.person_id != person_id:
            raise Unauthenticated(_UNKNOWN)
        return passkey, await self._proven(challenge, answer, passkey, verify=False)

    async def _known(self, answer: Answer) -> Passkey:
        try:
            credential, handle = kit.credential_of(answer), kit.handle_of(answer)
        except InvalidInput as error:
            raise Unauthenticated(error.message) from error
        passkey = await self._db.one(store.by_credential(credential))
        if passkey is None or (handle is not None and handle != passkey.person_id.encode()):
            raise Unauthenticated(_UNKNOWN)
        return passkey

    async def _proven(self, challenge: Challenge, answer: Answer, passkey: Passkey, *, verify: bool) -> Used:
        party = party_of(self._party)
        try:
            return await asyncio.to_thread(
                kit.asserted, party, challenge.value, answer, passkey.public_key, verify=verify
            )
        except InvalidInput as error:
            raise Unauthenticated(error.message) from error

    async def _use(
        self,
        passkey: Passkey,
        used: Used,
        challenge: Challenge,
        origin: Origin,
        effect: Callable[[Transaction], T],
    ) -> T:
        """`effect` in the transaction that uses the answer up. A copy is written down, and refused after that."""

        def unit(tx: Transaction) -> tuple[T] | None:
            challenge.spend(tx)
            now = tx.one(store.find(passkey.person_id, passkey.id))
            if now is None:
                raise Unauthenticated(_UNKNOWN)
            if now.suspected_at is not None or is_copy(now.sign_count, used.sign_count):
                self._suspect(tx, now, origin)
                return None
            store.used(tx, now.id, used.sign_count)
            return (effect(tx),)

        done = await self._db.write(unit)
        if done is None:
            raise Unauthenticated(_COPIED)
        return done[0]

    def _enter(self, tx: Transaction, passkey: Passkey, origin: Origin) -> SignedIn:
        journal.record(tx, passkey.person_id, Happened.PASSKEY_USED, passkey.name, origin)
        return self._sessions.enter(tx, passkey.person_id, Kind.BROWSER, origin)

    def _suspect(self, tx: Transaction, passkey: Passkey, origin: Origin) -> None:
        if passkey.suspected_at is not None:
            return
        store.suspect(tx, passkey.id)
        journal.record(tx, passkey.person_id, Happened.PASSKEY_SUSPECTED, passkey.name, origin)
        account = tx.one(people.account(passkey.person_id))
        if account is not None:
            url = self._links.to("/account/passkeys")
            self._people.notify(tx, account.person, "passkey_suspected", url=url, more={"passkey": passkey.name})
