"""The API of member prices."""

from typing import Annotated

from pydantic import Field

from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.members.service import MOST_MOST, Members
from novacast.web import Body, Call, put


class MemberPricesBody(Body):
    most: Annotated[
        int, Field(ge=0, le=MOST_MOST, description="Tickets that each member has at their price; 0: none of it.")
    ]


class MemberPriceRoutes:
    def __init__(self, members: Members) -> None:
        self._members = members

    @put(
        f"{PERFORMANCE}/member-prices",
        tag="tickets",
        summary="How many tickets each member has at their price",
        errors=(NotFound, Forbidden, InvalidInput),
    )
    async def decide(self, call: Call, performance_id: str, body: MemberPricesBody) -> MemberPricesBody:
        """What is taken off, and for how long before the sale members may buy, is said by their tiers."""
        return MemberPricesBody(most=await self._members.set_limit(call.principal, performance_id, body.most))
