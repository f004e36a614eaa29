"""One-time codes: set-up, the check at sign-in, recovery codes. A code is worth one use, whoever comes second."""

from novacast.accounts.people import store as people
from novacast.accounts.people.models import Account
from novacast.accounts.people.service import Links, People, changed
from novacast.accounts.rates import Gates
from novacast.accounts.second_factor import store
from novacast.accounts.second_factor.models import SetUp, Status
from novacast.accounts.sessions import store as sessions
from novacast.clock import Clock
from novacast.database import Database, Transaction
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import text
from novacast.identity import Principal
from novacast.security import totp
from novacast.security.keys import digest
from novacast.security.seal import Seal

_WRONG = text("This code is not right, or was used before. Wait for the next one that your app shows.")


class SecondFactor:
    def __init__(
        self, db: Database, clock: Clock, people: People, gates: Gates, seal: Seal, links: Links, issuer: str
    ) -> None:
        self._db, self._clock, self._people, self._gates = db, clock, people, gates
        self._seal, self._links, self._issuer = seal, links, issuer

    async def status(self, principal: Principal) -> Status:
        account = await self._people.account(principal)
        left = await self._db.one(store.left(account.person.id)) or 0
        return Status(account.totp_secret is not None, account.totp_pending is not None, left)

    async def begin(self, principal: Principal, password: str) -> SetUp:
        """A new secret; nothing is asked at sign-in before `finish` has seen a code of it."""
        account = await self._people.confirm_password(principal, password)
        if account.totp_secret is not None:
            raise Conflict(text("The second factor is on already. Switch it off first to move to another device."))
        secret = totp.new_secret()
        person_id = account.person.id
        sealed = self._seal.close(secret, person_id)
        await self._db.write(lambda tx: people.set_pending_totp(tx, person_id, sealed))
        return self._set_up(account, secret)

    async def waiting(self, principal: Principal) -> SetUp:
        """The set-up that was begun, for its QR code. Raises Conflict without one."""
        account = await self._people.account(principal)
        return self._set_up(account, self._pending(account))

    async def finish(self, principal: Principal, code: str) -> list[str]:
        """Switch it on; the recovery codes, which are never shown again. Other sessions end."""
        account = await self._people.account(principal)
        person = account.person
        self._gates.code(person.id)
        counter = totp.matching_counter(self._pending(account), code, self._clock.now())
        if counter is None:
            raise InvalidInput.field("code", _WRONG, "wrong_code")
        codes = totp.new_recovery_codes()

        def unit(tx: Transaction) -> None:
            now = tx.one(people.account(person.id))
            if now is None or now.totp_pending != account.totp_pending:
                raise Conflict(text("The set-up was begun again elsewhere. Use the newest secret."))
            people.set_totp(tx, person.id, account.totp_pending, counter)
            store.replace(tx, person.id, map(digest, codes))
            sessions.revoke_all(tx, person.id, but=principal.session_id)
            changed(tx, person.id)
            self._people.notify(tx, person, "second_factor_on", url=self._links.to("/account/security"))

        await self._db.write(unit)
        self._gates.code_right(person.id)
        return codes

    async def switch_off(self, principal: Principal, password: str) -> None:
        account = await self._people.confirm_password(principal, password)
        person = account.person

        def unit(tx: Transaction) -> None:
            people.set_totp(tx, person.id, None, 0)
            store.drop(tx, person.id)
            changed(tx, person.id)
            if account.totp_secret is not None:
                self._people.notify(tx, person, "second_factor_off", url=self._links.to("/forgot"))

        await self._db.write(unit)

    async def new_codes(self, principal: Principal, password: str) -> list[str]:
        """Ten new recovery codes; the old ones are worth nothing any more."""
        account = await self._people.confirm_password(principal, password)
        if account.totp_secret is None:
            raise Conflict(text("The second factor is off; there is nothing to recover."))
        codes = totp.new_recovery_codes()
        await self._db.write(lambda tx: store.replace(tx, account.person.id, map(digest, codes)))
        return codes

    def accepts(self, tx: Transaction, account: Account, code: str) -> bool:
        """Use up `code`, one-time or recovery; false if it is wrong or was used."""
        if account.totp_secret is None:
            return False
        if len("".join(code.split())) > totp.DIGITS:
            return bool(store.use(tx, account.person.id, digest(totp.recovery_code(code))))
        secret = self._seal.open(account.totp_secret, account.person.id)
        counter = totp.matching_counter(secret, code, tx.now)
        return counter is not None and bool(people.advance_totp(tx, account.person.id, counter))

    def _pending(self, account: Account) -> bytes:
        if account.totp_pending is None:
            raise Conflict(text("No set-up of a second factor is under way. Begin one."))
        return self._seal.open(account.totp_pending, account.person.id)

    def _set_up(self, account: Account, secret: bytes) -> SetUp:
        uri = totp.provisioning_uri(secret, account.person.email, self._issuer)
        return SetUp(totp.base32(secret), uri)
