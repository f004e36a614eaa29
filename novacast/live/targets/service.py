"""Targets as people use them, and as the engine does: see, make, change, remove; open the key, say how it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound, Unavailable
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.live import store as live
from novacast.live.channels import store as channels
from novacast.live.channels.service import produced
from novacast.live.models import Channel, may_produce
from novacast.live.programmes import store as programmes
from novacast.live.targets import store
from novacast.live.targets.models import (
    LONGEST_DELAY,
    MOST_TARGETS,
    NAME_LENGTH,
    URL_LENGTH,
    Secrets,
    Target,
    TargetState,
    address_of,
    check_public,
    check_secrets,
)
from novacast.records import dataclass
from novacast.security.seal import Seal
from novacast.texts import printable

PURPOSE = "targets of live"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is set; None leaves a thing as it is."""

    name: str | None = None
    url: str | None = None
    key: str | None = None
    passphrase: str | None = None
    enabled: bool | None = None
    delay_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A target, and what was measured of it last while it sends."""

    target: Target
    numbers: Mapping[str, Any]


class Targets:
    """Fits `simulcast.ports.TargetRows` as well."""

    def __init__(self, db: Database, seal: Seal, *, private: bool) -> None:
        """`private`: whether addresses may be inside the server's own network."""
        self._db, self._seal, self._private = db, seal, private

    async def of_channel(self, principal: Principal, channel_id: str) -> Sequence[Listed]:
        """For those who produce on it, oldest first. Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(channels.by_id(channel_id))
            produced(principal, found)
            listed = await view.all(store.of_channel(channel_id))
            programme = await view.one(programmes.on_channel(channel_id))
            health = await view.one(live.health("" if programme is None else programme.id))
        numbers = {} if health is None else {one["id"]: one for one in health.numbers.get("targets", ())}
        return [Listed(one, numbers.get(one.id, {}) if one.state is not TargetState.OFF else {}) for one in listed]

    async def create(
        self, principal: Principal, channel_id: str, draft: Draft, then: Then[Target] | None = None
    ) -> Target:
        """Raises NotFound, Forbidden, InvalidInput, Conflict."""
        columns = self._checked(replace(draft, name=draft.name or "", url=draft.url or ""))
        check_secrets(address_of(columns["url"]).scheme, draft.key, draft.passphrase)
        id_ = new_id()

        def unit(tx: Transaction) -> Target:
            channel = produced(principal, tx.one(channels.by_id(channel_id)))
            if (tx.one(store.count(channel_id)) or 0) >= MOST_TARGETS:
                raise Conflict(text("The channel has {most} targets already. Remove one first.", most=MOST_TARGETS))
            made = Target(
                id=id_,
                channel_id=channel.id,
                org_id=channel.org_id,
                has_key=bool(draft.key),
                has_passphrase=bool(draft.passphrase),
                state=TargetState.OFF,
                state_at=tx.now,
                words="",
                created_at=tx.now,
                changed_at=tx.now,
                **({"enabled": True, "delay_seconds": 0} | columns),
            )
            store.add(
                tx, made, self._sealed(draft.key, id_) or b"", self._sealed(draft.passphrase, _second(id_)) or b""
            )
            _log(tx, "target.created", channel, made, principal)
            _tell(tx, "target.changed", made)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit(self, principal: Principal, target_id: str, draft: Draft) -> Target:
        """A target on air begins anew. Another address takes its secrets anew: what was given for the first is never
        sent to the second. Raises NotFound, InvalidInput."""
        columns = self._checked(draft)

        def unit(tx: Transaction) -> Target:
            before = _mine(principal, tx.one(store.by_id(target_id)))
            changes = columns | self._changed_secrets(before, draft)
            if changes:
                store.change(tx, target_id, {**changes, "changed_at": tx.now})
            after = tx.one(store.by_id(target_id)) or before
            if changes:
                channel = tx.one(channels.by_id(after.channel_id))
                assert channel is not None, "a target's row goes with its channel's"
                _log(tx, "target.changed", channel, after, principal)
                _tell(tx, "target.changed", after)
            return after

        return await self._db.write(unit)

    async def remove(self, principal: Principal, target_id: str) -> None:
        """Raises NotFound."""

        def unit(tx: Transaction) -> None:
            target = _mine(principal, tx.one(store.by_id(target_id)))
            store.remove(tx, target_id)
            channel = tx.one(channels.by_id(target.channel_id))
            assert channel is not None, "a target's row goes with its channel's"
            _log(tx, "target.removed", channel, target, principal)
            _tell(tx, "target.removed", target)

        await self._db.write(unit)

    async def wanted(self, channel_id: str) -> Sequence[Target]:
        return [one for one in await self._db.all(store.of_channel(channel_id)) if one.enabled]

    async def secrets(self, target_id: str) -> Secrets:
        key, passphrase = await self._db.one(store.sealed(target_id)) or (b"", b"")
        try:
            return Secrets(self._opened(key, target_id), self._opened(passphrase, _second(target_id)))
        except Unavailable as error:
            raise Unavailable(
                text("The stream key can't be opened: the server's keys were changed. Enter it again.")
            ) from error

    async def silence(self) -> None:
        await self._db.write(store.silence)

    async def told(self, target_id: str, state: TargetState, words: str = "") -> None:
        def unit(tx: Transaction) -> None:
            if store.move(tx, target_id, state, words) and (target := tx.one(store.by_id(target_id))) is not None:
                _tell(tx, f"target.{state}", target)

        await self._db.write(unit)

    def _checked(self, draft: Draft) -> dict[str, Any]:
        """Raises InvalidInput."""
        columns: dict[str, Any] = {}
        if draft.name is not None:
            columns["name"] = " ".join(printable(draft.name).split())[:NAME_LENGTH]
        if draft.url is not None:
            columns["url"] = url = draft.url.strip()[:URL_LENGTH]
            address = address_of(url)
            if not self._private:
                check_public(address.host)
        if draft.enabled is not None:
            columns["enabled"] = draft.enabled
        if draft.delay_seconds is not None:
            if not 0 <= draft.delay_seconds <= LONGEST_DELAY:
                message = text("The delay is at most {most} s.", most=LONGEST_DELAY)
                raise InvalidInput.field("delay_seconds", message, "out_of_range")
            columns["delay_seconds"] = draft.delay_seconds
        return columns

    def _changed_secrets(self, before: Target, draft: Draft) -> dict[str, Any]:
        """Raises InvalidInput."""
        url = before.url if draft.url is None else draft.url.strip()
        check_secrets(address_of(url).scheme, draft.key, draft.passphrase)
        if url != before.url and before.has_key and draft.key is None:
            message = text("Another address needs its stream key: enter it as well.")
            raise InvalidInput.field("key", message, "required")
        if url != before.url and before.has_passphrase and draft.passphrase is None:
            message = text("Another address needs its passphrase: enter it as well.")
            raise InvalidInput.field("passphrase", message, "required")
        sealed = {
            "key": self._sealed(draft.key, before.id),
            "passphrase": self._sealed(draft.passphrase, _second(before.id)),
        }
        return {name: value for name, value in sealed.items() if value is not None}

    def _sealed(self, secret: str | None, about: str) -> bytes | None:
        if secret is None:
            return None
        return self._seal.close(secret.strip().encode(), about) if secret.strip() else b""

    def _opened(self, sealed: bytes, about: str) -> str:
        return self._seal.open(sealed, about).decode() if sealed else ""


def _second(target_id: str) -> str:
    """What a passphrase is sealed for, so that neither secret opens as the other."""
    return f"{target_id} passphrase"


def _mine(principal: Principal, found: Target | None) -> Target:
    if found is None or not may_produce(principal, found.org_id):
        raise NotFound(text("There is no such target, or it is not yours."))
    return found


def _log(tx: Transaction, action: str, channel: Channel, target: Target, principal: Principal) -> None:
    live.log(tx, action, channel, person_id=principal.person_id, detail=f"{target.name} {target.url}".strip())


def _tell(tx: Transaction, topic: str, target: Target) -> None:
    outbox.emit(tx, topic, target.id, outbox.org(target.org_id), channel=target.channel_id, state=target.state.value)
