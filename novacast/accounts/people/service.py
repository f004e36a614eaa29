"""What people do with their own account: profile, password, address."""

from collections.abc import Iterable, Mapping

from novacast import outbox
from novacast.accounts.journal import store as journal
from novacast.accounts.journal.models import Kind
from novacast.accounts.passkeys import store as passkeys
from novacast.accounts.people import store
from novacast.accounts.people.models import (
    Account,
    Addressee,
    EmailAddress,
    Person,
    Standing,
    clean_language,
    clean_name,
)
from novacast.accounts.ports import Mailer
from novacast.accounts.rates import Gates
from novacast.accounts.sessions import store as sessions
from novacast.clock import HOUR, Clock
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Gone, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, new_id, person_of
from novacast.records import dataclass
from novacast.security.keys import digest, new_token
from novacast.security.passwords import Passwords, acceptable

RESET_LASTS = HOUR
CHANGE_LASTS = 24 * HOUR
_DEAD_LINK = text("This link has run out or was used already. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that mails carry; `root` is the public address of the server."""

    root: str

    def to(self, path: str, token: str = "") -> str:
        return f"{self.root}{path}{f'?token={token}' if token else ''}"


def changed(tx: Transaction, person_id: str) -> None:
    outbox.emit(tx, "person.changed", person_id, outbox.person(person_id), person_id=person_id)


def requested(tx: Transaction) -> None:
    """A fact without a person: a request for an unknown address writes to the disk as well, and takes its time."""
    outbox.emit(tx, "mail.requested", new_id(), outbox.INTERNAL)


class Addressees:
    """Of other slices' mails."""

    def addressee(self, tx: Transaction, person_id: str) -> Addressee | None:
        """None for whoever has no account any more."""
        return tx.one(store.addressee(person_id))

    def at(self, tx: Transaction, email: str) -> Addressee | None:
        """Whose account has this address; None: nobody's."""
        try:
            account = tx.one(store.account_by_key(EmailAddress.parse(email).key))
        except InvalidInput:
            return None
        return None if account is None else tx.one(store.addressee(account.person.id))


class Standings:
    """Of people, for other slices."""

    def standing(self, tx: Transaction, person_id: str, org_id: str) -> Standing | None:
        """None for whoever has no account any more."""
        return tx.one(store.standing(person_id, org_id))


class People:
    def __init__(
        self, db: Database, clock: Clock, passwords: Passwords, gates: Gates, mailer: Mailer, links: Links
    ) -> None:
        self._db, self._clock, self._passwords = db, clock, passwords
        self._gates, self._mailer, self._links = gates, mailer, links

    async def me(self, principal: Principal) -> Person:
        return (await self.account(principal)).person

    async def account(self, principal: Principal) -> Account:
        """The caller's account with its credentials, for the rest of this slice."""
        account = await self._db.one(store.account(person_of(principal)))
        if account is None:
            raise Unauthenticated(text("This account is gone. Sign up for a new one."))
        return account

    async def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Names by id, for other slices; the erased have an empty one, the unknown none."""
        return dict(await self._db.all(store.names(ids)))

    async def edit(self, principal: Principal, name: str | None, language: str | None) -> Person:
        """Change what is not None."""
        person_id = person_of(principal)
        new_name = None if name is None else clean_name(name)
        new_language = None if language is None else clean_language(language)

        def unit(tx: Transaction) -> Person:
            person = _known(tx, person_id).person
            store.set_profile(tx, person_id, new_name or person.name, new_language or person.language)
            changed(tx, person_id)
            return _known(tx, person_id).person

        return await self._db.write(unit)

    async def confirm_password(self, principal: Principal, password: str, field: str = "password") -> Account:
        """The caller's account, if `password` is right: asked before each change that matters.

        Raises InvalidInput for `field`, RateLimited.
        """
        account = await self.account(principal)
        self._gates.confirm(account.person.id)
        if not await self._passwords.verify(password, account.password):
            raise InvalidInput.field(field, text("This is not your password."), "wrong_password")
        self._gates.confirmed(account.person.id)
        return account

    async def change_password(
        self, principal: Principal, password: str, new_password: str, then: Then[None] | None = None
    ) -> None:
        """Every other session ends; the caller's own and named API tokens go on."""
        account = await self.confirm_password(principal, password)
        person = account.person
        wanted = acceptable(new_password, person.email, person.name, field="new_password")
        hashed = await self._passwords.hash(wanted)

        def unit(tx: Transaction) -> None:
            if _known(tx, person.id).password != account.password:
                raise Conflict(text("The password was changed by someone else just now. Log in again."))
            self._set_password(tx, person, hashed)
            sessions.revoke_all(tx, person.id, but=principal.session_id)
            if then:
                then(tx, None)

        await self._db.write(unit)

    def replace_password(self, tx: Transaction, person: Person, hashed: str) -> None:
        """A new password from outside (reset, operator): no session, no API token and no passkey survives it, as
        whoever had the account may have left one behind."""
        self._set_password(tx, person, hashed)
        sessions.revoke_all(tx, person.id, tokens=True)
        for passkey in tx.all(passkeys.of_person(person.id)):
            passkeys.remove(tx, passkey.id)
            journal.record(tx, person.id, Kind.PASSKEY_REMOVED, passkey.name)
            url = self._links.to("/account/passkeys")
            self.notify(tx, person, "passkey_removed", url=url, more={"passkey": passkey.name})

    def _set_password(self, tx: Transaction, person: Person, hashed: str) -> None:
        store.set_password(tx, person.id, hashed)
        store.drop_mail_tokens(tx, person.id, "reset")
        changed(tx, person.id)
        self.notify(tx, person, "password_changed", url=self._links.to("/forgot"))

    async def request_reset(self, email: str, address: str) -> None:
        """Mail a link if there is such an account; what strangers see is the same if there is none."""
        to = EmailAddress.parse(email)
        self._gates.mail(address, to.key)
        token = new_token()

        def unit(tx: Transaction) -> None:
            requested(tx)
            account = tx.one(store.account_by_key(to.key))
            if account is None:
                return
            person = account.person
            store.add_mail_token(
                tx, digest(token), person.id, "reset", EmailAddress(person.email, to.key), tx.now + RESET_LASTS
            )
            self.notify(tx, person, "password_reset", url=self._links.to("/reset", token))

        await self._db.write(unit)

    async def reset(self, token: str, password: str, address: str) -> None:
        """Raises Gone for a link that is used or old, InvalidInput for the password (the link stays good then)."""
        self._gates.link(address)
        kept = digest(token)
        account = await self._db.one(store.account_by_mail_token(kept, "reset", self._clock.now()))
        if account is None:
            raise Gone(_DEAD_LINK)
        hashed = await self._passwords.hash(acceptable(password, account.person.email, account.person.name))

        def unit(tx: Transaction) -> None:
            if tx.one(store.mail_token(kept, "reset", tx.now)) is None:
                raise Gone(_DEAD_LINK)
            self.replace_password(tx, _known(tx, account.person.id).person, hashed)

        await self._db.write(unit)
        self._gates.signed_in(account.email_key)

    async def request_email(
        self, principal: Principal, password: str, email: str, address: str, then: Then[None] | None = None
    ) -> None:
        """Mail a link to the new address; nothing changes before it is opened.

        A taken address answers alike: its owner is told instead.
        """
        to = EmailAddress.parse(email)
        account = await self.confirm_password(principal, password)
        self._gates.mail(address, to.key)
        token, person = new_token(), account.person

        def unit(tx: Transaction) -> None:
            store.drop_mail_tokens(tx, person.id, "change")
            if owner := tx.one(store.account_by_key(to.key)):
                self.notify(tx, owner.person, "address_taken", url=self._links.to("/login"))
            else:
                store.add_mail_token(tx, digest(token), person.id, "change", to, tx.now + CHANGE_LASTS)
                url = self._links.to("/email", token)
                self.notify(tx, person, "email_change", to=to.text, url=url)
            if then:
                then(tx, None)

        await self._db.write(unit)

    async def confirm_email(self, token: str, address: str, then: Then[Person] | None = None) -> Person:
        """Move the account to the address that the link was sent to; the old one gets a notice."""
        self._gates.link(address)
        kept = digest(token)

        def unit(tx: Transaction) -> Person:
            found = tx.one(store.mail_token(kept, "change", tx.now))
            if found is None:
                raise Gone(_DEAD_LINK)
            person_id, email = found
            before = _known(tx, person_id).person
            if tx.one(store.account_by_key(email.key)):
                raise Conflict(text("Another account has this address by now. Log in to that one, or choose another."))
            store.set_email(tx, person_id, email)
            store.drop_mail_tokens(tx, person_id, "change")
            store.drop_mail_tokens(tx, person_id, "reset")
            changed(tx, person_id)
            self.notify(tx, before, "email_changed", url=self._links.to("/forgot"))
            after = _known(tx, person_id).person
            if then:
                then(tx, after)
            return after

        return await self._db.write(unit)

    def notify(
        self,
        tx: Transaction,
        person: Person,
        template: str,
        *,
        url: str,
        to: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self._mailer.send(
            tx,
            to=to or person.email,
            template=template,
            language=person.language,
            context={"name": person.name, "url": url, **(more or {})},
            person_id=person.id,
        )


def _known(tx: Transaction, person_id: str) -> Account:
    account = tx.one(store.account(person_id))
    if account is None:
        raise NotFound(text("This account is gone."))
    return account
