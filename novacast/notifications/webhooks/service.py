"""Endpoints as those who look after them use them: see, make, change, remove, give another secret."""

from collections.abc import Sequence
from dataclasses import field
from typing import Any

from novacast import outbox
from novacast.clock import HOUR
from novacast.database import Database, Transaction
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.notifications.webhooks import store
from novacast.notifications.webhooks.deliveries import store as deliveries
from novacast.notifications.webhooks.keyring import Keyring
from novacast.notifications.webhooks.models import (
    KEEP_HOURS,
    MOST_ENDPOINTS,
    MOST_KEEP_HOURS,
    MOST_SECRETS,
    Endpoint,
    KnownSecret,
    State,
    checked_description,
    checked_topics,
    checked_url,
)
from novacast.notifications.webhooks.signing import Scheme, Secret
from novacast.records import dataclass
from novacast.security.addresses import Reach


@dataclass(frozen=True, slots=True)
class Draft:
    """What is set; None leaves a thing as it is."""

    url: str | None = None
    topics: Sequence[str] | None = None
    description: str | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint and what may be seen of its secrets, the newest first."""

    endpoint: Endpoint
    secrets: Sequence[KnownSecret]


@dataclass(frozen=True, slots=True)
class Fresh:
    """With what the receiver checks signatures by: of a v1 secret it is never shown again."""

    listed: Listed
    secret: str = field(repr=False)


class Webhooks:
    def __init__(self, db: Database, keyring: Keyring, reach: Reach) -> None:
        self._db, self._keyring, self._reach = db, keyring, reach

    async def of_org(self, principal: Principal, org_id: str) -> Sequence[Listed]:
        """Raises NotFound, Forbidden."""
        keeper(principal, org_id)
        found = await self._db.all(store.of_org(org_id))
        secrets = await self._db.all(store.known_secrets([one.id for one in found], self._db.clock.now()))
        return [Listed(one, [secret for owner, secret in secrets if owner == one.id]) for one in found]

    async def show(self, principal: Principal, endpoint_id: str) -> Listed:
        """Raises NotFound, Forbidden."""
        found = await self._db.one(store.by_id(endpoint_id))
        one = kept(principal, found)
        secrets = await self._db.all(store.known_secrets([one.id], self._db.clock.now()))
        return Listed(one, [secret for _, secret in secrets])

    async def create(self, principal: Principal, org_id: str, draft: Draft, scheme: Scheme = Scheme.V1) -> Fresh:
        """One address of one organization is one endpoint, so that a call that is repeated makes no second.
        Raises NotFound, Forbidden, InvalidInput, Conflict."""
        keeper(principal, org_id)
        columns = self._checked(draft)
        if "url" not in columns:
            raise InvalidInput.field("url", text("An endpoint needs an address."), "required")
        columns = {"topics": checked_topics(draft.topics or ()), "description": "", **columns}
        secret, endpoint_id = Secret.new(scheme), new_id()

        def unit(tx: Transaction) -> Fresh:
            if (tx.one(store.count(org_id)) or 0) >= MOST_ENDPOINTS:
                raise Conflict(
                    text("The organization has {most} endpoints already. Remove one first.", most=MOST_ENDPOINTS)
                )
            _check_free(tx, org_id, columns["url"])
            made = Endpoint(
                id=endpoint_id,
                org_id=org_id,
                state=State.PAUSED if draft.enabled is False else State.ENABLED,
                state_at=tx.now,
                failing_since=None,
                created_at=tx.now,
                changed_at=tx.now,
                **columns,
            )
            store.add(tx, made)
            self._give(tx, endpoint_id, secret)
            outbox.emit(tx, "webhook.created", endpoint_id, outbox.org(org_id))
            return Fresh(_listed(tx, made), secret.public or secret.text)

        return await self._db.write(unit)

    async def edit(self, principal: Principal, endpoint_id: str, draft: Draft) -> Listed:
        """What was on its way when it is paused is skipped. Raises NotFound, Forbidden, InvalidInput, Conflict."""
        columns = self._checked(draft)

        def unit(tx: Transaction) -> Listed:
            before = kept(principal, tx.one(store.by_id(endpoint_id)))
            if columns.get("url", before.url) != before.url:
                _check_free(tx, before.org_id, columns["url"])
            if columns:
                store.change(tx, endpoint_id, columns)
            if draft.enabled is True:
                store.move(tx, endpoint_id, State.ENABLED)
            elif draft.enabled is False and before.state is State.ENABLED:
                store.move(tx, endpoint_id, State.PAUSED)
                deliveries.skip_pending(tx, endpoint_id)
            after = tx.one(store.by_id(endpoint_id)) or before
            if after != before:
                outbox.emit(tx, "webhook.changed", endpoint_id, outbox.org(before.org_id))
            return _listed(tx, after)

        return await self._db.write(unit)

    async def remove(self, principal: Principal, endpoint_id: str) -> Endpoint:
        """With its deliveries and their log. Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> Endpoint:
            one = kept(principal, tx.one(store.by_id(endpoint_id)))
            store.remove(tx, endpoint_id)
            outbox.emit(tx, "webhook.removed", endpoint_id, outbox.org(one.org_id))
            return one

        return await self._db.write(unit)

    async def rotate(
        self, principal: Principal, endpoint_id: str, scheme: Scheme | None = None, keep_hours: int = KEEP_HOURS
    ) -> Fresh:
        """Another secret, of the same scheme where none is named; the one before goes on signing beside it for
        `keep_hours`, 0: not at all. Raises NotFound, Forbidden, InvalidInput."""
        if not 0 <= keep_hours <= MOST_KEEP_HOURS:
            message = text("A secret that is replaced signs for at most {most} hours more.", most=MOST_KEEP_HOURS)
            raise InvalidInput.field("keep_hours", message, "out_of_range")

        def unit(tx: Transaction) -> Fresh:
            one = kept(principal, tx.one(store.by_id(endpoint_id)))
            there = tx.all(store.known_secrets([endpoint_id], tx.now))
            secret = Secret.new(scheme or there[0][1].scheme)
            store.retire_secrets(tx, endpoint_id, tx.now + keep_hours * HOUR, MOST_SECRETS - 1)
            self._give(tx, endpoint_id, secret)
            outbox.emit(tx, "webhook.changed", endpoint_id, outbox.org(one.org_id))
            return Fresh(_listed(tx, one), secret.public or secret.text)

        return await self._db.write(unit)

    def _checked(self, draft: Draft) -> dict[str, Any]:
        """Raises InvalidInput."""
        columns: dict[str, Any] = {}
        if draft.url is not None:
            columns["url"] = checked_url(draft.url, self._reach)
        if draft.topics is not None:
            columns["topics"] = checked_topics(draft.topics)
        if draft.description is not None:
            columns["description"] = checked_description(draft.description)
        return columns

    def _give(self, tx: Transaction, endpoint_id: str, secret: Secret) -> None:
        secret_id = new_id()
        store.add_secret(tx, secret_id, endpoint_id, secret, self._keyring.close(secret_id, secret))


def keeper(principal: Principal, org_id: str) -> None:
    """Raises NotFound for strangers, Forbidden for members who may not."""
    if not principal.system and org_id not in principal.roles:
        raise NotFound(text("There is no such organization, or you don't belong to it."))
    if not principal.allows(Action.WEBHOOK_MANAGE, org_id):
        raise Forbidden(text("Only owners and managers of the organization look after its webhooks."))


def kept(principal: Principal, found: Endpoint | None) -> Endpoint:
    """Raises NotFound, Forbidden."""
    if found is None or not (principal.system or found.org_id in principal.roles):
        raise NotFound(text("There is no such endpoint, or it is not yours."))
    keeper(principal, found.org_id)
    return found


def _listed(tx: Transaction, one: Endpoint) -> Listed:
    return Listed(one, [secret for _, secret in tx.all(store.known_secrets([one.id], tx.now))])


def _check_free(tx: Transaction, org_id: str, url: str) -> None:
    if tx.one(store.by_url(org_id, url)) is not None:
        raise Conflict(text("The organization has an endpoint at this address already. Change that one."))
