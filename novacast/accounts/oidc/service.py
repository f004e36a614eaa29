"""Logging in by the provider: begun, brought back, and joined to an account that is there or may be made.

Nobody gets at an account because a provider names its address: its owner must log in to it once and say so.
"""

import json
import secrets
from collections.abc import Sequence

from novacast.accounts.journal import store as journal
from novacast.accounts.journal.models import Kind as Happened
from novacast.accounts.oidc import store
from novacast.accounts.oidc.groups import Grants
from novacast.accounts.oidc.models import Begun, Linked, Outcome, Told, Waiting
from novacast.accounts.oidc.provider import Provider
from novacast.accounts.organizations import store as organizations
from novacast.accounts.passkeys import store as challenges
from novacast.accounts.people import store as people
from novacast.accounts.people.models import Account, EmailAddress
from novacast.accounts.people.service import Links, People
from novacast.accounts.proofs.service import Proofs
from novacast.accounts.rates import Gates
from novacast.accounts.registration.models import SignUp
from novacast.accounts.registration.service import enrol
from novacast.accounts.sessions.models import Kind, Origin, SecondFactorNeeded, SignedIn
from novacast.accounts.sessions.service import Sessions
from novacast.clock import MINUTE, Clock
from novacast.database import Database, Transaction
from novacast.errors import Conflict, Forbidden, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, person_of
from novacast.security.idtokens import Identity
from novacast.security.keys import Signer, digest, new_token
from novacast.security.passwords import Passwords
from novacast.settings import Oidc

BACK = "/login/oidc/back"
LASTS = 10 * MINUTE
_BEGUN, _WAITS = "begun", "waits"
_LATE = text("That took too long, or was begun in another window. Begin the log-in again.")
_NOBODY = text("There is no account for you here. Ask whoever runs this server for an invitation.")


