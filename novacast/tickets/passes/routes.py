"""The API of what kinds of tickets open."""

from typing import Annotated

from pydantic import Field

from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.passes.service import Passes, PassRule
from novacast.web import Body, Call, put


class PassRuleBody(Body):
    opens_live: Annotated[bool, Field(description="Whether it opens the programme while it is on air.")]
    devices: Annotated[
        int | None, Field(ge=1, le=100, description="At once; null: as many as this installation allows everybody.")
    ] = None

    @classmethod
    def of(cls, rule: PassRule) -> "PassRuleBody":
        return cls(opens_live=rule.opens_live, devices=rule.devices)


class PassRoutes:
    def __init__(self, passes: Passes) -> None:
        self._passes = passes

    @put(
        f"{PERFORMANCE}/items/{{item_id}}/pass",
        tag="tickets",
        summary="What a kind of ticket opens",
        errors=(NotFound, Forbidden, InvalidInput),
    )
    async def decide(self, call: Call, performance_id: str, item_id: str, body: PassRuleBody) -> PassRuleBody:
        """A seat opens the stream only where this says so. Tickets that are sold already are meant as well."""
        decided = await self._passes.decide(
            call.principal, performance_id, item_id, opens_live=body.opens_live, devices=body.devices
        )
        return PassRuleBody.of(decided)
