"""A person's passkeys: added, named, removed."""

import asyncio
from collections.abc import Sequence

from novacast.accounts.journal import store as journal
from novacast.accounts.journal.models import Happened, Kind
from novacast.accounts.passkeys import store
from novacast.accounts.passkeys.challenges import Challenges
from novacast.accounts.passkeys.models import PER_PERSON, Answer, Ceremony, Passkey
from novacast.accounts.people.models import LONGEST_NAME, clean_name
from novacast.accounts.people.service import Links, People, changed
from novacast.accounts.proofs.service import Proofs
from novacast.accounts.rates import Gates
from novacast.accounts.sessions.models import Origin, device
from novacast.accounts.sessions.tokens import still_open
from novacast.clock import Clock
from novacast.database import Database, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id, person_of
from novacast.security import passkeys as kit
from novacast.security.passkeys import Known, Party

SHOWN = 10
_PURPOSE = "register"
_NO_PARTY = text("Browsers have no passkeys for this address. They need https and a name, as in https://example.org.")


class Passkeys:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        people: People,
        proofs: Proofs,
        gates: Gates,
        challenges: Challenges,
        links: Links,
        party: Party | None,
    ) -> None:
        self._db, self._clock, self._people, self._proofs = db, clock, people, proofs
        self._gates, self._challenges, self._links, self._party = gates, challenges, links, party

    @property
    def possible(self) -> bool:
        """Whether the server's public address is one that passkeys can be for."""
        return self._party is not None

    async def listed(self, principal: Principal) -> Sequence[Passkey]:
        """In the order they were added."""
        return await self._db.all(store.of_person(person_of(principal)))

    async def lately(self, principal: Principal) -> Sequence[Happened]:
        """What happened to the ways in, newest first."""
        return await self._db.all(journal.newest(person_of(principal), SHOWN))

    async def begin(self, principal: Principal) -> Ceremony:
        """Raises ProofNeeded, Conflict, RateLimited."""
        party, session_id = party_of(self._party), await self._proofs.require(principal)
        person = await self._people.me(principal)
        self._gates.ceremony(person.id)
        known = await self._db.all(store.of_person(person.id))
        _refuse_more(known)
        challenge, ticket = self._challenges.issue(_PURPOSE, session_id)
        options = await asyncio.to_thread(
            kit.creation_options,
            party,
            challenge.value,
            person.id.encode(),
            person.email,
            person.name,
            [as_known(one) for one in known],
        )
        return Ceremony(options, ticket)

    async def add(self, principal: Principal, ticket: str, answer: Answer, name: str, origin: Origin) -> Passkey:
        """`name`: empty for one after the browser. Raises InvalidInput, Unauthenticated, ProofNeeded, Conflict."""
        party, session_id = party_of(self._party), await self._proofs.require(principal)
        name = clean_name(name or device(origin.user_agent))
        person = await self._people.me(principal)
        challenge = self._challenges.read(ticket, _PURPOSE, session_id)
        made = await asyncio.to_thread(kit.registered, party, challenge.value, answer)
        transports = tuple(str(way)[:20] for way in answer.get("response", {}).get("transports") or ())[:8]

        def unit(tx: Transaction) -> Passkey:
            still_open(tx, principal)
            challenge.spend(tx)
            known = tx.all(store.of_person(person.id))
            _refuse_more(known)
            if tx.one(store.by_credential(made.credential)) is not None:
                raise Conflict(text("This passkey is here already."))
            passkey = Passkey(
                id=new_id(),
                person_id=person.id,
                credential=made.credential,
                public_key=made.public_key,
                sign_count=made.sign_count,
                name=_unlike(name, {one.name for one in known}),
                transports=transports,
                synced=made.synced,
                created_at=tx.now,
                used_at=None,
                suspected_at=None,
            )
            store.insert(tx, passkey)
            journal.record(tx, person.id, Kind.PASSKEY_ADDED, passkey.name, origin)
            changed(tx, person.id)
            url = self._links.to("/account/passkeys")
            self._people.notify(tx, person, "passkey_added", url=url, more={"passkey": passkey.name})
            return passkey

        return await self._db.write(unit)

    async def rename(self, principal: Principal, passkey_id: str, name: str, origin: Origin) -> Passkey:
        """Raises InvalidInput, NotFound."""
        person_id, name = person_of(principal), clean_name(name)

        def unit(tx: Transaction) -> Passkey:
            _found(tx, person_id, passkey_id)
            store.rename(tx, passkey_id, name)
            journal.record(tx, person_id, Kind.PASSKEY_RENAMED, name, origin)
            return _found(tx, person_id, passkey_id)

        return await self._db.write(unit)

    async def remove(self, principal: Principal, passkey_id: str, origin: Origin) -> None:
        """What was logged in with it goes on. Raises ProofNeeded, NotFound."""
        await self._proofs.require(principal)
        person = await self._people.me(principal)

        def unit(tx: Transaction) -> None:
            passkey = _found(tx, person.id, passkey_id)
            store.remove(tx, passkey_id)
            journal.record(tx, person.id, Kind.PASSKEY_REMOVED, passkey.name, origin)
            changed(tx, person.id)
            url = self._links.to("/account/passkeys")
            self._people.notify(tx, person, "passkey_removed", url=url, more={"passkey": passkey.name})

        await self._db.write(unit)


def party_of(party: Party | None) -> Party:
    """Raises Conflict: at another address it would be possible."""
    if party is None:
        raise Conflict(_NO_PARTY)
    return party


def as_known(passkey: Passkey) -> Known:
    return Known(passkey.credential, passkey.transports)


def _found(tx: Transaction, person_id: str, passkey_id: str) -> Passkey:
    passkey = tx.one(store.find(person_id, passkey_id))
    if passkey is None:
        raise NotFound(text("There is no such passkey of yours; it may be removed already."))
    return passkey


def _refuse_more(known: Sequence[Passkey]) -> None:
    if len(known) >= PER_PERSON:
        raise Conflict(text("You have {most} passkeys already. Remove one first.", most=PER_PERSON))


def _unlike(name: str, taken: set[str]) -> str:
    """The name, or with a number where that is another's already."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name[: LONGEST_NAME - 4]} {number}", number + 1
    return found
