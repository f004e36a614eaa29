"""The office's pages behind the real web server, for people who bring their name as a token."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from novacast.database import Transaction
from novacast.i18n import Languages
from novacast.identity import Principal
from novacast.tickets.office.handling.pages import OrderStudioPages
from novacast.tickets.post.service import OrderPost
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


class People:
    async def names(self, ids: Sequence[str], /) -> Mapping[str, str]:
        return {one: one.title() for one in ids}


class NoPost:
    def send(self, tx: Transaction, **mail: Any) -> None:
        """Nobody reads the mails of these tests."""


@asynccontextmanager
async def working(box: Box, more: Sequence[object] = ()) -> AsyncIterator[Served]:
    pages = office_pages(box.own, box.clock, Organizations(), Programmes(), People())
    post = OrderPost(box.db, NoPost(), Languages(), box.own.papers, box.own.closing)
    async with serving(box, [*pages, OrderStudioPages(box.own, post, People()), *more]) as served:
        yield served
