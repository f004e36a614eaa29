"""The office's pages behind the real web server, for people who bring their name as a token."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from novacast.identity import Principal
from novacast.tickets.studio import office_pages
from tests.tickets.box import ORG, OTHER_ORG, Box
from tests.tickets.serving import Served, serving

NAMES = {ORG: "The Lantern", OTHER_ORG: "The Other"}


class Organizations:
    async def names(self, org_ids: Sequence[str]) -> Mapping[str, str]:
        return {one: NAMES[one] for one in org_ids}


class Programmes:
    async def linkable(self, principal: Principal, org_id: str) -> Sequence[tuple[str, str]]:
        return [("programme1", "Hamlet, live")] if org_id == ORG else []


@asynccontextmanager
async def working(box: Box) -> AsyncIterator[Served]:
    pages = office_pages(box.own, box.clock, Organizations(), Programmes())
    async with serving(box, pages) as served:
        yield served
