"""What operators do beyond every role: the caller must be the system itself, or an operator with their token."""

from novacast.accounts.listing import behind
from novacast.accounts.organizations import store as organizations
from novacast.accounts.organizations.authority import keep_an_owner
from novacast.accounts.organizations.models import Member, Organization
from novacast.accounts.organizations.service import join, member_changed
from novacast.accounts.people import store as people
from novacast.accounts.people.models import EmailAddress, Person
from novacast.accounts.people.service import People
from novacast.accounts.registration.models import SignUp
from novacast.accounts.registration.service import Registration, enrol
from novacast.database import Database, Page, Transaction
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal, Role, operates
from novacast.security.passwords import Passwords, acceptable


class Administration:
    def __init__(self, db: Database, people: People, registration: Registration, passwords: Passwords) -> None:
        self._db, self._people, self._registration, self._passwords = db, people, registration, passwords

    async def create_person(
        self, principal: Principal, email: str, name: str, password: str, language: str = "en"
    ) -> Person:
        """An account without a mail: the operator vouches for the address. Raises Conflict for a taken one."""
        operates(principal)
        new = SignUp.of(EmailAddress.parse(email), name, language)
        hashed = await self._registration.hashed(new, password)
        return await self._db.write(lambda tx: enrol(tx, new, hashed))

    async def people(self, principal: Principal, cursor: str | None, limit: int) -> Page[Person]:
        """Newest first."""
        operates(principal)
        rows = await self._db.all(people.newest(behind(cursor), limit + 1))
        return Page.of(rows, limit, lambda person: (person.created_at, person.id))

    async def find(self, principal: Principal, email: str) -> Person:
        operates(principal)
        account = await self._db.one(people.account_by_key(EmailAddress.parse(email).key))
        if account is None:
            raise NotFound(text("There is no account with the address {email}.", email=email))
        return account.person

    async def set_password(self, principal: Principal, person_id: str, password: str) -> None:
        """Everything that was signed in with the old one ends."""
        operates(principal)
        account = await self._db.one(people.account(person_id))
        if account is None:
            raise NotFound(text("There is no such person."))
        person = account.person
        hashed = await self._passwords.hash(acceptable(password, person.email, person.name))
        await self._db.write(lambda tx: self._people.replace_password(tx, person, hashed))

    async def set_role(self, principal: Principal, org_id: str, person_id: str, role: Role | None) -> Member | None:
        """Give a person a role in an organization, also one who was no member; None takes it away."""
        operates(principal)

        def unit(tx: Transaction) -> Member | None:
            if tx.one(organizations.organization(org_id)) is None or tx.one(people.account(person_id)) is None:
                raise NotFound(text("There is no such organization or no such person."))
            if role is None:
                organizations.drop_member(tx, org_id, person_id)
                member_changed(tx, org_id, person_id, None)
            else:
                join(tx, org_id, person_id, role)
            keep_an_owner(tx, org_id)
            return tx.one(organizations.member(org_id, person_id))

        return await self._db.write(unit)

    async def organizations(self, principal: Principal, cursor: str | None, limit: int) -> Page[Organization]:
        """Newest first."""
        operates(principal)
        rows = await self._db.all(organizations.newest(behind(cursor), limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def find_organization(self, principal: Principal, slug: str) -> Organization:
        operates(principal)
        found = await self._db.one(organizations.by_slug(slug))
        if found is None:
            raise NotFound(text("There is no organization with the short name {slug}.", slug=slug))
        return found
