"""The pages of seat maps: those of an organization, the editor, and a performance's seats for those who sell them."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.errors import Conflict, FieldError, InvalidInput, NovaCastError
from novacast.tickets.events.performances import Performances
from novacast.tickets.seatmaps.editor.service import MapEditor
from novacast.tickets.seatmaps.examples import playhouse, room
from novacast.tickets.seatmaps.hall.service import Halls
from novacast.tickets.seatmaps.service import SeatMaps
from novacast.tickets.words import hour_there
from novacast.web import Body, Call, Html, ListQuery, Redirect, form, page

OF_ORG = "/organizations/{org_id}/seat-maps"
MAP = "/organizations/{org_id}/seat-maps/{map_id}"


class NewMapForm(Body):
    name: Annotated[str, Field(max_length=300)] = ""
    like: Literal["room", "playhouse"] = "room"


class SeatMapPages:
    def __init__(self, maps: SeatMaps, editor: MapEditor) -> None:
        self._maps, self._editor = maps, editor

    @page(OF_ORG)
    async def listed(self, call: Call, org_id: str, query: ListQuery) -> Html:
        return await self._listed(call, org_id, query, NewMapForm())

    @form(OF_ORG)
    async def create(self, call: Call, org_id: str, form: NewMapForm) -> Html | Redirect:
        document = playhouse() if form.like == "playhouse" else room()
        try:
            made = await self._maps.create(call.principal, org_id, form.name, document)
        except (InvalidInput, Conflict) as error:
            return await self._listed(call, org_id, ListQuery(), form, error)
        return Redirect(f"/organizations/{org_id}/seat-maps/{made.id}")

    @page(MAP)
    async def edit(self, call: Call, org_id: str, map_id: str) -> Html:
        found, draft = await self._editor.open(call.principal, map_id)
        shown = draft if draft is not None else found
        context = {
            "map": found,
            "org": org_id,
            "name": shown.name,
            "document": shown.document,
            "base": found.version if draft is None else draft.base,
            "draft": draft is not None,
        }
        return Html("tickets/seat_map.html", context)

    async def _listed(
        self, call: Call, org_id: str, query: ListQuery, values: NewMapForm, error: NovaCastError | None = None
    ) -> Html:
        found = await self._maps.of_org(call.principal, org_id, query.cursor, query.limit)
        context = {"org": org_id, "maps": found.items, "next": found.next, "values": values, "errors": _errors(error)}
        return Html("tickets/seat_maps.html", context, 422 if error else 200)


class SoldSeatPages:
    def __init__(self, performances: Performances, halls: Halls) -> None:
        self._performances, self._halls = performances, halls

    @page("/performances/{performance_id}/seats")
    async def show(self, call: Call, performance_id: str) -> Html:
        """Who sits where; refused to who sees no orders."""
        await self._halls.occupied(call.principal, performance_id)
        event, performance = await self._performances.known(performance_id)
        when = hour_there(performance.starts_at, event.timezone)
        return Html("tickets/seats_sold.html", {"event": event, "performance": performance, "when": when})


def _errors(error: NovaCastError | None) -> tuple[FieldError, ...]:
    if error is None:
        return ()
    return error.errors if isinstance(error, InvalidInput) else (FieldError("", error.code, error.message),)