class OidcLogIn:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        passwords: Passwords,
        people: People,
        sessions: Sessions,
        proofs: Proofs,
        gates: Gates,
        signer: Signer,
        links: Links,
        settings: Oidc,
        provider: Provider | None,
    ) -> None:
        self._db, self._clock, self._passwords, self._people = db, clock, passwords, people
        self._sessions, self._proofs, self._gates, self._signer = sessions, proofs, gates, signer
        self._links, self._settings, self._given = links, settings, provider
        self._grants = Grants.of(settings.roles)
        self._domains = frozenset(one.lower().lstrip("@") for one in settings.domains)

    @property
    def possible(self) -> bool:
        return self._given is not None

    @property
    def name(self) -> str:
        """What people call the provider."""
        return self._settings.name or self._settings.issuer.partition("://")[2].partition("/")[0]

    @property
    def _provider(self) -> Provider:
        if self._given is None:
            raise NotFound(text("There is nothing here."))
        return self._given

    async def begin(self, to: str, address: str) -> Begun:
        """`to`: where to go with the session. Raises Unavailable, RateLimited, NotFound."""
        provider = self._provider
        self._gates.ceremony(address)
        state, nonce, verifier = new_token(32), new_token(32), new_token(48)
        url = await provider.address(state, nonce, verifier)
        return Begun(url, self._keep(_BEGUN, state, nonce, verifier, to[:1000]))

    async def finish(
        self, kept: str, state: str, code: str, issuer: str | None, language: str, origin: Origin
    ) -> Outcome:
        """`kept`: of `begin`, by the same browser. Raises Unauthenticated, Forbidden, Unavailable, RateLimited."""
        provider = self._provider
        self._gates.outside(origin.address)
        (known, nonce, verifier, to), expires_at = self._kept(kept, _BEGUN)
        if not secrets.compare_digest(state.encode(), known.encode()):
            raise Unauthenticated(_LATE)
        names_itself = (await provider.metadata()).names_itself
        if (issuer is None and names_itself) or (issuer is not None and issuer != provider.issuer):
            raise Unauthenticated(text("This log-in comes from another provider than it was begun at. Begin it again."))
        # Before the code is: what is sent twice reaches the provider once.
        if not await self._db.write(lambda tx: challenges.answered(tx, digest(known), expires_at)):
            raise Unauthenticated(_LATE)
        identity = await provider.redeem(code, verifier, nonce)
        told = Told.of(identity, self._settings.groups_claim, trust=self._settings.trust_email)
        return Outcome(await self._let_in(identity, told, language, origin), to)

    async def waiting(self, principal: Principal, kept: str) -> str | None:
        """The address that waits to be joined to the caller's account; None where none does."""
        account = await self._people.account(principal)
        try:
            (_issuer, _subject, email, key), _until = self._kept(kept, _WAITS)
        except Unauthenticated:
            return None
        return email if key == account.email_key else None

    async def join(self, principal: Principal, kept: str, origin: Origin) -> None:
        """The caller says that both are theirs. Raises ProofNeeded, Unauthenticated, Forbidden, Conflict."""
        await self._proofs.require(principal)
        account = await self._people.account(principal)
        (issuer, subject, email, key), _until = self._kept(kept, _WAITS)
        if issuer != self._provider.issuer:
            raise Unauthenticated(_LATE)
        if key != account.email_key:
            raise Forbidden(text("That log-in is of another address than this account's."))

        def unit(tx: Transaction) -> None:
            if tx.one(store.find(issuer, subject)) is not None or tx.all(store.of_person(account.person.id)):
                raise Conflict(text("Account and provider are joined to another already. Part them first."))
            self._link(tx, account, issuer, subject, email, origin)

        await self._db.write(unit)

    async def linked(self, principal: Principal) -> Sequence[Linked]:
        return await self._db.all(store.of_person(person_of(principal)))

    async def part(self, principal: Principal, origin: Origin) -> None:
        """From then on the provider logs nobody in to this account. Raises ProofNeeded, NotFound."""
        await self._proofs.require(principal)
        person = await self._people.me(principal)

        def unit(tx: Transaction) -> None:
            if not store.unlink(tx, person.id):
                raise NotFound(text("This account is joined to no provider."))
            journal.record(tx, person.id, Happened.PROVIDER_UNLINKED, self.name, origin)
            url = self._links.to("/account/provider")
            self._people.notify(tx, person, "provider_unlinked", url=url, more={"provider": self.name})

        await self._db.write(unit)

    async def opened(self, principal: Principal) -> bool:
        """Whether the caller's session was opened by the provider, where they may still be logged in after it."""
        if self._given is None or principal.session_id is None:
            return False
        return await self._db.one(store.is_by_provider(principal.session_id)) is not None

    async def way_out(self) -> str | None:
        """Where one logs out at the provider itself, if it says so. Raises Unavailable, NotFound."""
        return (await self._provider.metadata()).end_session

    async def close(self) -> None:
        if self._given is not None:
            await self._given.close()

    async def _let_in(
        self, identity: Identity, told: Told, language: str, origin: Origin
    ) -> SignedIn | SecondFactorNeeded | Waiting:
        linked = await self._db.one(store.find(identity.issuer, identity.subject))
        if linked is None:
            if told.email is None or not told.verified or not self._is_ours(told.email):
                raise Forbidden(_NOBODY)
            if await self._db.one(people.account_by_key(told.email.key)) is not None:
                who = (identity.issuer, identity.subject, told.email.text, told.email.key)
                return Waiting(told.email.text, self._keep(_WAITS, *who))
            return await self._made(identity, told, told.email, language, origin)
        return await self._db.write(lambda tx: self._enter(tx, identity, told, origin))

    async def _made(
        self, identity: Identity, told: Told, email: EmailAddress, language: str, origin: Origin
    ) -> SignedIn | SecondFactorNeeded:
        """A new account. Its password is nobody's: who wants one asks for it by mail."""
        if not await self._may_have_one(email):
            raise Forbidden(_NOBODY)
        new = SignUp.of(email, told.name, told.language or language)
        hashed = await self._passwords.hash(new_token(32))

        def unit(tx: Transaction) -> SignedIn | SecondFactorNeeded:
            person = enrol(tx, new, hashed)
            account = tx.one(people.account(person.id))
            assert account is not None
            self._link(tx, account, identity.issuer, identity.subject, email.text, origin)
            return self._enter(tx, identity, told, origin)

        return await self._db.write(unit)

    async def _may_have_one(self, email: EmailAddress) -> bool:
        match self._settings.accounts:
            case "anyone":
                return True
            case "invited":
                open_ = await self._db.all(organizations.invitations_to(email.key))
                return any(one.expires_at > self._clock.now() for one, _ in open_)
        return False

    def _enter(self, tx: Transaction, identity: Identity, told: Told, origin: Origin) -> SignedIn | SecondFactorNeeded:
        linked = tx.one(store.find(identity.issuer, identity.subject))
        account = None if linked is None else tx.one(people.account(linked.person_id))
        if linked is None or account is None:
            raise Unauthenticated(_LATE)
        store.used(tx, linked.issuer, linked.subject, told.email.text if told.email else linked.email)
        self._grants.keep_up(tx, linked.person_id, told.groups)
        if account.totp_secret is not None:
            return self._sessions.ask_for_code(account, Kind.BROWSER)
        signed_in = self._sessions.enter(tx, linked.person_id, Kind.BROWSER, origin)
        store.began(tx, signed_in.session.id)
        return signed_in

    def _link(self, tx: Transaction, account: Account, issuer: str, subject: str, email: str, origin: Origin) -> None:
        person = account.person
        store.link(tx, issuer, subject, person.id, email)
        journal.record(tx, person.id, Happened.PROVIDER_LINKED, self.name, origin)
        url = self._links.to("/account/provider")
        self._people.notify(tx, person, "provider_linked", url=url, more={"provider": self.name})

    def _is_ours(self, email: EmailAddress) -> bool:
        return not self._domains or email.key.rpartition("@")[2] in self._domains

    def _keep(self, what: str, *parts: str) -> str:
        """For the browser to bring back; good for some minutes."""
        return self._signer.sign(json.dumps([what, parts, self._clock.now() + LASTS]).encode())

    def _kept(self, kept: str, what: str) -> tuple[Sequence[str], int]:
        """The parts, and until when they count. Raises Unauthenticated."""
        try:
            told, parts, expires_at = json.loads(self._signer.verify(kept))
        except Unauthenticated as error:
            raise Unauthenticated(_LATE) from error
        if told != what or expires_at <= self._clock.now():
            raise Unauthenticated(_LATE)
        return parts, expires_at
