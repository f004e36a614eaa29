"""Signing up. The account is made, and its password chosen, behind the link that is mailed: nobody can sit on another's
address, and nobody knows the password of an account that another confirmed.

What a stranger is told, and the work that is done for it, is the same whether the address has an account or not; only
its mailbox learns the difference.
"""

from novacast.accounts.people import store as people
from novacast.accounts.people.models import EmailAddress, Person
from novacast.accounts.people.service import Links, changed, requested
from novacast.accounts.ports import Mailer
from novacast.accounts.rates import Gates
from novacast.accounts.registration import store
from novacast.accounts.registration.models import SignUp
from novacast.clock import DAY, Clock
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Forbidden, Gone
from novacast.i18n import text
from novacast.identity import new_id
from novacast.security.keys import digest, new_token
from novacast.security.passwords import Passwords, acceptable

LASTS = DAY
_DEAD_LINK = text("This link has run out or was used already. If you can't log in, sign up again.")


class Registration:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        passwords: Passwords,
        gates: Gates,
        mailer: Mailer,
        links: Links,
        *,
        is_open: bool,
    ) -> None:
        self._db, self._clock, self._passwords, self._gates = db, clock, passwords, gates
        self._mailer, self._links = mailer, links
        self.is_open = is_open
        """Whether anyone may sign up; the invited may always."""

    async def hashed(self, new: SignUp, password: str) -> str:
        """PHC text of the password that the new account is to have. Raises InvalidInput, Overloaded."""
        return await self._passwords.hash(acceptable(password, new.email.text, new.name))

    async def sign_up(self, email: str, name: str, language: str, address: str, then: Then[None] | None = None) -> None:
        """Mail a link to `email`, or tell its owner that there is an account already."""
        if not self.is_open:
            raise Forbidden(text("Nobody can sign up here by themselves. Ask for an invitation."))
        to = EmailAddress.parse(email)
        self._gates.mail(address, to.key)
        new = SignUp.of(to, name, language)

        def unit(tx: Transaction) -> None:
            self._answer(tx, to, new)
            if then:
                then(tx, None)

        await self._db.write(unit)

    async def resend(self, email: str, address: str) -> None:
        """Another mail, whose link replaces that of the one before; for unknown addresses nothing, told to nobody."""
        to = EmailAddress.parse(email)
        self._gates.mail(address, to.key)

        def unit(tx: Transaction) -> None:
            requested(tx)
            waiting = tx.one(store.latest(to.key, tx.now))
            if waiting is not None:
                self._answer(tx, waiting.email, waiting)

        await self._db.write(unit)

    def _answer(self, tx: Transaction, to: EmailAddress, new: SignUp) -> None:
        known = tx.one(people.account_by_key(to.key))
        if known is not None:
            person = known.person
            self._mail(tx, person.email, "address_taken", person.language, self._links.to("/login"), person.id)
            return
        token = new_token()
        store.insert(tx, digest(token), new, tx.now + LASTS)
        self._mail(tx, to.text, "sign_up", new.language, self._links.to("/verify", token))

    def _mail(
        self, tx: Transaction, to: str, template: str, language: str, url: str, person_id: str | None = None
    ) -> None:
        # No name: a stranger chose it, and this goes to an address that may be another's.
        self._mailer.send(tx, to=to, template=template, language=language, context={"url": url}, person_id=person_id)

    async def waiting(self, token: str, address: str) -> SignUp:
        """What a link would make an account of; uses nothing up. Raises Gone."""
        self._gates.link(address)
        new = await self._db.one(store.sign_up(digest(token), self._clock.now()))
        if new is None:
            raise Gone(_DEAD_LINK)
        return new

    async def confirm(self, token: str, password: str, address: str, then: Then[Person] | None = None) -> Person:
        """Make the account that the link was sent for.

        Raises Gone, Conflict, and InvalidInput for the password (the link stays good then).
        """
        hashed = await self.hashed(await self.waiting(token, address), password)
        kept = digest(token)

        def unit(tx: Transaction) -> Person:
            new = tx.one(store.sign_up(kept, tx.now))
            if new is None:
                raise Gone(_DEAD_LINK)
            person = enrol(tx, new, hashed)
            if then:
                then(tx, person)
            return person

        return await self._db.write(unit)


def enrol(tx: Transaction, new: SignUp, password: str) -> Person:
    """Make the account of an address that is proven; `password` is PHC text. Raises Conflict if it has one."""
    if tx.one(people.account_by_key(new.email.key)) is not None:
        raise Conflict(text("There is an account with this address already. Log in, or reset its password."))
    person_id = new_id()
    people.insert(tx, person_id, new.email, new.name, new.language, password)
    store.drop(tx, new.email.key)
    changed(tx, person_id)
    account = tx.one(people.account(person_id))
    assert account is not None
    return account.person
