"""What operators do with accounts: find people, end their sessions, shut them out and let them in, make operators."""

from collections.abc import Sequence

from novacast.accounts.listing import behind
from novacast.accounts.operators import store
from novacast.accounts.operators.models import Known, Operator
from novacast.accounts.people.service import People
from novacast.accounts.sessions import store as sessions
from novacast.accounts.sessions.models import Session
from novacast.database import Database, Page, Then, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal, operates
from novacast.texts import printable

LONGEST_REASON = 500
_NOBODY = text("There is no such person.")


class Operators:
    def __init__(self, db: Database, people: People) -> None:
        self._db, self._people = db, people

    async def listed(self, principal: Principal) -> Sequence[Operator]:
        """Those who may come with a token. Whoever may open the operator's socket needs none."""
        operates(principal)
        return await self._db.all(store.operators())

    async def grant(self, principal: Principal, person_id: str) -> Known:
        """Repeatable. Tokens of theirs from before stay what they were. Raises NotFound, Conflict."""
        operates(principal)

        def unit(tx: Transaction) -> Known:
            if _known(tx, person_id).suspension is not None:
                raise Conflict(text("This account is shut. Let it in first."))
            store.grant(tx, person_id, _who(principal))
            return _known(tx, person_id)

        return await self._db.write(unit)

    async def withdraw(self, principal: Principal, person_id: str) -> None:
        """From the next request on. Raises NotFound for who is none."""
        operates(principal)
        if not await self._db.write(lambda tx: store.withdraw(tx, person_id)):
            raise NotFound(text("This person is no operator."))

    async def people(
        self, principal: Principal, words: str, *, suspended: bool, cursor: str | None, limit: int
    ) -> Page[Known]:
        """Newest first; `words`: a part of name or address, or an id."""
        operates(principal)
        now = self._db.clock.now()
        rows = await self._db.all(store.listed(words.strip(), suspended, behind(cursor), limit + 1, now))
        return Page.of(rows, limit, lambda one: (one.person.created_at, one.person.id))

    async def show(self, principal: Principal, person_id: str) -> tuple[Known, Sequence[Session]]:
        """With all that is signed in. Raises NotFound."""
        operates(principal)
        now = self._db.clock.now()
        async with self._db.snapshot() as view:
            known = await view.one(store.known(person_id, now))
            open_ = [one for query in store.sessions(person_id, now) for one in await view.all(query)]
        if known is None:
            raise NotFound(_NOBODY)
        return known, open_

    async def end_sessions(self, principal: Principal, person_id: str, session_id: str | None = None) -> int:
        """One, or all with their API tokens; how many. Raises NotFound."""
        operates(principal)

        def unit(tx: Transaction) -> int:
            _known(tx, person_id)
            if session_id is None:
                return sessions.revoke_all(tx, person_id, tokens=True)
            if not sessions.revoke(tx, person_id, session_id):
                raise NotFound(text("There is no such session; it may have ended already."))
            return 1

        return await self._db.write(unit)

    async def suspend(
        self, principal: Principal, person_id: str, reason: str, then: Then[Known] | None = None
    ) -> Known:
        """Everything that is signed in ends, and nobody logs in to it until it is let in. Repeatable.

        Raises NotFound, Conflict for an operator's account.
        """
        operates(principal)
        words = " ".join(printable(reason).split())[:LONGEST_REASON]

        def unit(tx: Transaction) -> Known:
            if _known(tx, person_id).operator:
                raise Conflict(text("This person is an operator. Take that away first."))
            store.suspend(tx, person_id, words, _who(principal))
            sessions.revoke_all(tx, person_id, tokens=True)
            after = _known(tx, person_id)
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def release(self, principal: Principal, person_id: str) -> None:
        """Raises NotFound for whom nobody shut out."""
        operates(principal)
        if not await self._db.write(lambda tx: store.release(tx, person_id)):
            raise NotFound(text("This account is not shut."))

    async def send_reset(self, principal: Principal, person_id: str) -> None:
        """A mail with a link to choose another password. Raises NotFound, RateLimited."""
        operates(principal)
        known = await self._db.one(store.known(person_id, self._db.clock.now()))
        if known is None:
            raise NotFound(_NOBODY)
        await self._people.request_reset(known.person.email, "operator")


def reached(tx: Transaction) -> Sequence[tuple[str, str, str]]:
    """Address, language and id of each, for other slices' mails."""
    return [(one.person.email, one.person.language, one.person.id) for one in tx.all(store.operators())]


async def runs(db: Database, person_id: str) -> bool:
    """Whether this person is one of them, for other slices."""
    return any(one.person.id == person_id for one in await db.all(store.operators()))


def _who(principal: Principal) -> str:
    return f"person:{principal.person_id}" if principal.person_id is not None else f"user:{principal.name}"


def _known(tx: Transaction, person_id: str) -> Known:
    found = tx.one(store.known(person_id, tx.now))
    if found is None:
        raise NotFound(_NOBODY)
    return found
