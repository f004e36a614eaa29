"""The API of recurrences."""

from collections.abc import Sequence

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.events.bodies import PerformanceBody
from novacast.tickets.events.models import Performance
from novacast.tickets.events.routes import EVENT
from novacast.tickets.recurrences.bodies import MadeBody, PlanBody, PlannedBody, RecurrenceBody
from novacast.tickets.recurrences.service import Recurrences
from novacast.web import Call, post

OF_EVENT = f"{EVENT}/recurrences"
_WORK = (InvalidInput, NotFound, Forbidden)


class RecurrenceRoutes:
    def __init__(self, recurrences: Recurrences) -> None:
        self._recurrences = recurrences

    @post(f"{OF_EVENT}/preview", tag="tickets", summary="When a rule says", errors=_WORK, idempotent=False)
    async def preview(self, call: Call, event_id: str, body: RecurrenceBody) -> PlanBody:
        """Makes nothing."""
        found = await self._recurrences.preview(call.principal, event_id, body.wanted())
        return PlanBody.of(found, PlannedBody.of)

    @post(OF_EVENT, tag="tickets", status=201, summary="Make performances by a rule", errors=(*_WORK, Conflict))
    async def create(self, call: Call, event_id: str, body: RecurrenceBody) -> MadeBody:
        """Drafts with the items, prices, quotas and seats of the pattern. An hour that has one gets no other."""
        then = call.remember(_made)
        return _made(await self._recurrences.create(call.principal, event_id, body.wanted(), then))


def _made(found: Sequence[Performance]) -> MadeBody:
    return MadeBody.of(found, PerformanceBody.of)
