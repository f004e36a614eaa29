"""People from another system's file: accounts, and roles in organizations. Fits `importing.Takes`.

Nobody's password comes along unless it is hashed as ours are: whoever has none asks for a link to choose one.
"""

from collections.abc import Iterator

from novacast.accounts.imports.models import role_id
from novacast.accounts.organizations import store as organizations
from novacast.accounts.organizations.models import Organization
from novacast.accounts.organizations.service import join
from novacast.accounts.people import store as people
from novacast.accounts.people.models import LONGEST_NAME, EmailAddress, Person
from novacast.accounts.people.service import Links as Addresses
from novacast.accounts.ports import Mailer
from novacast.accounts.registration.models import SignUp
from novacast.accounts.registration.service import enrol
from novacast.clock import DAY
from novacast.database import Transaction
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import Text, text
from novacast.identity import Role
from novacast.importing import Brought, Did, Line, Links, Record, Wish
from novacast.security.keys import digest, new_token
from novacast.security.passwords import Passwords, is_taken_over

LINK_LASTS = 14 * DAY
_ROLES = {role.value: role for role in Role} | {"box office": Role.BOX_OFFICE, "box-office": Role.BOX_OFFICE}


class PeopleTaking:
    def __init__(self, passwords: Passwords, mailer: Mailer, addresses: Addresses, language: str) -> None:
        """`language`: of whoever has none."""
        self._passwords, self._mailer, self._addresses, self._language = passwords, mailer, addresses, language

    def take(self, tx: Transaction, wish: Wish, links: Links, record: Record) -> Brought:
        """Raises InvalidInput, Conflict."""
        (line,) = record.lines
        email = EmailAddress.parse(line.get("email", ""))
        key = digest(line.get("id") or email.key).hex()  # whose name there may be their address
        known = links.find(tx, "person", key)
        account = tx.one(people.account_by_key(email.key) if known is None else people.account(known))
        if known is not None and account is None:
            raise Conflict(text("They were here and have been erased: nobody is brought back that way."))
        notes: list[Text] = []
        did, person = Did.KNOWN, account.person if account is not None else None
        if person is None:
            person, did = self._made(tx, wish, email, line, notes), Did.MADE
        if known is None:
            links.keep(tx, "person", key, person.id, made=did is Did.MADE)
        given = [self._give(tx, links, key, person, house, role, notes) for house, role in self._roles(tx, wish, line)]
        if did is Did.KNOWN and any(given):
            did = Did.ADDED
        return Brought(did, person.id, notes)

    def _made(self, tx: Transaction, wish: Wish, email: EmailAddress, line: Line, notes: list[Text]) -> Person:
        name = line.get("name") or email.text.partition("@")[0][:LONGEST_NAME]
        new = SignUp.of(email, name, line.get("language", self._language).replace("_", "-"))
        hashed = line.get("password_hash", "")
        if hashed and not is_taken_over(hashed):
            notes.append(text("Its password is hashed in a way that is not taken over: they choose another."))
            hashed = ""
        person = enrol(tx, new, hashed or self._passwords.unknown())
        if wish.invite:
            self._tell(tx, person, email)
        return person

    def _tell(self, tx: Transaction, person: Person, email: EmailAddress) -> None:
        token = new_token()
        people.add_mail_token(tx, digest(token), person.id, "reset", email, tx.now + LINK_LASTS)
        self._mailer.send(
            tx,
            to=person.email,
            template="account_moved",
            language=person.language,
            context={"name": person.name, "url": self._addresses.to("/reset", token)},
            person_id=person.id,
        )

    def _roles(self, tx: Transaction, wish: Wish, line: Line) -> Iterator[tuple[Organization, Role]]:
        """Raises InvalidInput."""
        named = [one for one in line.get("roles", "").replace(";", ",").split(",") if one.strip()]
        if "role" in line:
            named.append(f"{line.get('organization', '')}:{line['role']}")
        for one in named:
            house, colon, role = one.rpartition(":")
            if not colon:
                house, role = "", one
            found = _ROLES.get(role.strip().casefold())
            if found is None:
                raise InvalidInput.field("role", text("{role} is no role.", role=role.strip()[:100]))
            yield self._house(tx, wish, house.strip()), found

    def _house(self, tx: Transaction, wish: Wish, name: str) -> Organization:
        """Raises InvalidInput."""
        query = organizations.named(name) if name else organizations.organization(wish.org_id)
        found = tx.all(query)
        if len(found) != 1:
            said = (
                text("There is no organization {name}.", name=name[:100])
                if name
                else text("Say in which organization: the file does not, and the import does not.")
            )
            raise InvalidInput.field("organization", said)
        return found[0]

    def _give(
        self,
        tx: Transaction,
        links: Links,
        key: str,
        person: Person,
        house: Organization,
        role: Role,
        notes: list[Text],
    ) -> bool:
        has = tx.one(organizations.role(house.id, person.id))
        if has is None:
            join(tx, house.id, person.id, role)
            if links.find(tx, "role", f"{key}@{house.id}") is None:
                links.keep(tx, "role", f"{key}@{house.id}", role_id(person.id, house.id, role))
        elif has is not role:
            notes.append(text("They keep their role in {house}: {role}.", house=house.name, role=has.value))
        return has is None


class Addressed:
    """Whose account an address is, for other slices within their transaction."""

    def person_id(self, tx: Transaction, email: str) -> str | None:
        try:
            key = EmailAddress.parse(email).key
        except InvalidInput:
            return None
        account = tx.one(people.account_by_key(key))
        return None if account is None else account.person.id
