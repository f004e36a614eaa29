"""Invitations by mail. The link proves the mailbox, so that only its owner can accept, signed in or signing up."""

from novacast.accounts.listing import behind
from novacast.accounts.organizations import store
from novacast.accounts.organizations.authority import MISSING, demand_for_role
from novacast.accounts.organizations.models import Invitation, Membership, Offer
from novacast.accounts.organizations.service import join
from novacast.accounts.people import store as people
from novacast.accounts.people.models import EmailAddress, Person
from novacast.accounts.people.service import Links
from novacast.accounts.ports import Mailer
from novacast.accounts.rates import Gates
from novacast.accounts.registration.models import SignUp
from novacast.accounts.registration.service import Registration, enrol
from novacast.clock import DAY, Clock
from novacast.database import Database, Page, Then, Transaction
from novacast.errors import Conflict, Forbidden, Gone, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal, Role, new_id, person_of
from novacast.security.keys import digest, new_token

_DEAD_LINK = text("This invitation was accepted, withdrawn, or has run out. Ask for another one.")


class Invitations:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        registration: Registration,
        gates: Gates,
        mailer: Mailer,
        links: Links,
        *,
        days: int,
    ) -> None:
        self._db, self._clock, self._registration = db, clock, registration
        self._gates, self._mailer, self._links = gates, mailer, links
        self._lasts = days * DAY

    async def invite(
        self,
        principal: Principal,
        org_id: str,
        email: str,
        role: Role,
        then: Then[Invitation] | None = None,
    ) -> Invitation:
        """Mail an invitation; an open one to the same address is replaced. Raises Conflict for members."""
        to, token = EmailAddress.parse(email), new_token()
        if principal.person_id:
            self._gates.invite(principal.person_id)

        def unit(tx: Transaction) -> Invitation:
            organization = demand_for_role(tx, principal, org_id, role)
            known = tx.one(people.account_by_key(to.key))
            if known and tx.one(store.role(org_id, known.person.id)):
                raise Conflict(text("This person is a member already. Change their role instead."))
            new = Invitation(
                id=new_id(),
                org_id=org_id,
                email=to.text,
                email_key=to.key,
                role=role,
                created_at=tx.now,
                expires_at=tx.now + self._lasts,
            )
            store.invite(tx, new, digest(token), principal.person_id)
            self._mailer.send(
                tx,
                to=to.text,
                template="invitation",
                language=known.person.language if known else principal.language,
                context={
                    "organization": organization.name,
                    "inviter": principal.name,
                    "role": role,
                    "url": self._links.to("/invitation", token),
                },
                person_id=known.person.id if known else None,
            )
            if then:
                then(tx, new)
            return new

        return await self._db.write(unit)

    async def listed(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Invitation]:
        """Open ones, newest first."""
        if not principal.allows(Action.ORG_VIEW, org_id):
            raise NotFound(MISSING)
        if not principal.allows(Action.MEMBER_MANAGE, org_id):
            raise Forbidden(text("Your role doesn't show you invitations."))
        rows = await self._db.all(store.invitations(org_id, self._clock.now(), behind(cursor), limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def withdraw(self, principal: Principal, org_id: str, invitation_id: str) -> None:
        def unit(tx: Transaction) -> None:
            found = tx.one(store.invitation_by_id(org_id, invitation_id))
            demand_for_role(tx, principal, org_id, found.role if found else None)
            if found is None:
                raise NotFound(text("There is no such invitation; it may be accepted or withdrawn already."))
            store.drop_invitation(tx, found.id)

        await self._db.write(unit)

    async def offer(self, token: str, address: str) -> Offer:
        """What a link offers, to whoever holds it. Raises Gone."""
        self._gates.link(address)
        async with self._db.snapshot() as view:
            found = await view.one(store.invitation(digest(token), self._clock.now()))
            if found is None:
                raise Gone(_DEAD_LINK)
            organization = await view.one(store.organization(found.org_id))
            if organization is None:
                raise Gone(_DEAD_LINK)
            known = await view.one(people.account_by_key(found.email_key))
        return Offer(organization.name, found.email, found.role, known is not None)

    async def accept(self, principal: Principal, token: str, then: Then[Membership] | None = None) -> Membership:
        """Join with the account that has the invited address. Raises Gone, Forbidden for another's invitation."""
        person_id = person_of(principal)
        kept = digest(token)

        def unit(tx: Transaction) -> Membership:
            found = _open(tx, kept)
            account = tx.one(people.account(person_id))
            if account is None or account.email_key != found.email_key:
                raise Forbidden(text("This invitation went to another address. Log in with the account that has it."))
            membership = self._take(tx, found, person_id)
            if then:
                then(tx, membership)
            return membership

        return await self._db.write(unit)

    async def accept_as_new(
        self,
        token: str,
        name: str,
        language: str,
        password: str,
        address: str,
        then: Then[Person] | None = None,
    ) -> Person:
        """Make the account of the invited address and join with it. Raises Gone, InvalidInput, Conflict."""
        self._gates.link(address)
        kept = digest(token)
        found = await self._db.one(store.invitation(kept, self._clock.now()))
        if found is None:
            raise Gone(_DEAD_LINK)
        new = SignUp.of(EmailAddress(found.email, found.email_key), name, language)
        hashed = await self._registration.hashed(new, password)

        def unit(tx: Transaction) -> Person:
            current = _open(tx, kept)
            person = enrol(tx, new, hashed)
            self._take(tx, current, person.id)
            if then:
                then(tx, person)
            return person

        return await self._db.write(unit)

    @staticmethod
    def _take(tx: Transaction, found: Invitation, person_id: str) -> Membership:
        store.drop_invitation(tx, found.id)
        organization = tx.one(store.organization(found.org_id))
        if organization is None:
            raise Gone(_DEAD_LINK)
        if tx.one(store.role(found.org_id, person_id)):
            raise Conflict(text("You are a member of {organization} already.", organization=organization.name))
        join(tx, found.org_id, person_id, found.role)
        return Membership(organization, found.role)


def _open(tx: Transaction, kept: bytes) -> Invitation:
    found = tx.one(store.invitation(kept, tx.now))
    if found is None:
        raise Gone(_DEAD_LINK)
    return found
