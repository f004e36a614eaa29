"""Export and erasure of everything that is held about a person, over all slices."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.accounts.journal import store as journal
from novacast.accounts.journal.models import Happened
from novacast.accounts.oidc import store as identities
from novacast.accounts.operators import store as operators
from novacast.accounts.organizations import store as organizations
from novacast.accounts.organizations.service import member_changed
from novacast.accounts.passkeys import store as passkeys
from novacast.accounts.passkeys.models import Passkey
from novacast.accounts.people import store as people
from novacast.accounts.people.models import Account
from novacast.accounts.people.service import People, changed
from novacast.accounts.ports import PersonalData, Subject
from novacast.accounts.registration import store as sign_ups
from novacast.accounts.sessions import store as sessions
from novacast.accounts.sessions.models import Session
from novacast.clock import Clock, iso
from novacast.database import Database, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal, Role


class Privacy:
    def __init__(self, db: Database, clock: Clock, people: People, others: Sequence[PersonalData]) -> None:
        self._db, self._clock, self._people, self._others = db, clock, people, others

    async def export(self, principal: Principal) -> dict[str, Any]:
        """Everything held, as JSON values; secrets (password, codes, tokens) only as the fact that they are there."""
        account = await self._people.account(principal)
        person, now = account.person, self._clock.now()
        async with self._db.snapshot() as view:
            signed_in = await view.all(sessions.of_person(person.id, now, tokens=False))
            tokens = await view.all(sessions.of_person(person.id, now, tokens=True))
            memberships = await view.all(organizations.of_person(person.id))
            pending_email = await view.one(people.pending_email(person.id, now))
            keys = await view.all(passkeys.of_person(person.id))
            known = await view.one(operators.known(person.id, now))
            linked = await view.all(identities.of_person(person.id))
            events = await view.all(journal.newest(person.id, 10_000))
            invitations = await view.all(organizations.invitations_to(account.email_key))
        subject = Subject(person.id, person.email)
        return {
            "exported_at": iso(now),
            "person": {
                "id": person.id,
                "email": person.email,
                "name": person.name,
                "language": person.language,
                "created_at": iso(person.created_at),
                "second_factor": person.second_factor,
            },
            "pending_email": pending_email,
            "sessions": [_session(session) for session in signed_in],
            "api_tokens": [
                {"name": token.name, "scopes": sorted(token.scopes or ())} | _session(token) for token in tokens
            ],
            "passkeys": [_passkey(one) for one in keys],
            "operator": known is not None and known.operator,
            "shut_out": None
            if known is None or known.suspension is None
            else {"reason": known.suspension.reason, "at": iso(known.suspension.at)},
            "log_in_provider": [
                {"issuer": one.issuer, "subject": one.subject, "email": one.email, "linked_at": iso(one.linked_at)}
                | {"used_at": iso(one.used_at)}
                for one in linked
            ],
            "account_events": [_event(one) for one in events],
            "memberships": [
                {"organization_id": one.organization.id, "organization": one.organization.name, "role": one.role}
                for one in memberships
            ],
            "invitations": [
                {"organization": name, "role": one.role, "sent_at": iso(one.created_at)} for one, name in invitations
            ],
            **{other.section: await other.export(subject) for other in self._others},
        }

    async def erase(self, principal: Principal, password: str) -> None:
        """End the account for good. Raises Conflict while the person is the last owner of an organization."""
        account = await self._people.confirm_password(principal, password)
        await self._db.write(lambda tx: self.end(tx, account))

    async def used(self, account: Account) -> bool:
        """Whether other slices hold anything of whoever it is, but mails that told of the account."""
        subject = Subject(account.person.id, account.person.email)
        return any([_holds(await other.export(subject)) for other in self._others])

    def end(self, tx: Transaction, account: Account) -> None:
        """Raises Conflict while the person is the last owner of an organization."""
        person = account.person
        subject = Subject(person.id, person.email)
        _leave_all(tx, person.id)
        for other in self._others:
            other.erase(tx, subject)
        sessions.revoke_all(tx, person.id, tokens=True)
        sessions.delete_all(tx, person.id)
        operators.withdraw(tx, person.id)
        operators.release(tx, person.id)
        passkeys.remove_all(tx, person.id)
        identities.unlink(tx, person.id)
        identities.withdraw_all(tx, person.id)
        journal.forget(tx, person.id)
        organizations.drop_invitations_to(tx, account.email_key)
        sign_ups.drop(tx, account.email_key)
        people.anonymise(tx, person.id)
        changed(tx, person.id)


def _holds(value: Any) -> bool:
    """Whether a part of an export lists anything."""
    if isinstance(value, Mapping):
        return any(map(_holds, value.values()))
    return isinstance(value, Sequence) and not isinstance(value, str) and any(_listed(one) for one in value)


def _listed(one: Any) -> bool:
    return not isinstance(one, Mapping) or one.get("about") != "account_moved"


def _leave_all(tx: Transaction, person_id: str) -> None:
    memberships = tx.all(organizations.of_person(person_id))
    stuck = [
        one.organization.name
        for one in memberships
        if one.role is Role.OWNER and tx.one(organizations.owners(one.organization.id)) == 1
    ]
    if stuck:
        raise Conflict(
            text(
                "You are the last owner of {organizations}. Make someone else an owner, or delete it, and try again.",
                organizations=", ".join(stuck),
            )
        )
    for one in memberships:
        organizations.drop_member(tx, one.organization.id, person_id)
        member_changed(tx, one.organization.id, person_id, None)


def _session(session: Session) -> dict[str, Any]:
    return {
        "device": session.device,
        "address": session.address,
        "created_at": iso(session.created_at),
        "seen_at": iso(session.seen_at),
        "expires_at": iso(session.expires_at),
    }


def _passkey(passkey: Passkey) -> dict[str, Any]:
    return {
        "name": passkey.name,
        "synced": passkey.synced,
        "created_at": iso(passkey.created_at),
        "used_at": iso(passkey.used_at),
        "suspected_at": iso(passkey.suspected_at),
    }


def _event(event: Happened) -> dict[str, Any]:
    return {
        "at": iso(event.at),
        "kind": event.kind,
        "detail": event.detail,
        "device": event.device,
        "address": event.address,
    }
