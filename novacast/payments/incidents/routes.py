"""The API of incidents, for the house."""

from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.payments.incidents.bodies import DoneBody, IncidentBody, IncidentsBody, IncidentsQuery
from novacast.payments.incidents.service import Incidents
from novacast.web import Call, get, post

INCIDENTS = "/api/v1/organizations/{org_id}/incidents"


class IncidentRoutes:
    def __init__(self, incidents: Incidents) -> None:
        self._incidents = incidents

    @get(
        INCIDENTS,
        tag="money",
        summary="What went wrong with money, newest first",
        errors=(NotFound, Forbidden, InvalidInput),
    )
    async def of_org(self, call: Call, org_id: str, query: IncidentsQuery) -> IncidentsBody:
        page = await self._incidents.of_org(call.principal, org_id, query.cursor, query.limit, waiting=query.waiting)
        return IncidentsBody.of(page, IncidentBody.of)

    @post(
        f"{INCIDENTS}/{{incident_id}}/done",
        tag="money",
        summary="Somebody has looked at it",
        errors=(NotFound, Forbidden),
    )
    async def done(self, call: Call, org_id: str, incident_id: int, body: DoneBody) -> IncidentBody:
        """It stays in the list of all; said again nothing changes."""
        then = call.remember(IncidentBody.of)
        return IncidentBody.of(await self._incidents.done(call.principal, org_id, incident_id, body.note, then))
