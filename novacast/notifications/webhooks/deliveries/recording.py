"""From facts to messages: a durable subscriber writes each down once, with a delivery for whoever wants it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from novacast.database import Database, Transaction
from novacast.identity import new_id
from novacast.notifications.webhooks import store as endpoints
from novacast.notifications.webhooks.deliveries import store
from novacast.notifications.webhooks.exports import Export, of_topic, payload
from novacast.notifications.webhooks.models import Endpoint, State
from novacast.notifications.webhooks.ports import OrgOf
from novacast.outbox import PUBLIC, Event

ORG_DELETED = "organization.deleted"
_ORG = "org:"


def encoded(type_: str, at: int, data: Mapping[str, Any]) -> str:
    """What is signed and sent, to the byte."""
    return json.dumps(payload(type_, at, data), separators=(",", ":"), ensure_ascii=False)


def new_message_id() -> str:
    return f"msg_{new_id()}"


class Recorder:
    def __init__(self, db: Database, org_of: OrgOf, wake: Callable[[], None]) -> None:
        """`wake` is called after each commit with something to send."""
        self._db, self._org_of, self._wake = db, org_of, wake

    async def hear(self, event: Event) -> None:
        """Repeatable: a fact that comes again has its message already."""
        if event.topic == ORG_DELETED:
            await self._db.write(lambda tx: endpoints.remove_of_org(tx, event.subject))
            return
        exports = of_topic(event.topic)
        if not exports or (org_id := await self._owner(event)) is None:
            return
        wanted = [one for one in await self._db.all(endpoints.of_org(org_id)) if _wants(one, exports)]
        if wanted:
            await self._db.write(lambda tx: self._record(tx, event, org_id, exports))

    async def _owner(self, event: Event) -> str | None:
        if event.audience.startswith(_ORG):
            return event.audience.removeprefix(_ORG)
        return await self._org_of(event) if event.audience == PUBLIC else None

    def _record(self, tx: Transaction, event: Event, org_id: str, exports: Sequence[Export]) -> None:
        there = tx.all(endpoints.of_org(org_id))
        for export in exports:
            wanted = [one for one in there if export.name in one.topics]
            message_id = new_message_id()
            body = encoded(export.name, event.at, export.data(event, org_id))
            if not wanted or not store.add_message(tx, message_id, org_id, event.seq, export.name, body):
                continue
            for one in wanted:
                store.add(tx, new_id(), message_id, one.id, skipped=one.state is not State.ENABLED)
        tx.after_commit(self._wake)


def _wants(endpoint: Endpoint, exports: Sequence[Export]) -> bool:
    return any(export.name in endpoint.topics for export in exports)
