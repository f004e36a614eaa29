"""The API of the door, for people who are logged in."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.door.bodies import (
    CheckinBody,
    CheckinListBody,
    CheckinListsBody,
    CheckinsBody,
    FindQuery,
    FoundBody,
    FoundTicketsBody,
    GateBody,
    GatesBody,
    IncidentBody,
    IncidentsBody,
    NewRulesBody,
    NewScanBody,
    NoteBody,
    RulesBody,
    ScanBody,
)
from novacast.tickets.door.lists import Lists
from novacast.tickets.door.notes import Notes
from novacast.tickets.door.scanning import Post, Scanning
from novacast.tickets.events.routes import PERFORMANCE
from novacast.web import Call, ListQuery, get, post, put

LIST = "/api/v1/checkin-lists/{list_id}"
_WORK = (NotFound, Forbidden)
_CHANGE = (*_WORK, InvalidInput)


class DoorRoutes:
    def __init__(self, lists: Lists, scanning: Scanning, notes: Notes) -> None:
        self._lists, self._scanning, self._notes = lists, scanning, notes

    @get(f"{PERFORMANCE}/checkin-lists", tag="tickets", summary="Lists of a performance's doors", errors=_WORK)
    async def lists(self, call: Call, performance_id: str) -> CheckinListsBody:
        return CheckinListsBody.of(await self._lists.of_performance(call.principal, performance_id), CheckinListBody.of)

    @post(
        f"{PERFORMANCE}/checkin-lists",
        tag="tickets",
        status=201,
        summary="Add a list of a door",
        errors=(*_CHANGE, Conflict),
    )
    async def create(self, call: Call, performance_id: str, body: NewRulesBody) -> CheckinListBody:
        then, house = call.remembered(CheckinListBody.of), body.takes_the_house
        await self._lists.create(call.principal, performance_id, body.rules(), then, house=house)
        return then.answer

    @put(LIST, tag="tickets", summary="Change a list of a door", errors=_CHANGE)
    async def change(self, call: Call, list_id: str, body: RulesBody) -> CheckinListBody:
        """All of it; holds for the next scan."""
        return CheckinListBody.of(await self._lists.change(call.principal, list_id, body.rules()))

    @get(f"{LIST}/checkins", tag="tickets", summary="Who passed, latest first", errors=_CHANGE)
    async def passed(self, call: Call, list_id: str, query: ListQuery) -> CheckinsBody:
        page = await self._lists.passed(call.principal, list_id, query.cursor, query.limit)
        return CheckinsBody.of(page, CheckinBody.of)

    @get(f"{LIST}/gates", tag="tickets", summary="How many passed each gate", errors=_WORK)
    async def gates(self, call: Call, list_id: str) -> GatesBody:
        """Follow it by the topic `checkin.counted`."""
        gates, expected = await self._lists.gates(call.principal, list_id)
        return GatesBody(expected=expected, gates=[GateBody.of(one) for one in gates])

    @get(f"{LIST}/tickets", tag="tickets", summary="Find a ticket at the door", errors=_CHANGE)
    async def find(self, call: Call, list_id: str, query: FindQuery) -> FoundTicketsBody:
        wanted = await self._lists.show(call.principal, list_id)
        return FoundTicketsBody.of(await self._scanning.find(wanted, query.q), FoundBody.of)

    @post(f"{LIST}/scans", tag="tickets", summary="Scan a ticket", errors=_CHANGE)
    async def scan(self, call: Call, list_id: str, body: NewScanBody) -> ScanBody:
        """The verdict is in the answer: a ticket that is refused is no error."""
        post = Post(await self._lists.show(call.principal, list_id), call.principal.person_id)
        return ScanBody.of(await self._scanning.scan(post, body.wish(), call.remember(ScanBody.of)))

    @get(f"{PERFORMANCE}/incidents", tag="tickets", summary="What went wrong at doors without a network", errors=_WORK)
    async def incidents(self, call: Call, performance_id: str) -> IncidentsBody:
        """What nobody has settled first."""
        return IncidentsBody.of(await self._lists.incidents(call.principal, performance_id), IncidentBody.of)

    @post("/api/v1/incidents/{incident_id}/settle", tag="tickets", summary="Settle an incident", errors=_WORK)
    async def settle(self, call: Call, incident_id: str) -> IncidentBody:
        then = call.remember(IncidentBody.of)
        return IncidentBody.of(await self._lists.settle(call.principal, incident_id, then))

    @put(
        "/api/v1/organizations/{org_id}/tickets/{ticket_id}/note",
        tag="tickets",
        summary="Note something for the door",
        errors=_CHANGE,
    )
    async def note(self, call: Call, org_id: str, ticket_id: str, body: NoteBody) -> NoteBody:
        return NoteBody.of(await self._notes.set(call.principal, org_id, ticket_id, body.note))
