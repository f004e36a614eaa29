"""Pairing devices with a list by a one-time code, knowing them by their token, and ending that."""

from novacast import outbox
from novacast.database import Database, Query, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import PERMISSIONS, Action, Principal, Role, new_id
from novacast.limits import Rate, RateLimiter, network
from novacast.outbox import Event as Fact
from novacast.security.keys import digest, new_token
from novacast.texts import Texts
from novacast.tickets import store as books
from novacast.tickets.door import store as lists
from novacast.tickets.door.devices import store
from novacast.tickets.door.devices.models import (
    TOKEN_PREFIX,
    Device,
    check_alive,
    check_waiting,
    new_code,
    tidy,
)
from novacast.tickets.door.lists import MOST_INCIDENTS, NO_LIST, Lists
from novacast.tickets.door.models import DEVICE_LASTS, MOST_DEVICES, PAIRING_LASTS, SEEN_EVERY, CheckinList, Incident
from novacast.tickets.door.scanning import Post
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import checks_in

TRIES = Rate("door codes", burst=10, period=60, growth=2)
"""Of one network: codes are short."""
_LONGEST_TOKEN = 100
NO_DEVICE = text("There is no such device.")


class Devices:
    def __init__(self, db: Database, limiter: RateLimiter, lists: Lists) -> None:
        self._db, self._limiter, self._lists = db, limiter, lists

    async def of_performance(self, principal: Principal, perf_id: str) -> list[Device]:
        """Latest first. Raises NotFound, Forbidden."""
        await self._lists.known(principal, perf_id)
        return await self._db.all(store.of_performance(perf_id))

    async def invite(self, principal: Principal, list_id: str, name: str, gate: str) -> tuple[Device, str]:
        """A device that waits, and the code that pairs it: whoever lets people in may give that on, and no more.

        Raises InvalidInput, NotFound, Forbidden, Conflict."""
        texts = Texts()
        name = texts.title(name, text("Give the device a name, such as that of its gate."), "name")
        texts.check()

        def unit(tx: Transaction) -> tuple[Device, str]:
            wanted = tx.one(lists.checkin_list(list_id))
            if wanted is None or not (principal.system or wanted.org_id in principal.roles):
                raise NotFound(NO_LIST)
            checks_in(principal, wanted.org_id)
            made, code = _device(tx, wanted, name, _gate(wanted, gate), principal), new_code()
            store.add(tx, made, digest(code))
            _log(tx, "device.invited", made, principal.person_id)
            return made, code

        return await self._db.write(unit)

    async def renew(self, principal: Principal, device_id: str) -> tuple[Device, str]:
        """Another code for one that has not been paired. Raises NotFound, Forbidden, Conflict."""

        def unit(tx: Transaction) -> tuple[Device, str]:
            found = _seen(principal, tx.one(store.by_id(device_id)))
            if found.state(tx.now) not in ("waiting", "lapsed"):
                raise Conflict(text("This device needs no code any more."))
            code = new_code()
            store.renew(tx, device_id, digest(code), tx.now + PAIRING_LASTS)
            return tx.one(store.by_id(device_id)) or found, code

        return await self._db.write(unit)

    async def pair(self, code: str, about: str, address: str) -> tuple[Device, str]:
        """The device, and the token by which it is known from now on. Raises Gone, RateLimited."""
        self._limiter.check(TRIES, network(address))
        token = TOKEN_PREFIX + new_token(32)

        def unit(tx: Transaction) -> Device:
            found = check_waiting(tx.one(store.by_code(digest(tidy(code)))), tx.now)
            store.pair(tx, found.id, digest(token), about)
            _log(tx, "device.paired", found, None)
            return tx.one(store.by_id(found.id)) or found

        return await self._db.write(unit), token

    async def known(self, token: str) -> Device:
        """Raises Unauthenticated for a token that is wrong, old or revoked."""
        now = self._db.clock.now()
        usable = token.startswith(TOKEN_PREFIX) and len(token) <= _LONGEST_TOKEN and token.isascii()
        looked = await self._db.one(store.by_token(digest(token if usable else "")))
        found = check_alive(looked, now)
        if found.seen_at is None or now - found.seen_at >= SEEN_EVERY:
            await self._db.write(lambda tx: store.see(tx, found.id))
        return found

    async def post(self, token: str) -> tuple[Device, Post]:
        """Where it stands. Raises Unauthenticated."""
        found = await self.known(token)
        wanted = await self._db.one(lists.checkin_list(found.list_id))
        assert wanted is not None, "a device has a list"
        return found, Post(wanted, None, found.id, found.gate, wanted.created_at)

    async def incidents(self, device: Device) -> list[Incident]:
        """Those of its list, what nobody has settled first."""
        found = await self._db.all(lists.incidents(device.perf_id, MOST_INCIDENTS))
        return [one for one in found if one.list_id == device.list_id]

    async def revoke(self, principal: Principal, device_id: str) -> None:
        """From its commit on the token is worth nothing, and its stream ends. Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> None:
            _end(tx, _seen(principal, tx.one(store.by_id(device_id))), principal.person_id)

        await self._db.write(unit)

    async def leave(self, token: str) -> None:
        """A device gives its token back. Raises Unauthenticated."""
        found = await self.known(token)
        await self._db.write(lambda tx: _end(tx, found, None))

    async def principal(self, token: str) -> Principal:
        """Nobody's, who may hear of the device's list and nothing else. Raises Unauthenticated."""
        found = await self.known(token)
        return Principal(device_id=found.id, name=found.name, until=found.until)

    async def may_look(self, principal: Principal, subject: str) -> bool:
        """Whether it is a device whose list or performance this is. A rule of `topics`."""
        if principal.device_id is None:
            return False
        found = await self._db.one(store.by_id(principal.device_id))
        if found is None or found.state(self._db.clock.now()) != "paired":
            return False
        return subject in (found.list_id, found.perf_id)

    async def hear(self, fact: Fact) -> None:
        """A durable subscriber: devices of a house that is gone, or of somebody who lets nobody in any more, let nobody
        in any more."""
        if fact.topic == "organization.deleted":
            await self._end_all(store.of_org(fact.subject))
        elif fact.topic == "member.changed":
            role = fact.payload["role"]
            if role is None or Action.CHECK_IN not in PERMISSIONS[Role(role)]:
                await self._end_all(store.paired_by(fact.subject, fact.payload["org_id"]))

    async def _end_all(self, devices: Query[Device]) -> None:
        def unit(tx: Transaction) -> None:
            for one in tx.all(devices):
                _end(tx, one, None)

        await self._db.write(unit)


def _device(tx: Transaction, wanted: CheckinList, name: str, gate: str, principal: Principal) -> Device:
    performance = tx.one(events.performance(wanted.perf_id))
    assert performance is not None, "a list has a performance"
    if len(tx.all(store.of_performance(wanted.perf_id))) >= MOST_DEVICES:
        raise Conflict(text("The performance has {most} devices, which is the most.", most=MOST_DEVICES))
    until = performance.ends_at + DEVICE_LASTS
    if until <= tx.now:
        raise Conflict(text("The performance is over: a device would be good for nothing."))
    return Device(
        id=new_id(),
        org_id=wanted.org_id,
        perf_id=wanted.perf_id,
        list_id=wanted.id,
        name=name,
        gate=gate,
        about="",
        person_id=principal.person_id,
        code_until=tx.now + PAIRING_LASTS,
        until=until,
        created_at=tx.now,
        paired_at=None,
        seen_at=None,
        revoked_at=None,
    )


def _gate(wanted: CheckinList, gate: str) -> str:
    gate, gates = " ".join(gate.split()), wanted.rules.gates
    if not gates:
        return gate
    if gate and gate not in gates:
        raise InvalidInput.field("gate", text("The list has no such gate. It has {gates}.", gates=", ".join(gates)))
    return gate or gates[0]


def _seen(principal: Principal, found: Device | None) -> Device:
    if found is None or not (principal.system or found.org_id in principal.roles):
        raise NotFound(NO_DEVICE)
    checks_in(principal, found.org_id)
    return found


def _end(tx: Transaction, one: Device, person_id: str | None) -> None:
    if store.revoke(tx, one.id):
        _log(tx, "device.revoked", one, person_id)
        # The stream of whoever has the session of this id ends with this fact.
        outbox.emit(tx, "session.revoked", one.id, outbox.INTERNAL)


def _log(tx: Transaction, action: str, one: Device, person_id: str | None) -> None:
    books.log(tx, action, one.org_id, one.id, person_id=person_id, detail=one.name)
    if action != "device.invited":
        outbox.emit(tx, action, one.perf_id, outbox.org(one.org_id), device=one.id)
