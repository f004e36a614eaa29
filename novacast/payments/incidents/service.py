"""Facts that a person has to look at are kept until one has. Whoever tells them does not know of this."""

from collections.abc import Sequence

from novacast import outbox
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.outbox import Event as Fact
from novacast.payments.incidents import store
from novacast.payments.incidents.models import KINDS, MOST_NOTE, Incident, Kind

MOST = 500
_ORG = "org:"


class Incidents:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def hear(self, fact: Fact) -> None:
        """A durable subscriber of the outbox."""
        if fact.topic in KINDS and fact.audience.startswith(_ORG):
            await self._db.write(lambda tx: store.add(tx, _of(fact)))

    async def of_org(
        self, principal: Principal, org_id: str, cursor: str | None, limit: int, *, waiting: bool
    ) -> Page[Incident]:
        """Newest first. Raises NotFound, Forbidden."""
        _may(principal, org_id, Action.ORDER_VIEW)
        start = keyset(cursor, int, int) or store.START
        rows = await self._db.all(store.of_org(org_id, start, limit + 1, waiting=waiting))
        return Page.of(rows, limit, lambda one: (one.at, one.id))

    async def count(self, principal: Principal, org_id: str) -> int:
        """How many nobody has looked at. Raises NotFound, Forbidden."""
        _may(principal, org_id, Action.ORDER_VIEW)
        return await self._db.one(store.count(org_id)) or 0

    async def done(
        self, principal: Principal, org_id: str | None, incident_id: int, note: str, then: Then[Incident] | None = None
    ) -> Incident:
        """Somebody has looked at it. Said again it stays as it was. `org_id`: whose it must be; None: whoever's it is.
        Raises NotFound, Forbidden."""
        if org_id is not None:
            _may(principal, org_id, Action.ORDER_MANAGE)

        def unit(tx: Transaction) -> Incident:
            found = tx.one(store.incident(incident_id))
            if found is None or org_id not in (found.org_id, None):
                raise NotFound(text("There is no such incident."))
            _may(principal, found.org_id, Action.ORDER_MANAGE)
            if found.done_at is None:
                store.end(tx, incident_id, principal.person_id, note.strip()[:MOST_NOTE])
                outbox.emit(tx, "incident.done", str(incident_id), outbox.org(found.org_id), kind=found.kind)
            made = tx.one(store.incident(incident_id))
            assert made is not None, "incidents are never deleted"
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def waiting(self) -> Sequence[Incident]:
        """Of all organizations, for who runs the house."""
        return await self._db.all(store.waiting(MOST))


def _of(fact: Fact) -> Incident:
    said = fact.payload
    detail = str(said.get("detail") or said.get("charge") or "")
    if "amount" in said:
        detail = f"{said['amount']} {said.get('currency', '')}".strip()
    org_id = fact.audience.removeprefix(_ORG)
    code = str(said.get("code", ""))
    return Incident(fact.seq, org_id, Kind(fact.topic), fact.subject, code, detail, fact.at, None, None, "")


def _may(principal: Principal, org_id: str, action: Action) -> None:
    if not principal.allows(Action.ORG_VIEW, org_id):
        raise NotFound(text("There is no such organization, or you are not a member of it."))
    if not principal.allows(action, org_id):
        raise Forbidden(text("Your part in this organization does not allow this."))
