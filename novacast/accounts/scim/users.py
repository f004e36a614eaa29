"""Users as a client keeps them in step. Everybody is one; who is deleted by a client is shut out, and not erased."""

from collections.abc import Sequence

from novacast.accounts.operators import store as operators
from novacast.accounts.organizations import store as organizations
from novacast.accounts.organizations.authority import keep_an_owner
from novacast.accounts.organizations.service import join, member_changed
from novacast.accounts.people import store as people
from novacast.accounts.people.models import clean_language, clean_name
from novacast.accounts.people.service import changed
from novacast.accounts.registration.models import SignUp
from novacast.accounts.registration.service import enrol
from novacast.accounts.scim import documents, store
from novacast.accounts.scim.models import Document, GivenUser, Order, User, strongest, taken
from novacast.accounts.scim.paging import page
from novacast.accounts.scim.patching import patched
from novacast.accounts.sessions import store as sessions
from novacast.database import Database, IntegrityError, Transaction
from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, operates
from novacast.security.passwords import Passwords

BY = "scim"
_OPERATOR = text("This person is an operator of the server: no client changes them.")
_TAKEN = text("Another user has this userName or address.")


class ProvisionedUsers:
    def __init__(self, db: Database, passwords: Passwords, language: str, root: str) -> None:
        self._db, self._passwords, self._language, self._root = db, passwords, language, root

    async def listed(
        self, principal: Principal, written: str, start: int, count: int, order: Order | None = None
    ) -> tuple[int, Sequence[Document]]:
        """How many there are, and some of them; `start` counts from 1. Raises Forbidden, InvalidInput."""
        operates(principal)
        total, some = await page(self._db, written, start, count, store.count_users, store.users, order)
        return total, [documents.user(one, self._root) for one in some]

    async def show(self, principal: Principal, person_id: str) -> Document:
        """Raises Forbidden, NotFound."""
        operates(principal)
        found = await self._db.one(store.user(person_id))
        return documents.user(_there(found), self._root)

    async def create(self, principal: Principal, document: Document) -> Document:
        """Somebody whom a client had deleted comes back as who they were. Raises Forbidden, InvalidInput, Conflict."""
        operates(principal)
        given = GivenUser.of(document)

        def unit(tx: Transaction) -> User:
            account = tx.one(people.account_by_key(given.email.key))
            if account is not None and not tx.one(store.is_gone(account.person.id)):
                raise taken(_TAKEN)
            if account is None:
                new = SignUp.of(given.email, _name(given), self._language)
                person_id = enrol(tx, new, self._passwords.unknown()).id
            else:
                person_id = account.person.id
                _demand_none(tx, person_id)
            return self._set(tx, person_id, given)

        return documents.user(await self._db.write(unit), self._root)

    async def replace(self, principal: Principal, person_id: str, document: Document, match: str = "") -> Document:
        """`match`: as If-Match has it. Raises Forbidden, NotFound, InvalidInput, Conflict, PreconditionFailed."""
        operates(principal)
        given = GivenUser.of(document)

        def unit(tx: Transaction) -> User:
            documents.demand(match, self._known(tx, person_id))
            return self._set(tx, person_id, given)

        return documents.user(await self._db.write(unit), self._root)

    async def patch(self, principal: Principal, person_id: str, body: Document, match: str = "") -> Document:
        """Raises Forbidden, NotFound, InvalidInput, Conflict, PreconditionFailed."""
        operates(principal)

        def unit(tx: Transaction) -> User:
            before = self._known(tx, person_id)
            documents.demand(match, before)
            return self._set(tx, person_id, GivenUser.of(patched(before, body)))

        return documents.user(await self._db.write(unit), self._root)

    async def remove(self, principal: Principal, person_id: str, match: str = "") -> None:
        """Their sessions and tokens end, their roles by groups too, and nobody logs in. Raises Forbidden, NotFound,
        PreconditionFailed, Conflict where a house would have no owner."""
        operates(principal)

        def unit(tx: Transaction) -> None:
            one = _there(tx.one(store.user(person_id)))
            documents.demand(match, documents.user(one, self._root))
            _demand_none(tx, person_id)
            _shut(tx, person_id, shut=True)
            houses = tx.all(store.houses(person_id))
            store.leave_groups(tx, person_id)
            for org_id in houses:
                settle(tx, person_id, org_id)
            store.keep_user(tx, person_id, one.user_name, one.external_id, one.extra, gone=True)

        await self._db.write(unit)

    def _known(self, tx: Transaction, person_id: str) -> Document:
        return documents.user(_there(tx.one(store.user(person_id))), self._root)

    def _set(self, tx: Transaction, person_id: str, given: GivenUser) -> User:
        _demand_none(tx, person_id)
        account = tx.one(people.account(person_id))
        assert account is not None, "it was found just now"
        other = tx.one(people.account_by_key(given.email.key))
        if other is not None and other.person.id != person_id:
            raise taken(_TAKEN)
        if given.email.key != account.email_key:
            people.set_email(tx, person_id, given.email)
        language = given.extra.get("preferredLanguage", "")
        people.set_profile(tx, person_id, _name(given), _language(language) or account.person.language)
        _shut(tx, person_id, shut=not given.active)
        try:
            store.keep_user(tx, person_id, given.user_name, given.external_id, given.extra, gone=False)
        except IntegrityError as error:
            raise taken(_TAKEN) from error
        changed(tx, person_id)
        return _there(tx.one(store.user(person_id)))


def settle(tx: Transaction, person_id: str, org_id: str) -> None:
    """What somebody is in an organization follows from their groups of it: the strongest of what these say. Raises
    Conflict rather than leave it without an owner."""
    role = strongest(tx.all(store.roles(person_id, org_id)))
    has = tx.one(organizations.role(org_id, person_id))
    if role is has:
        return
    if role is None:
        organizations.drop_member(tx, org_id, person_id)
        member_changed(tx, org_id, person_id, None)
    elif has is None:
        join(tx, org_id, person_id, role)
    else:
        organizations.set_member(tx, org_id, person_id, role)
        member_changed(tx, org_id, person_id, role)
    keep_an_owner(tx, org_id)


def _shut(tx: Transaction, person_id: str, *, shut: bool) -> None:
    """Whom an operator shut out stays out: a directory says over and over who is active, and knows of no ban."""
    if shut and not tx.one(operators.suspended(person_id)):
        operators.suspend(tx, person_id, "", BY)
        sessions.revoke_all(tx, person_id, tokens=True)
    elif not shut:
        operators.release(tx, person_id, only_by=BY)


def _demand_none(tx: Transaction, person_id: str) -> None:
    """Raises Forbidden: a client that was tricked must not shut out those who could mend it."""
    one = tx.one(store.user(person_id))
    if one is not None and one.operator:
        raise Forbidden(_OPERATOR)


def _there(one: User | None) -> User:
    if one is None:
        raise NotFound(text("There is no such user."))
    return one


def _name(given: GivenUser) -> str:
    return clean_name(given.display_name)


def _language(written: str) -> str:
    """Empty where it is none: it is kept for the client all the same."""
    try:
        return clean_language(written)
    except InvalidInput:
        return ""
